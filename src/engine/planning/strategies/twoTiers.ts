import { say } from '../../../shared/messages/say';
import { DnnSplitError } from '../../../shared/work/errors';
import type { Work } from '../../../shared/work/work';
import { assignmentCost, type ExactProblem, type ExactSolution, nodeCostAt } from '../../solver/problem';
import { solveExactly } from '../../solver/solve';
import type { AdditiveObjective } from '../costs/costModel';
import { problemOf } from '../optimum/exactPlan';
import { stateFrame } from '../optimum/stateFrame';
import { crossingValue, sendingValue, wayOf } from '../plan/metrics';
import type { Assignment } from '../plan/plan';
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
  const allowedTiers = bounds.allowedTiers.map((_, tier) => (tier === lower || tier === upper ? 1 : 0));
  const problem = problemOf(costs, objective, { ...bounds, allowedTiers });
  const frame = stateFrame(costs);
  const { tierOfNode, cost } =
    frame === undefined ? solveBetween(problem, pair, context.work) : solveExactly(problem, context.work);
  if (!Number.isFinite(cost)) return undefined;
  return frame?.own(tierOfNode) ?? tierOfNode;
}

/** The optimum of a problem in which only two tiers may run anything: what lies between them is one link. */
function solveBetween(problem: ExactProblem, { lower, upper }: TierPair, work: Work): ExactSolution {
  const links = problem.tierCount - 1;
  const tensors = problem.producer.length;
  const nodeCost = new Float64Array(problem.nodeCount * 2);
  for (let node = 0; node < problem.nodeCount; node += 1) {
    nodeCost[2 * node] = nodeCostAt(problem, node, lower);
    nodeCost[2 * node + 1] = nodeCostAt(problem, node, upper);
  }
  const between = (perLink: Float64Array, first: number) => {
    let sum = 0;
    for (let link = lower; link < upper; link += 1) sum += perLink[first + link] ?? 0;
    return sum;
  };
  const crossingCost = new Float64Array(tensors);
  for (let tensor = 0; tensor < tensors; tensor += 1)
    crossingCost[tensor] = between(problem.crossingCost, tensor * links);
  const { tierOfNode } = solveExactly(
    {
      ...{ ...problem, tierCount: 2, nodeCost, crossingCost },
      linkCost: Float64Array.of(between(problem.linkCost, 0)),
      reachCost: Float64Array.of(between(problem.reachCost, 0)),
    },
    work,
  );
  const assignment = tierOfNode.map((isAbove) => (isAbove === 1 ? upper : lower));
  return { tierOfNode: assignment, cost: assignmentCost(problem, assignment) };
}

/** The error of a two-tier strategy that finds no allowed cut. */
export function noTwoTierPlan(): DnnSplitError {
  return new DnnSplitError('infeasible', say('strategy.noTwoTierCut', {}));
}
