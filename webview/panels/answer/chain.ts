import { tierLetters } from '../../../src/shared/picture/tierLook';
import { backMs } from '../../../src/shared/reports/planParts';
import type { PlanParts, PlanReport } from '../../../src/shared/reports/reports';
import { text } from '../../text/strings';

/** What a sum over a plan's parts counts. */
export type Counted = 'latency' | 'cost';

/** One part of a plan: a tier that computes, or a link that carries. */
export interface Segment {
  readonly kind: 'tier' | 'link';
  /** Index of the tier, or of the link. */
  readonly index: number;
  /** Of the tier; empty for links. */
  readonly letter: string;
  readonly name: string;
  readonly value: number;
}

/**
 * The parts of a plan in the order in which a request passes them, without those that take nothing; at the end the way back
 * of the answer, whose cost is that of its links.
 */
export function segmentsOf(parts: PlanParts, { tiers, links }: PlanReport, counted: Counted): Segment[] {
  const letters = tierLetters(tiers.map(({ id }) => id));
  const [ofTiers, ofLinks] =
    counted === 'latency' ? [parts.computeMs, parts.transferMs] : [parts.tierCosts, parts.linkCosts];
  const wayBack = counted === 'latency' ? backMs(parts) : 0;
  return tiers
    .flatMap(({ id }, index): Segment[] => {
      const tier: Segment = { kind: 'tier', index, letter: letters[index] ?? '', name: id, value: ofTiers[index] ?? 0 };
      const link = links[index];
      if (link === undefined) return [tier];
      const name = text('boundary.link', link.from, link.to);
      return [tier, { kind: 'link', index, letter: '', name, value: ofLinks[index] ?? 0 }];
    })
    .concat({ kind: 'link', index: 0, letter: '', name: text('bars.wayBack'), value: wayBack })
    .filter(({ value }) => value > 0);
}
