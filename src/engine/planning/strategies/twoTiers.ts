import { say } from '../../../shared/messages/say';
import { DnnSplitError } from '../../../shared/work/errors';
import { solveExactly } from '../../solver/solve';
import type { AdditiveObjective } from '../costs/costModel';
import { problemOf } from '../optimum/exactPlan';
import { stateFrame } from '../optimum/stateFrame';
import { crossingValue, sendingValue, wayOf } from '../plan/metrics';
import type { Assignment } from '../plan/plan';
import { pairTables, problemBetween } from './pairTables';
import type { StrategyContext } from './strategy';

/** Weights of busy seconds and of what crosses, for a cut between the first and the last tier that may be used. */
export interface TwoTierWeights {
  /** Per busy second of the lower tier. */
  readonly lower: number;
  /** Per busy second of the upper tier. */
  readonly upper: number;
  /** Per second of transfer, over all links between the two. */
  readonly transfer: number;
}

/** The lower and the upper tier of a two-tier plan, as indices. */
export interface TierPair {
  readonly lower: number;
  readonly upper: number;
}

/**
 * The published two-tier methods cut between one edge and one cloud: here between the first tier that may run anything
 * and each other one; what lies between the two only passes tensors on.
 * @throws DnnSplitError `bad-usage` where only one tier may be used
 */
export function tierPairs(context: StrategyContext): TierPair[] {
  const { allowedTiers } = context.bounds;
  const lower = allowedTiers.indexOf(1);
  const pairs: TierPair[] = [];
  for (let upper = lower + 1; upper < allowedTiers.length; upper += 1) {
    if (allowedTiers[upper] === 1) pairs.push({ lower, upper });
  }
  if (pairs.length > 0) return pairs;
  throw new DnnSplitError('bad-usage', say('strategy.oneTier', {}));
}

/**
 * Minimum cut between two tiers under weights (DADS, INFOCOM 2019, section IV).
 * @param metric whether a transfer is all of its time, or how long it keeps the link busy.
 * @returns nothing where no cut is allowed
 */
export function cutBetween(
  context: StrategyContext,
  pair: TierPair,
  weights: TwoTierWeights,
  metric: 'latency' | 'throughput' = 'latency',
): Assignment | undefined {
  const { lower, upper } = pair;
  const { costs, bounds } = context;
  const { infrastructure, answers } = costs;
  const up = infrastructure.links.map((_, l) => wayOf(infrastructure, l, 'up'));
  const down = !answers.comesBack ? [] : infrastructure.links.map((_, l) => wayOf(infrastructure, l, 'down'));
  const objective: AdditiveObjective = {
    perSecond: costs.tiers.map((_, tier) => (tier === lower ? weights.lower : weights.upper)),
    perCrossing: up.map((way) => crossingValue(metric, weights.transfer, way)),
    perByte: up.map((way) => sendingValue(metric, weights.transfer, way)),
    perAnswer: down.map((way) => crossingValue(metric, weights.transfer, way)),
    perAnswerByte: down.map((way) => sendingValue(metric, weights.transfer, way)),
  };
  const frame = stateFrame(costs);
  if (frame !== undefined) {
    const allowedTiers = bounds.allowedTiers.map((_, tier) => (tier === lower || tier === upper ? 1 : 0));
    const { tierOfNode, cost } = solveExactly(problemOf(costs, objective, { ...bounds, allowedTiers }), context.work);
    return Number.isFinite(cost) ? frame.own(tierOfNode) : undefined;
  }
  const tables = pairTables(costs, bounds, !bounds.restricts && weights.upper <= weights.lower);
  const { tierOfNode, cost } = solveExactly(problemBetween(tables, objective, lower, upper), context.work);
  if (!Number.isFinite(cost)) return undefined;
  const { nodeOf } = tables;
  const assignment = new Uint8Array(nodeOf.length);
  for (let node = 0; node < nodeOf.length; node += 1) {
    assignment[node] = tierOfNode[nodeOf[node] ?? 0] === 1 ? upper : lower;
  }
  return assignment;
}

/** The error of a two-tier strategy that finds no allowed cut. */
export function noTwoTierPlan(): DnnSplitError {
  return new DnnSplitError('infeasible', say('strategy.noTwoTierCut', {}));
}
