import { DnnSplitError } from '../../protocol/errors';
import { loadOf } from '../split/peakActivations';
import type { CostTables } from './costTables';
import type { CutFamily } from './cutFamily';
import type { Constraints, Infrastructure } from './infrastructure';
import type { Evaluation } from './plan';

/** The four figures that limits are put on: seconds, dollars, joules, and seconds of the slowest stage. */
export interface PlanMetrics {
  readonly latencyS: number;
  readonly cost: number;
  readonly energyJ: number;
  readonly slowestS: number;
}

/** One limit on a plan, in its own unit; all are "at most" but the throughput, which is "at least". */
interface Limit {
  readonly name: 'maxLatencyMs' | 'maxCostPerRequest' | 'maxEnergyJ' | 'minThroughputPerSecond';
  readonly bound: number;
  /** The plan's figure in the limit's unit. */
  readonly figure: (metrics: PlanMetrics) => number;
}

/** Relative tolerance of a limit, so that a figure that equals it up to rounding meets it. */
const tolerance = 1e-9;

function limitsOf(constraints: Constraints): Limit[] {
  const all: (Omit<Limit, 'bound'> & { bound: number | undefined })[] = [
    { name: 'maxLatencyMs', bound: constraints.maxLatencyMs, figure: (m) => m.latencyS * 1e3 },
    { name: 'maxCostPerRequest', bound: constraints.maxCostPerRequest, figure: (m) => m.cost },
    { name: 'maxEnergyJ', bound: constraints.maxEnergyJ, figure: (m) => m.energyJ },
    { name: 'minThroughputPerSecond', bound: constraints.minThroughputPerSecond, figure: (m) => 1 / m.slowestS },
  ];
  return all.flatMap((limit) => (limit.bound === undefined ? [] : [{ ...limit, bound: limit.bound }]));
}

/** True when there is a limit on latency, cost, energy or throughput. */
export function hasLimits(constraints: Constraints): boolean {
  return limitsOf(constraints).length > 0;
}

/** True when a plan with these figures keeps every limit. */
export function keepsLimits(constraints: Constraints, metrics: PlanMetrics): boolean {
  return limitsOf(constraints).every((limit) => keeps(limit, metrics));
}

function keeps(limit: Limit, metrics: PlanMetrics): boolean {
  const figure = limit.figure(metrics);
  if (limit.name === 'minThroughputPerSecond') return figure >= limit.bound * (1 - tolerance);
  return figure <= limit.bound * (1 + tolerance);
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
    .filter((limit) => !keeps(limit, metrics))
    .map((limit) => `${limit.name} ${limit.bound} (it takes ${rounded(limit.figure(metrics))})`);
  if (infrastructure.constraints.respectMemory !== true) return broken;
  for (const [k, tier] of infrastructure.tiers.entries()) {
    const load = evaluation.tiers[k];
    const bytes = (load?.weightBytes ?? 0) + (load?.peakActivationBytes ?? 0);
    if (tier.memoryGB !== undefined && bytes > tier.memoryGB * 1e9) {
      broken.push(`the ${tier.memoryGB} GB of \`${tier.id}\` (it needs ${rounded(bytes / 1e9)} GB)`);
    }
  }
  return broken;
}

/** Refuses parts of the model that do not fit into a tier's memory; everything fits where memory is not respected. */
export function memoryCheck(
  costs: CostTables,
  family: CutFamily,
): ((k: number, lower: number, upper: number) => boolean) | undefined {
  if (costs.infrastructure.constraints.respectMemory !== true) return undefined;
  const needed = new Map<number, number>();
  return (k, lower, upper) => {
    const memoryGB = costs.infrastructure.tiers[k]?.memoryGB;
    if (memoryGB === undefined) return true;
    const key = lower * family.cuts.length + upper;
    const bytes = needed.get(key) ?? partBytes(costs, family, lower, upper);
    needed.set(key, bytes);
    return bytes <= memoryGB * 1e9;
  };
}

function partBytes(costs: CostTables, family: CutFamily, lower: number, upper: number): number {
  const below = family.members[lower] ?? new Uint8Array();
  const here = (family.members[upper] ?? new Uint8Array()).map((member, node) => (below[node] === 1 ? 0 : member));
  const load = loadOf(costs.graph, here, below);
  return load.weightBytes + load.peakActivationBytes;
}

/**
 * The error for limits that no plan keeps: names the limit whose loosening, alone, helps with the least relative change.
 * @param plans figures of the plans that no other plan beats in all of them.
 */
export function infeasibleError(infrastructure: Infrastructure, plans: readonly PlanMetrics[]): DnnSplitError {
  const limits = limitsOf(infrastructure.constraints);
  if (plans.length === 0) return memoryError(infrastructure);
  const ways = limits.flatMap((limit) => {
    const others = limits.filter((other) => other !== limit);
    const reachable = plans.filter((plan) => others.every((other) => keeps(other, plan))).map(limit.figure);
    const isAtLeast = limit.name === 'minThroughputPerSecond';
    const best = isAtLeast ? Math.max(...reachable) : Math.min(...reachable);
    return Number.isFinite(best) ? [{ limit, best, change: Math.abs(Math.log(best / limit.bound)) }] : [];
  });
  ways.sort((a, b) => a.change - b.change);
  const [way] = ways;
  if (way === undefined) {
    const names = limits.map((limit) => `${limit.name} ${limit.bound}`).join(', ');
    return new DnnSplitError(
      'infeasible',
      `No plan keeps any two of the limits ${names} at once; loosen more than one of them.`,
    );
  }
  const verb = way.limit.name === 'minThroughputPerSecond' ? 'lower it to' : 'raise it to';
  const rest = limits.length > 1 ? ' while the other limits hold' : '';
  return new DnnSplitError(
    'infeasible',
    `No plan keeps \`${way.limit.name}\` ${way.limit.bound}${rest}: ${verb} ${rounded(way.best)} or relax another constraint.`,
  );
}

function memoryError(infrastructure: Infrastructure): DnnSplitError {
  const sizes = infrastructure.tiers.map((tier) => `${tier.id} ${tier.memoryGB ?? 'unlimited'} GB`).join(', ');
  return new DnnSplitError(
    'infeasible',
    `No plan fits into the memory of the tiers (${sizes}) under the pins; raise a \`memoryGB\` or drop \`respectMemory\`.`,
  );
}

function rounded(value: number): string {
  return `${Number(value.toPrecision(4))}`;
}
