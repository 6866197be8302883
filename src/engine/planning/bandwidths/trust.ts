import type { CostTables, TierTable } from '../costs/costTables';
import type { Assignment } from '../plan/plan';
import { assignmentOf, type CutFamily } from '../search/cutFamily';
import { combine, crossingFigure, type Measure, partFigure } from '../search/measures';
import type { PlanSearch } from '../search/planSearch';
import type { Measured, Rivals } from './rivals';

/** Whether a plan is still the one to take when the times of all tiers are as far off as is stated of them. */
export interface Trust {
  /** Per tier the factor that nine of ten of its times lie within, 1 for measured ones; nothing where nobody knows. */
  readonly withinFactors: readonly (number | undefined)[];
  /** Where the plan does worst; absent where it holds everywhere. */
  readonly worst?: Doubt;
}

/** Times under which a plan is not the one to take. */
export interface Doubt {
  /** Per tier, what its times are multiplied by. */
  readonly factors: readonly number[];
  /** How much better the best other plan is then, in percent; without end where the plan breaks a limit. */
  readonly gainPercent: number;
  readonly better: Assignment;
}

/** Tiers whose errors are looked at together, at most: there are twice as many corners for each. */
const mostTiers = 6;
/** Relative difference below which two values count as equal. */
const tolerance = 1e-9;

/** The factor that nine of ten times of a tier lie within; 1 where all of them are measured, nothing where nobody knows. */
export function statedError({ tier, measured }: Pick<TierTable, 'tier' | 'measured'>): number | undefined {
  return measured.length > 0 && measured.every((one) => one === 1) ? 1 : tier.estimate?.withinFactor;
}

/**
 * Holds a plan against all others at every corner of the stated errors: each tier as much slower or faster as is stated, in
 * every combination. A sum of times is no better inside than at some corner, and neither is the slowest of them, so that
 * without limits the corners speak for everything between.
 * @param gainPercent how much better another plan may be; where one is more so already, as much as that one is.
 * @returns nothing where no tier has a stated error
 */
export function trustOf(
  { costs }: PlanSearch,
  own: Measured & { readonly cuts: Int32Array },
  rivals: Rivals,
  gainPercent: number,
): Trust | undefined {
  const withinFactors = costs.tiers.map(statedError);
  const uncertain = withinFactors.flatMap((factor, k) => (factor !== undefined && factor > 1 ? [k] : []));
  if (uncertain.length === 0 || uncertain.length > mostTiers) return undefined;
  const estimated = new Float64Array(costs.tiers.length).fill(1);
  const corners = [estimated, ...cornersOf(withinFactors, uncertain)];
  const [now, ...found] = bestOthers(costs, own, rivals, corners);
  const allowed = Math.max(1 + gainPercent / 100, now?.ratio ?? 1) * (1 + tolerance);
  const doubts = found.filter(({ ratio }) => ratio > allowed);
  const [worst] = doubts.sort((a, b) => b.ratio - a.ratio || movedBy(a.corner) - movedBy(b.corner));
  if (worst === undefined) return { withinFactors };
  const better = assignmentOf(rivals.family, [...worst.cuts]);
  return { withinFactors, worst: { factors: [...worst.corner], gainPercent: (worst.ratio - 1) * 100, better } };
}

/** Every combination of the tiers being as slow and as fast as is stated. */
function cornersOf(withinFactors: readonly (number | undefined)[], uncertain: readonly number[]): Float64Array[] {
  return Array.from({ length: 2 ** uncertain.length }, (_, bits) => {
    const corner = new Float64Array(withinFactors.length).fill(1);
    for (const [place, k] of uncertain.entries()) {
      const factor = withinFactors[k] ?? 1;
      corner[k] = (bits >> place) & 1 ? factor : 1 / factor;
    }
    return corner;
  });
}

function movedBy(corner: Float64Array): number {
  return corner.reduce((sum, factor) => sum + Math.abs(Math.log(factor)), 0);
}

/** The best plan at a corner, and how many times better than the plan it is. */
interface BestOther {
  readonly corner: Float64Array;
  readonly ratio: number;
  readonly cuts: Int32Array;
}

function bestOthers(
  costs: CostTables,
  own: Measured & { readonly cuts: Int32Array },
  rivals: Rivals,
  corners: readonly Float64Array[],
): BestOther[] {
  const { family, measures, objective } = rivals;
  const [mine, shares] = [new Shares(costs, own.family, own.measures), new Shares(costs, family, measures)];
  mine.take(own.cuts);
  const found: BestOther[] = [];
  for (const corner of corners) {
    const value = mine.valueAt(corner);
    let [best, cuts] = [Number.POSITIVE_INFINITY, own.cuts];
    const slowed: Measure = { ...objective, rates: objective.rates.map((rate, k) => rate * (corner[k] ?? 1)) };
    const walk = rivals.walkBy([slowed], (chosen) => {
      shares.take(chosen);
      const other = shares.valueAt(corner);
      if (other < best) {
        [best, cuts] = [other, chosen.slice()];
        walk.atMost(Math.min(value, best));
      }
      return true;
    });
    // Most often one that was the best at another corner is near to the best here, or the plan itself is.
    const known = found
      .filter((one) => one.ratio > 0)
      .map((one) => {
        shares.take(one.cuts);
        return shares.valueAt(corner);
      });
    walk.atMost(Math.min(value, ...known));
    walk.run();
    found.push({ corner, ratio: value === best ? 1 : value / best, cuts });
  }
  return found;
}

/** The figures of one plan, tier by tier, so that it can be asked for many factors at once. */
class Shares {
  /** Measure m on tier k at `m * tiers + k`, and what no tier's times change. */
  private readonly onTiers: Float64Array;
  private readonly rest: Float64Array;

  constructor(
    private readonly costs: CostTables,
    private readonly family: CutFamily,
    private readonly measures: readonly Measure[],
  ) {
    this.onTiers = new Float64Array(measures.length * costs.tiers.length);
    this.rest = new Float64Array(measures.length);
  }

  take(cuts: Int32Array): void {
    for (const [m, measure] of this.measures.entries()) this.rest[m] = this.split(measure, m, cuts);
  }

  private split(measure: Measure, m: number, cuts: Int32Array): number {
    const { costs, family, onTiers } = this;
    let [rest, lower] = [0, 0];
    for (const k of family.spans.keys()) {
      const upper = cuts[k] ?? family.size - 1;
      const isFixed = measure.ofPart !== undefined;
      const figure = partFigure(measure, family, k, lower, upper);
      if (isFixed) rest = combine(measure, rest, figure);
      onTiers[m * costs.tiers.length + k] = isFixed ? 0 : figure;
      lower = upper;
    }
    for (const [l, { bandwidthMbps }] of costs.infrastructure.links.entries()) {
      rest = combine(measure, rest, crossingFigure(measure, l, cuts[l] ?? 0, 1 / bandwidthMbps));
    }
    return rest;
  }

  /** The objective, which is the first measure, with the times of tiers multiplied; `Infinity` where a limit is broken. */
  valueAt(factors: Float64Array): number {
    const count = factors.length;
    let objective = Number.POSITIVE_INFINITY;
    for (const [m, measure] of this.measures.entries()) {
      let value = this.rest[m] ?? 0;
      for (let k = 0; k < count; k += 1) {
        value = combine(measure, value, (this.onTiers[m * count + k] ?? 0) * (factors[k] ?? 1));
      }
      if (value > measure.most) return Number.POSITIVE_INFINITY;
      if (m === 0) objective = value;
    }
    return objective;
  }
}
