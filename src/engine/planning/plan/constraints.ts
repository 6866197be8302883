import type { Constraints, Infrastructure, LimitName } from '../infrastructure/infrastructure';
import type { Evaluation } from './plan';

/** The four figures that limits are put on: seconds, dollars, joules, and seconds of the slowest stage. */
export interface PlanMetrics {
  readonly latencyS: number;
  readonly cost: number;
  readonly energyJ: number;
  readonly slowestS: number;
}

/** One limit on a plan. */
export interface Limit {
  readonly name: LimitName;
  /** As it is stated, in its own unit; all are "at most" but the throughput, which is "at least". */
  readonly bound: number;
  readonly metric: keyof PlanMetrics;
  /** What the metric may be at most, rounding allowed for. */
  readonly most: number;
}

/** Relative tolerance of a limit, so that a figure that equals it up to rounding meets it. */
export const limitTolerance = 1e-9;

/** The limits on latency, cost, energy and throughput that constraints state. */
export function limitsOf(constraints: Constraints): Limit[] {
  const { maxLatencyMs, maxCostPerRequest, maxEnergyJ, minThroughputPerSecond } = constraints;
  const slowestS = minThroughputPerSecond && 1 / minThroughputPerSecond;
  const all = [
    { name: 'maxLatencyMs', bound: maxLatencyMs, metric: 'latencyS', most: maxLatencyMs && maxLatencyMs * 1e-3 },
    { name: 'maxCostPerRequest', bound: maxCostPerRequest, metric: 'cost', most: maxCostPerRequest },
    { name: 'maxEnergyJ', bound: maxEnergyJ, metric: 'energyJ', most: maxEnergyJ },
    { name: 'minThroughputPerSecond', bound: minThroughputPerSecond, metric: 'slowestS', most: slowestS },
  ] as const;
  return all.flatMap(({ name, bound, metric, most }) =>
    bound === undefined || most === undefined ? [] : [{ name, bound, metric, most: most * (1 + limitTolerance) }],
  );
}

/** True when there is a limit on latency, cost, energy or throughput. */
export function hasLimits(constraints: Constraints): boolean {
  return limitsOf(constraints).length > 0;
}

/** True when a plan with these figures keeps every limit. */
export function keepsLimits(constraints: Constraints, metrics: PlanMetrics): boolean {
  return limitsOf(constraints).every(({ metric, most }) => metrics[metric] <= most);
}

/** A figure in the unit that its limit is stated in. */
export function inLimitUnit(name: LimitName, figure: number): number {
  if (name === 'maxLatencyMs') return figure * 1e3;
  return name === 'minThroughputPerSecond' ? 1 / figure : figure;
}

/** The figures of an evaluation in the units that limits are checked in. */
export function metricsOf(evaluation: Evaluation): PlanMetrics {
  return {
    latencyS: evaluation.latencyMs * 1e-3,
    cost: evaluation.costPerRequest,
    energyJ: evaluation.energyJ,
    slowestS: 1 / evaluation.throughputPerSecond,
  };
}

/** What a plan breaks, in words; empty when it keeps every limit and fits into every memory that must be respected. */
export function brokenConstraints(infrastructure: Infrastructure, evaluation: Evaluation): string[] {
  const metrics = metricsOf(evaluation);
  const broken = limitsOf(infrastructure.constraints)
    .filter(({ metric, most }) => !(metrics[metric] <= most))
    .map(({ name, bound, metric }) => `${name} ${bound} (it takes ${rounded(inLimitUnit(name, metrics[metric]))})`);
  return [...broken, ...brokenMemories(infrastructure, evaluation)];
}

/** The memories that must be respected and do not hold a plan, in words. */
export function brokenMemories(infrastructure: Infrastructure, evaluation: Evaluation): string[] {
  if (infrastructure.constraints.respectMemory !== true) return [];
  return infrastructure.tiers.flatMap(({ id, memoryGB }, k) => {
    const load = evaluation.tiers[k];
    const bytes = (load?.weightBytes ?? 0) + (load?.peakActivationBytes ?? 0);
    if (memoryGB === undefined || bytes <= memoryGB * 1e9 * (1 + limitTolerance)) return [];
    return [`the ${memoryGB} GB of \`${id}\` (it needs ${rounded(bytes / 1e9)} GB)`];
  });
}

/** A figure of a sentence, to four significant digits. */
export function rounded(value: number): string {
  return `${Number(value.toPrecision(4))}`;
}
