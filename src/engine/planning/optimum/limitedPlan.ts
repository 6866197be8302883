import type { Metric } from '../../../shared/vocabulary/metrics';
import type { Figure, Goal, Limit, LimitedProblem } from '../../solver/limited/limitedProblem';
import { memoryGraph } from '../../split/sessionGraph';
import { residentState } from '../../split/stateTensors';
import { type AdditiveObjective, additiveObjective } from '../costs/costModel';
import type { CostTables } from '../costs/costTables';
import { evaluatePlan } from '../costs/evaluate';
import type { Objective } from '../infrastructure/infrastructure';
import type { TierBounds } from '../infrastructure/tierBounds';
import { brokenMemories, limitsOf, limitTolerance } from '../plan/constraints';
import { busyValue, type Direction, sendingValue, wayOf } from '../plan/metrics';
import { fullMemory } from '../search/measures';
import { memoriesMayFill } from '../search/partMemory';
import { bondTopology } from './bondCosts';
import { problemOf } from './exactPlan';
import { solverTopology, stateFrame } from './stateFrame';

/**
 * The whole planning question as a problem of the solver: the objective, every limit, and each memory by its weights and
 * its biggest layer; what a memory takes at its peak is asked of whole plans only.
 */
export function limitedProblemOf(costs: CostTables, bounds: TierBounds): LimitedProblem {
  return problemWith(costs, bounds, goalOf(figuresOf(costs, bounds, costs.infrastructure.objective)));
}

/** The same constraints with another goal. */
export function problemWith(costs: CostTables, bounds: TierBounds, goal: Goal): LimitedProblem {
  const { constraints } = costs.infrastructure;
  const limits = limitsOf(constraints).flatMap(({ metric, most }) => limitsOn(costs, bounds, metric, most));
  const isTight = memoriesMayFill(costs);
  return {
    ...solverTopology(costs),
    goal,
    limits: [...limits, ...callLimits(costs, bounds), ...(isTight ? memoryLimits(costs) : [])],
    lowest: bounds.lowest,
    highest: bounds.highest,
    ...(isTight && { accepts: (tierOfNode: Uint8Array) => fits(costs, tierOfNode) }),
  };
}

/** The least of one figure, or the least worst one of several. */
export function goalOf(figures: readonly Figure[]): Goal {
  const [figure, ...others] = figures;
  return figure !== undefined && others.length === 0 ? { kind: 'sum', figure } : { kind: 'worst', figures };
}

/** Limits of the solver that keep a metric at or below a value. */
export function limitsOn(costs: CostTables, bounds: TierBounds, metric: Metric, most: number): Limit[] {
  return figuresOf(costs, bounds, metric).map((figure) => ({ figure, most }));
}

/** The sum of an objective that adds up, else all stages, of which the slowest counts. */
function figuresOf(costs: CostTables, bounds: TierBounds, objective: Objective): Figure[] {
  const sum = additiveObjective(costs.infrastructure, objective);
  return (sum === undefined ? stagePrices(costs) : [sum]).map((prices) => problemOf(costs, prices, bounds));
}

/** Prices that count one stage alone: a tier's busy seconds per replica, or the seconds that a link is busy in one direction. */
function stagePrices({ infrastructure, answers }: CostTables): AdditiveObjective[] {
  const { tiers, links } = infrastructure;
  const noTiers = tiers.map(() => 0);
  const noLinks = links.map(() => 0);
  const [perSecond, perCrossing, perByte, perAnswer, perAnswerByte] = [noTiers, noLinks, noLinks, noLinks, noLinks];
  const nothing = { perSecond, perCrossing, perByte, perAnswer, perAnswerByte };
  const byteOn = (l: number, direction: Direction) =>
    noLinks.with(l, sendingValue('throughput', 1, wayOf(infrastructure, l, direction)));
  return [
    ...tiers.map((_, k) => ({ ...nothing, perSecond: noTiers.with(k, busyValue('throughput', 1, infrastructure, k)) })),
    ...links.map((_, l) => ({ ...nothing, perByte: byteOn(l, 'up') })),
    ...(answers.totalBytes > 0 || answers.carried.length > 0
      ? links.map((_, l) => ({ ...nothing, perAnswerByte: byteOn(l, 'down') }))
      : []),
  ];
}

/** Limits on the calls of a session. */
function callLimits({ phases, infrastructure }: CostTables, bounds: TierBounds): Limit[] {
  if (phases === undefined) return [];
  const { maxFirstTokenMs, maxPerTokenMs } = infrastructure.constraints;
  const on = (costs: CostTables, most: number | undefined) =>
    most === undefined ? [] : limitsOn(costs, bounds, 'latency', most * 1e-3 * (1 + limitTolerance));
  return [...on(phases.first, maxFirstTokenMs), ...on(phases.token, maxPerTokenMs)];
}

function memoryLimits(costs: CostTables): Limit[] {
  return costs.infrastructure.tiers.flatMap(({ memoryGB }, k): Limit[] =>
    memoryGB === undefined ? [] : [{ figure: memoryFigure(costs, k), most: memoryGB * 1e9 * fullMemory }],
  );
}

/** Bytes that a tier's memory takes at least: its weights and what its biggest layer reads and writes. */
export function memoryFigure(costs: CostTables, k: number): Figure {
  const { graph, infrastructure } = costs;
  const { tiers } = infrastructure;
  const { tensors } = memoryGraph(graph);
  const state = residentState(graph);
  const nodeCost = new Float64Array(graph.nodes.length * tiers.length);
  const largest = new Float64Array(nodeCost.length);
  for (const [node, { weightBytes, reads, writes }] of graph.nodes.entries()) {
    nodeCost[node * tiers.length + k] = weightBytes + (state[node] ?? 0);
    const working = new Set([...reads, ...writes]);
    let bytes = 0;
    for (const tensor of working) bytes += tensors[tensor]?.bytes ?? 0;
    largest[node * tiers.length + k] = bytes;
  }
  const crossingCost = new Float64Array(bondTopology(costs).producer.length * (tiers.length - 1));
  const noCost = new Float64Array(tiers.length - 1);
  const own = { nodeCost, crossingCost, linkCost: noCost, reachCost: noCost };
  const frame = stateFrame(costs);
  if (frame === undefined) return { ...own, largest };
  return { ...frame.costs(own, []), largest: frame.costs({ ...own, nodeCost: largest }, []).nodeCost };
}

function fits(costs: CostTables, tierOfNode: Uint8Array): boolean {
  return brokenMemories(costs.infrastructure, evaluatePlan(costs, tierOfNode)).length === 0;
}
