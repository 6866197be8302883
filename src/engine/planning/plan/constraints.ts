import { namesOf, recordOf } from '../../../shared/recordOf';
import {
  type Figures,
  figureOf,
  type LimitName,
  limitedMetrics,
  type Metric,
  metricEntry,
  metrics,
  metricTable,
} from '../../../shared/vocabulary/metrics';
import { sessionLimits } from '../../../shared/vocabulary/session';
import type { Constraints, Infrastructure } from '../infrastructure/infrastructure';
import type { MetricValues } from './metrics';
import type { Evaluation } from './plan';

/** One limit on a plan. */
export interface Limit {
  readonly name: LimitName;
  /** As it is stated, in its own unit; all are "at most" but the throughput, which is "at least". */
  readonly bound: number;
  readonly metric: Metric;
  /** What the metric's value may be at most, rounding allowed for. */
  readonly most: number;
}

/** Relative tolerance of a limit, so that a figure that equals it up to rounding meets it. */
export const limitTolerance = 1e-9;

/** The limits on metrics that constraints state. */
export function limitsOf(constraints: Constraints): Limit[] {
  return limitedMetrics.flatMap((metric): Limit[] => {
    const name = metricTable[metric].limit;
    const bound = constraints[name];
    if (bound === undefined) return [];
    return [{ name, bound, metric, most: metricEntry(metric).toValue(bound) * (1 + limitTolerance) }];
  });
}

/** True when there is a limit on some metric. */
export function hasLimits(constraints: Constraints): boolean {
  return limitedMetrics.some((metric) => constraints[metricTable[metric].limit] !== undefined);
}

/** The values of an evaluation, which limits are checked by. */
export function valuesOf(evaluation: Figures): MetricValues {
  return recordOf(metrics, (metric) => metricEntry(metric).toValue(figureOf(evaluation, metric)));
}

/** What a plan breaks, in words; empty when it keeps every limit and fits into every memory that must be respected. */
export function brokenConstraints(infrastructure: Infrastructure, evaluation: Evaluation): string[] {
  const values = valuesOf(evaluation);
  const broken = limitsOf(infrastructure.constraints)
    .filter(({ metric, most }) => !(values[metric] <= most))
    .map(({ name, bound, metric }) => {
      return `${name} ${bound} (it takes ${rounded(metricEntry(metric).toFigure(values[metric]))})`;
    });
  return [
    ...broken,
    ...brokenSessionLimits(infrastructure.constraints, evaluation),
    ...brokenMemories(infrastructure, evaluation),
  ];
}

/** The limits on the calls of a session that a plan breaks, in words. */
export function brokenSessionLimits(constraints: Constraints, { calls }: Pick<Evaluation, 'calls'>): string[] {
  if (calls === undefined) return [];
  const taken = { maxFirstTokenMs: calls.firstTokenMs, maxPerTokenMs: calls.perTokenMs };
  return namesOf(sessionLimits).flatMap((limit) => {
    const most = constraints[limit];
    if (most === undefined || taken[limit] <= most * (1 + limitTolerance)) return [];
    return [`${limit} ${most} (it takes ${rounded(taken[limit])})`];
  });
}

/** True unless plans may exceed what tiers state of their memory. */
export function respectsMemory({ respectMemory }: Constraints): boolean {
  return respectMemory !== false;
}

/** Bytes that a plan takes of a tier's memory: weights, activations at their peak, and the state of one session. */
export function memoryBytes({ tiers }: Pick<Evaluation, 'tiers'>, tier: number): number {
  const load = tiers[tier];
  return (load?.weightBytes ?? 0) + (load?.peakActivationBytes ?? 0) + (load?.stateBytes ?? 0);
}

/** The memories that must be respected and do not hold a plan, in words. */
export function brokenMemories(infrastructure: Infrastructure, evaluation: Evaluation): string[] {
  if (!respectsMemory(infrastructure.constraints)) return [];
  return infrastructure.tiers.flatMap(({ id, memoryGB }, k) => {
    const bytes = memoryBytes(evaluation, k);
    if (memoryGB === undefined || bytes <= memoryGB * 1e9 * (1 + limitTolerance)) return [];
    return [`the ${memoryGB} GB of \`${id}\` (it needs ${rounded(bytes / 1e9)} GB)`];
  });
}

/** A figure of a sentence, to four significant digits. */
export function rounded(value: number): string {
  return `${Number(value.toPrecision(4))}`;
}
