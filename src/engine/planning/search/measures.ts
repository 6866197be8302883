import { objectiveWeights, pricePerSecond } from '../costs/costModel';
import type { CostTables } from '../costs/costTables';
import type { Constraints, Objective } from '../infrastructure/infrastructure';
import { limitsOf, limitTolerance, type PlanMetrics } from '../plan/constraints';
import type { CutFamily } from './cutFamily';
import { memoriesMayFill, partMemory } from './partMemory';

/**
 * A figure of a plan as what its parts add to it: what tiers run between two cuts, and cuts on links. On a link it is a
 * line over the reciprocal of the bandwidth.
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
  /** Growth of that per reciprocal of the bandwidth in Mbit/s: `slope[l][c]`. */
  readonly slope: readonly Float64Array[];
}

type Metric = keyof PlanMetrics;

/** One of the four figures that plans are compared by, unlimited. */
export function metricMeasure(costs: CostTables, family: CutFamily, metric: Metric): Measure {
  const { tiers } = costs.infrastructure;
  const rates = tiers.map((tier, k) => {
    if (metric === 'latencyS') return 1;
    if (metric === 'slowestS') return 1 / tier.replicas;
    if (metric === 'cost') return pricePerSecond(tier);
    return k === 0 ? tier.watts : 0;
  });
  return {
    combine: metric === 'slowestS' ? 'worst' : 'sum',
    most: Number.POSITIVE_INFINITY,
    decides: true,
    rates,
    ...crossings(costs, family, metric),
  };
}

/** What is optimized: a metric, or a weighted sum of them. */
export function objectiveMeasure(costs: CostTables, family: CutFamily, objective: Objective): Measure {
  if (typeof objective === 'string') return metricMeasure(costs, family, metricOf(objective));
  const { latency = 0, cost = 0, energy = 0 } = objectiveWeights(objective) ?? {};
  const weighted = (
    [
      ['latencyS', latency],
      ['cost', cost],
      ['energyJ', energy],
    ] as const
  ).flatMap(([metric, weight]) => (weight === 0 ? [] : [{ weight, measure: metricMeasure(costs, family, metric) }]));
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
 */
export function memoryMeasure(costs: CostTables, family: CutFamily): Measure {
  const bytesOf = partMemory(costs.graph, family);
  const capacities = costs.infrastructure.tiers.map(({ memoryGB }) => (memoryGB ?? Number.POSITIVE_INFINITY) * 1e9);
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
 * The measures of a search for the best plan under constraints, the objective's first. A limit on latency or cost makes
 * plans incomparable that trade it against the objective. One on throughput or memory is kept by every part alone, and
 * the energy of the first tier is settled by the first cut, so that these only rule out.
 */
export function measuresOf(
  costs: CostTables,
  family: CutFamily,
  objective: Objective,
  constraints: Constraints,
): Measure[] {
  const own = metricOf(objective);
  const limits = limitsOf(constraints);
  const bound = limits.find(({ metric }) => metric === own)?.most ?? Number.POSITIVE_INFINITY;
  const measures: Measure[] = [{ ...objectiveMeasure(costs, family, objective), most: bound }];
  for (const { metric, most } of limits) {
    if (metric === own) continue;
    const decides = metric === 'latencyS' || metric === 'cost';
    measures.push({ ...metricMeasure(costs, family, metric), most, decides });
  }
  if (memoriesMayFill(costs)) measures.push({ ...memoryMeasure(costs, family), most: fullMemory, decides: false });
  return measures;
}

function metricOf(objective: 'latency' | 'cost' | 'energy' | 'throughput'): Metric;
function metricOf(objective: Objective): Metric | undefined;
function metricOf(objective: Objective): Metric | undefined {
  if (objective === 'latency') return 'latencyS';
  if (objective === 'throughput') return 'slowestS';
  if (objective === 'energy') return 'energyJ';
  return objective === 'cost' ? 'cost' : undefined;
}

/** What cuts on links cost in a metric (`docs/theory.md` section 4); nothing where nothing crosses. */
function crossings(costs: CostTables, family: CutFamily, metric: Metric): Pick<Measure, 'fixed' | 'slope'> {
  const isTime = metric === 'latencyS' || metric === 'slowestS';
  const perLink = costs.infrastructure.links.map((link, l) => {
    const perByte =
      metric === 'cost' ? link.pricePerGB / 1e9 : metric === 'energyJ' && l === 0 ? link.joulesPerMB / 1e6 : 0;
    const bytes = family.bytes[l] ?? new Float64Array(family.size);
    return {
      fixed: bytes.map((one) => (one === 0 || one === Number.POSITIVE_INFINITY ? one : fixedOf(one))),
      slope: bytes.map((one) => (isTime ? (8 * one) / 1e6 : 0)),
    };
    function fixedOf(one: number): number {
      return isTime ? link.latencyMs * 1e-3 : one * perByte;
    }
  });
  return { fixed: perLink.map(({ fixed }) => fixed), slope: perLink.map(({ slope }) => slope) };
}

/** A measure of two parts together. */
export function combine(measure: Measure, a: number, b: number): number {
  return measure.combine === 'sum' ? a + b : Math.max(a, b);
}
