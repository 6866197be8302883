import { throwIfCanceled, unwatched, type Work } from '../../protocol/work';
import type { PlanMetrics } from './constraints';
import { pricePerSecond, transferJoules, transferPrice, transferSeconds } from './costModel';
import type { CostTables } from './costTables';
import { type CutFamily, isWithinBounds } from './cutFamily';
import type { TierBounds } from './tierBounds';

/** A plan of a family with its figures. */
export interface Label extends PlanMetrics {
  /** The cut on each link so far. */
  readonly chosen: readonly number[];
}

export interface LabelSearch {
  /** Plans that no other plan of the family matches or beats in latency, cost, energy and slowest stage at once. */
  readonly labels: readonly Label[];
  readonly evaluated: number;
  /** True when some were left out because there were too many. */
  readonly bounded: boolean;
}

/** Labels kept per cut and link. */
const labelsPerCut = 600;

/**
 * All efficient plans of a family by label setting with dominance (Hansen, Bicriterion path problems, 1980): tiers in
 * turn, a label per way to reach a cut, a label dropped when another at the same cut is no worse in every figure.
 */
export function searchLabels(
  costs: CostTables,
  family: CutFamily,
  bounds: TierBounds,
  fits: (k: number, lower: number, upper: number) => boolean = () => true,
  work: Work = unwatched,
): LabelSearch {
  const size = family.cuts.length;
  const linkCount = costs.infrastructure.links.length;
  let fronts: Label[][] = family.cuts.map(() => []);
  fronts[0] = [{ chosen: [], latencyS: 0, cost: 0, energyJ: 0, slowestS: 0 }];
  let evaluated = 0;
  let bounded = false;
  for (let k = 0; k <= linkCount; k++) {
    throwIfCanceled(work);
    const mayEnd = (upper: number) =>
      k === linkCount ? upper === size - 1 : !bounds.restricts || isWithinBounds(family, bounds, k, upper);
    const maySpan = (lower: number, upper: number) =>
      lower === upper || (bounds.allowedTiers[k] === 1 && fits(k, lower, upper));
    const reached = family.cuts.map((_, upper): Reached => {
      const front: Reached = { labels: [], evaluated: 0, bounded: false };
      if (!mayEnd(upper)) return front;
      for (let lower = 0; lower <= upper; lower++) {
        const labels = fronts[lower] ?? [];
        if (labels.length === 0 || family.inside[upper]?.[lower] !== 1 || !maySpan(lower, upper)) continue;
        reach(front, labels, stepFigures(costs, family, k, lower, upper), upper);
      }
      return front;
    });
    for (const front of reached) {
      evaluated += front.evaluated;
      bounded ||= front.bounded;
    }
    fronts = reached.map((front) => front.labels);
  }
  const labels = (fronts[size - 1] ?? []).map((label) => ({ ...label, chosen: label.chosen.slice(0, linkCount) }));
  return { labels, evaluated, bounded };
}

/** The labels of one cut. */
interface Reached {
  readonly labels: Label[];
  evaluated: number;
  bounded: boolean;
}

function reach(front: Reached, labels: readonly Label[], step: PlanMetrics, upper: number): void {
  front.evaluated += labels.length;
  for (const label of labels) {
    if (insert(front.labels, extend(label, step, upper))) front.bounded = true;
  }
}

/** Figures of tier k between two cuts and of the link above it. */
function stepFigures(costs: CostTables, family: CutFamily, k: number, lower: number, upper: number): PlanMetrics {
  const tier = costs.infrastructure.tiers[k];
  const link = costs.infrastructure.links[k];
  const below = family.secondsBelow[k];
  const busyS = Math.max(0, (below?.[upper] ?? 0) - (below?.[lower] ?? 0));
  const bytes = link === undefined ? 0 : (family.bytes[k]?.[upper] ?? 0);
  const transferS = link === undefined ? 0 : transferSeconds(bytes, link);
  const onFirst = k === 0 ? busyS * (tier?.watts ?? 0) + (link === undefined ? 0 : transferJoules(bytes, link)) : 0;
  return {
    latencyS: busyS + transferS,
    cost:
      (tier === undefined ? 0 : busyS * pricePerSecond(tier)) + (link === undefined ? 0 : transferPrice(bytes, link)),
    energyJ: onFirst,
    slowestS: Math.max(busyS / (tier?.replicas ?? 1), transferS),
  };
}

function extend(label: Label, step: PlanMetrics, upper: number): Label {
  return {
    chosen: [...label.chosen, upper],
    latencyS: label.latencyS + step.latencyS,
    cost: label.cost + step.cost,
    energyJ: label.energyJ + step.energyJ,
    slowestS: Math.max(label.slowestS, step.slowestS),
  };
}

/** Adds a label unless one is as good; drops those that it beats. @returns true when it was left out for lack of room. */
function insert(front: Label[], label: Label): boolean {
  if (label.latencyS === Number.POSITIVE_INFINITY || front.some((other) => isNoWorse(other, label))) return false;
  const kept = front.filter((other) => !isNoWorse(label, other));
  if (kept.length >= labelsPerCut) return true;
  front.splice(0, front.length, ...kept, label);
  return false;
}

function isNoWorse(a: PlanMetrics, b: PlanMetrics): boolean {
  return a.latencyS <= b.latencyS && a.cost <= b.cost && a.energyJ <= b.energyJ && a.slowestS <= b.slowestS;
}
