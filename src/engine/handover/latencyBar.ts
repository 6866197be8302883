import { say } from '../../shared/messages/say';
import { tierLetters } from '../../shared/picture/tierLook';
import { backMs } from '../../shared/reports/planParts';
import type { PlanParts } from '../../shared/reports/reports';
import { durationText } from '../../shared/vocabulary/quantities';
import type { Bar, BarPart } from './blocks';

/** A plan that is to be drawn as a bar. */
export interface BarPlan {
  readonly name: string;
  readonly latencyMs: number;
  readonly parts: PlanParts;
  readonly isChosen: boolean;
}

/** What a plan runs on. */
interface Ends {
  readonly tiers: readonly { readonly id: string }[];
  readonly links: readonly { readonly from: string; readonly to: string }[];
}

/** A plan's latency as its parts, in the order in which a request passes them. */
export function latencyBar({ name, latencyMs, parts, isChosen }: BarPlan, { tiers, links }: Ends): Bar {
  const letters = tierLetters(tiers.map(({ id }) => id));
  const onward = tiers
    .flatMap(({ id }, tier): BarPart[] => {
      const link = links[tier];
      const [computeMs, transferMs] = [parts.computeMs[tier] ?? 0, parts.transferMs[tier] ?? 0];
      const letter = letters[tier] ?? '';
      const own = { kind: 'tier' as const, tier, letter, text: `${id} ${durationText(computeMs)}`, value: computeMs };
      if (link === undefined) return [own];
      const between = say('handover.link', { from: link.from, to: link.to }).text;
      return [
        own,
        { kind: 'link', tier, letter: '', text: `${between} ${durationText(transferMs)}`, value: transferMs },
      ];
    })
    .filter(({ value }) => value > 0);
  const value = backMs(parts);
  const text = say('handover.wayBack', { time: durationText(value) }).text;
  const back: BarPart[] = value > 0 ? [{ kind: 'link', tier: 0, letter: '', text, value }] : [];
  return { name, isChosen, figure: durationText(latencyMs), parts: [...onward, ...back] };
}
