import { DnnSplitError } from '../../../protocol/errors';
import type { AdditiveObjective } from '../costModel';
import type { Assignment } from '../plan';
import type { StrategyContext } from '../strategy';
import { problemOf } from './exactPlan';
import { solveExactly } from './solve';

/** Weights of busy seconds and of what crosses, for a cut between the first and the last tier that may be used. */
export interface TwoTierWeights {
  /** Per busy second of the lower tier. */
  readonly lower: number;
  /** Per busy second of the upper tier. */
  readonly upper: number;
  /** Per second of transfer, over all links between the two. */
  readonly transfer: number;
}

/**
 * The published two-tier methods cut between one edge and one cloud: here the first and the last tier that may run
 * anything; what lies between them only passes tensors on.
 * @returns indices of the two tiers
 * @throws DnnSplitError `bad-usage` where only one tier may be used
 */
export function outerTiers(context: StrategyContext): { lower: number; upper: number } {
  const lower = context.bounds.allowedTiers.indexOf(1);
  const upper = context.bounds.allowedTiers.lastIndexOf(1);
  if (lower === upper)
    throw new DnnSplitError('bad-usage', 'This strategy cuts between two tiers, and only one may be used.');
  return { lower, upper };
}

/**
 * Minimum cut between the two outer tiers under weights (DADS, INFOCOM 2019, section IV).
 * @returns nothing where no cut is allowed
 */
export function cutBetweenOuterTiers(context: StrategyContext, weights: TwoTierWeights): Assignment | undefined {
  const { lower, upper } = outerTiers(context);
  const { costs, bounds } = context;
  const { links } = costs.infrastructure;
  const objective: AdditiveObjective = {
    perSecond: costs.tiers.map((_, tier) => (tier === lower ? weights.lower : weights.upper)),
    perCrossing: links.map((link) => weights.transfer * link.latencyMs * 1e-3),
    perByte: links.map((link) => (weights.transfer * 8) / (link.bandwidthMbps * 1e6)),
  };
  const allowedTiers = bounds.allowedTiers.map((_, tier) => (tier === lower || tier === upper ? 1 : 0));
  const { tierOfNode, cost } = solveExactly(problemOf(costs, objective, { ...bounds, allowedTiers }), context.work);
  return Number.isFinite(cost) ? tierOfNode : undefined;
}

/** The error of a two-tier strategy that finds no allowed cut. */
export function noTwoTierPlan(): DnnSplitError {
  return new DnnSplitError(
    'infeasible',
    'No cut between the first and the last tier is allowed: a pin names a tier between them, or every cut sends a tensor of unknown size.',
  );
}
