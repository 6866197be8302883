import type { WithUnstated } from '../../shared/reports/reports';
import type { Figures } from '../../shared/vocabulary/metrics';
import { type UnstatedFigure, unstatedFigures } from '../../shared/vocabulary/unstatedText';
import type { CostTables } from '../planning/costs/costTables';
import type { Infrastructure } from '../planning/infrastructure/infrastructure';
import type { Assignment, Evaluation, LinkLoad, TierLoad } from '../planning/plan/plan';

/** What a plan uses, as indices. */
interface Used {
  readonly tiers: readonly number[];
  readonly links: readonly number[];
}

function told(unstated: readonly UnstatedFigure[]): WithUnstated {
  return unstated.length > 0 ? { unstated } : {};
}

/** Of one tier of a plan. */
export function unstatedOnTier({ tiers }: Infrastructure, k: number, load: TierLoad | undefined): WithUnstated {
  if (load === undefined || load.nodes === 0) return {};
  const { unstated = [] } = tiers[k] ?? {};
  return told([
    ...(load.costPerRequest === 0 && unstated.includes('pricePerHour') ? (['costPerRequest'] as const) : []),
    ...(load.energyJ === 0 && unstated.includes('watts') ? (['energyJ'] as const) : []),
  ]);
}

/** Of one link. */
export function unstatedOnLink({ links }: Infrastructure, l: number, load: LinkLoad): WithUnstated {
  const isFree = load.costPerRequest === 0 && load.bytes + load.answerBytes > 0;
  return told(isFree && links[l]?.unstated?.includes('pricePerGB') ? ['costPerRequest'] : []);
}

/** Of a whole plan, from what its parts carry. */
export function unstatedInPlan(infrastructure: Infrastructure, evaluation: Evaluation): WithUnstated {
  const { tiers, links } = evaluation;
  const used = {
    tiers: tiers.flatMap(({ nodes }, k) => (nodes > 0 ? [k] : [])),
    links: links.flatMap(({ bytes, answerBytes }, l) => (bytes + answerBytes > 0 ? [l] : [])),
  };
  return unstatedFor(infrastructure, used, evaluation);
}

/** Of a whole plan, from where its nodes are. */
export function unstatedOfAssignment({ infrastructure }: CostTables, assignment: Assignment, figures: Figures) {
  return unstatedOnTiers(infrastructure, [...new Set(assignment)], figures);
}

/** Of a plan that uses just these tiers: whatever comes in passes every link below them. */
export function unstatedOnTiers(
  infrastructure: Infrastructure,
  tiers: readonly number[],
  figures: Partial<Figures<number | null>>,
): WithUnstated {
  const highest = tiers.reduce((most, k) => Math.max(most, k), 0);
  const links = infrastructure.links.slice(0, highest).map((_, l) => l);
  return unstatedFor(infrastructure, { tiers, links }, figures);
}

/** Of what a plan uses, something that counts is not stated, and nothing else counts either. */
function unstatedFor(
  infrastructure: Infrastructure,
  used: Used,
  { costPerRequest, energyJ }: Partial<Figures<number | null>>,
): WithUnstated {
  const isOpen: Readonly<Record<UnstatedFigure, boolean>> = {
    costPerRequest: costPerRequest === 0 && isCostOpen(infrastructure, used),
    energyJ: energyJ === 0 && isEnergyOpen(infrastructure, used),
  };
  return told(unstatedFigures.filter((figure) => isOpen[figure]));
}

function isCostOpen({ tiers, links }: Infrastructure, used: Used): boolean {
  return (
    used.tiers.some((k) => tiers[k]?.unstated?.includes('pricePerHour')) ||
    used.links.some((l) => links[l]?.unstated?.includes('pricePerGB'))
  );
}

/** Whether the first tier computes or sends at a power that is not stated. */
function isEnergyOpen({ tiers, links }: Infrastructure, used: Used): boolean {
  const { unstated = [] } = links[0] ?? {};
  const isSilent = unstated.includes('joulesPerMB') && unstated.includes('txWatts');
  const computes = used.tiers.includes(0) && tiers[0]?.unstated?.includes('watts') === true;
  return computes || (used.links.includes(0) && isSilent);
}
