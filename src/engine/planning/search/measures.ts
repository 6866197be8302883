import { type Metric, metricTable } from '../../../shared/vocabulary/metrics';
import { busyBetween } from '../costs/busySpans';
import type { CostTables } from '../costs/costTables';
import type { Constraints, Objective } from '../infrastructure/infrastructure';
import { limitsOf, limitTolerance } from '../plan/constraints';
import {
  busyValue,
  countedMetrics,
  crossingValue,
  isTradedOff,
  joined,
  metricArithmetic,
  sendingValue,
  type Way,
  wayOf,
} from '../plan/metrics';
import type { CutFamily } from './cutFamily';
import { memoriesMayFill, partMemory } from './partMemory';

/**
 * A figure of a plan as what its parts add to it: what tiers run between two cuts, and cuts on links, both ways. On a link
 * it is a line over the reciprocal of the bandwidth, or where the worst part counts the larger of a constant and a line
 * through 0.
 */
export interface Measure {
  /** Whether the parts add up, or the worst of them counts. */
  readonly combine: 'sum' | 'worst';
  /** What the figure may be at most; `Infinity` without a limit. */
  readonly most: number;
  /** False where plans need only keep the limit: nothing is gained by a lower figure. */
  readonly decides: boolean;
  /** Figure of one busy second of tier k: `rates[k]`. */
  readonly rates: readonly number[];
  /** Figure of running on tier k what lies between two cuts, where that does not follow from its busy seconds. */
  readonly ofPart?: (k: number, lower: number, upper: number) => number;
  /** Figure of cut c on link l without its bandwidth: `fixed[l][c]`; `Infinity` where bytes are unknown. */
  readonly fixed: readonly Float64Array[];
  /** Growth over the reciprocal of the bandwidth in Mbit/s: `slope[l][c]`. */
  readonly slope: readonly Float64Array[];
}

/** A metric that plans are compared by, unlimited. */
export function metricMeasure(costs: CostTables, family: CutFamily, metric: Metric): Measure {
  return {
    combine: metricTable[metric].combine,
    most: Number.POSITIVE_INFINITY,
    decides: true,
    rates: costs.infrastructure.tiers.map((_, k) => busyValue(metric, 1, costs.infrastructure, k)),
    ...crossings(costs, family, metric),
  };
}

/** What is optimized: a metric, or a weighted sum of them. */
export function objectiveMeasure(costs: CostTables, family: CutFamily, objective: Objective): Measure {
  if (typeof objective === 'string') return metricMeasure(costs, family, objective);
  const weighted = countedMetrics(objective).map(({ metric, weight }) => {
    return { weight, measure: metricMeasure(costs, family, metric) };
  });
  const sumOf = (part: 'fixed' | 'slope') =>
    costs.wires.map((_, l) =>
      Float64Array.from({ length: family.size }, (_cut, c) =>
        weighted.reduce((sum, { weight, measure }) => sum + weight * (measure[part][l]?.[c] ?? 0), 0),
      ),
    );
  return {
    combine: 'sum',
    most: Number.POSITIVE_INFINITY,
    decides: true,
    rates: costs.tiers.map((_, k) =>
      weighted.reduce((sum, { weight, measure }) => sum + weight * (measure.rates[k] ?? 0), 0),
    ),
    fixed: sumOf('fixed'),
    slope: sumOf('slope'),
  };
}

/** What `memoryMeasure` may be at most. */
export const fullMemory = 1 + limitTolerance;

/**
 * By how much the fullest memory is filled, 1 being full; tiers without a `memoryGB` are never full.
 * @param tiers whose memories count; all where absent.
 */
export function memoryMeasure(costs: CostTables, family: CutFamily, tiers?: readonly number[]): Measure {
  const bytesOf = partMemory(costs.graph, family);
  const capacities = costs.infrastructure.tiers.map(({ memoryGB }, k) =>
    memoryGB === undefined || tiers?.includes(k) === false ? Number.POSITIVE_INFINITY : memoryGB * 1e9,
  );
  const nothing = costs.wires.map(() => new Float64Array(family.size));
  return {
    combine: 'worst',
    most: Number.POSITIVE_INFINITY,
    decides: true,
    rates: [],
    ofPart: (k, lower, upper) => {
      const capacity = capacities[k] ?? 0;
      return capacity === Number.POSITIVE_INFINITY ? 0 : bytesOf(lower, upper) / capacity;
    },
    fixed: nothing,
    slope: nothing,
  };
}

/**
 * The measures of a search for the best plan under constraints, the objective's first: a limit on what is traded off
 * against the objective keeps plans apart, any other one, and the memories, only rule out.
 */
export function measuresOf(
  costs: CostTables,
  family: CutFamily,
  objective: Objective,
  constraints: Constraints,
): Measure[] {
  const limits = limitsOf(constraints);
  const bound = limits.find(({ metric }) => metric === objective)?.most ?? Number.POSITIVE_INFINITY;
  const measures: Measure[] = [{ ...objectiveMeasure(costs, family, objective), most: bound }];
  for (const { metric, most } of limits) {
    if (metric === objective) continue;
    measures.push({
      ...metricMeasure(costs, family, metric),
      most,
      decides: isTradedOff(metric, costs.infrastructure),
    });
  }
  if (memoriesMayFill(costs)) measures.push({ ...memoryMeasure(costs, family), most: fullMemory, decides: false });
  return measures;
}

/**
 * What cuts on links cost in a metric (`docs/theory.md` section 4): what crosses on the way up, nothing where nothing does,
 * and where anything runs above the cut what comes back.
 */
function crossings(costs: CostTables, family: CutFamily, metric: Metric): Pick<Measure, 'fixed' | 'slope'> {
  const { infrastructure, answers } = costs;
  const join = (a: number, b: number) => joined(metric, a, b);
  const perLink = infrastructure.links.map((link, l) => {
    const bytes = family.bytes[l] ?? new Float64Array(family.size);
    const up = priceOf(metric, wayOf(infrastructure, l, 'up'), true);
    const fixed = bytes.map((one) =>
      one === 0 || one === Number.POSITIVE_INFINITY ? one : up.once + one * up.perByte,
    );
    const slope = bytes.map((one) => one * up.perByteAtOneMbps || 0);
    const down = priceOf(metric, wayOf(infrastructure, l, 'down'), link.downBandwidthMbps === undefined);
    const returning = !answers.comesBack ? [] : family.answerBytes.subarray(0, family.size - 1);
    for (const [c, one] of returning.entries()) {
      fixed[c] = join(fixed[c] ?? 0, down.once + one * down.perByte);
      slope[c] = join(slope[c] ?? 0, one * down.perByteAtOneMbps);
    }
    return { fixed, slope };
  });
  return { fixed: perLink.map(({ fixed }) => fixed), slope: perLink.map(({ slope }) => slope) };
}

/** What a way takes once, per byte at any bandwidth, and per byte at 1 Mbit/s where its bandwidth may vary. */
function priceOf(metric: Metric, way: Way, varies: boolean) {
  const { moving, sending } = metricArithmetic[metric];
  const perByteAtOneMbps = varies ? sending(8 / 1e6, way) : 0;
  const perByte = varies ? moving(1, way) : sendingValue(metric, 1, way);
  return { once: crossingValue(metric, 1, way), perByte, perByteAtOneMbps };
}

/** What a cut on a link takes at the reciprocal of a bandwidth in Mbit/s; `Infinity` where bytes are unknown. */
export function crossingFigure({ combine, fixed, slope }: Measure, l: number, c: number, reciprocal: number): number {
  const constant = fixed[l]?.[c] ?? 0;
  const growth = slope[l]?.[c] ?? 0;
  if (growth === 0 || constant === Number.POSITIVE_INFINITY) return constant;
  return combine === 'sum' ? constant + growth * reciprocal : Math.max(constant, growth * reciprocal);
}

/** Figure of what tier k runs between two cuts; where these are the same, of what it passes on for the kernels that they break. */
export function partFigure({ ofPart, rates }: Measure, { spans }: CutFamily, k: number, lower: number, upper: number) {
  if (ofPart !== undefined) return lower === upper ? 0 : ofPart(k, lower, upper);
  const span = spans[k];
  return span === undefined ? 0 : busyBetween(span, lower, upper) * (rates[k] ?? 0);
}

/** A measure of two parts together. */
export function combine(measure: Measure, a: number, b: number): number {
  return measure.combine === 'sum' ? a + b : Math.max(a, b);
}
