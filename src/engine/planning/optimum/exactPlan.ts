import { say } from '../../../shared/messages/say';
import { RecentResults } from '../../../shared/recentResults';
import { additiveMetrics } from '../../../shared/vocabulary/metrics';
import { DnnSplitError } from '../../../shared/work/errors';
import type { Work } from '../../../shared/work/work';
import type { ExactProblem, ExactSolution } from '../../solver/problem';
import { solveContracted, solveExactly } from '../../solver/solve';
import { type AdditiveObjective, additiveObjective } from '../costs/costModel';
import type { CostTables } from '../costs/costTables';
import type { Infrastructure } from '../infrastructure/infrastructure';
import { mayRunOn, type TierBounds, tierBounds } from '../infrastructure/tierBounds';
import type { Assignment } from '../plan/plan';
import { bondCosts } from './bondCosts';
import { keptContraction } from './keptContraction';
import { solverTopology, stateFrame, withStateCosts } from './stateFrame';

/**
 * The best assignment over the whole graph, cuts across branches included (`docs/theory.md` section 5). Pins and left-out
 * tiers are kept; limits on latency, cost, energy, throughput and memory are not, so that under limits the value is a
 * lower bound.
 * @throws DnnSplitError `bad-usage` for throughput, which is not a sum; `infeasible` when pins contradict each other or
 * every plan sends a tensor of unknown size; `canceled`.
 */
export function exactPlan(
  costs: CostTables,
  infrastructure: Infrastructure,
  work?: Work,
): { assignment: Assignment; objectiveValue: number } {
  const objective = additiveObjective(infrastructure, infrastructure.objective);
  if (objective === undefined) {
    throw new DnnSplitError('bad-usage', say('strategy.exactObjective', { metrics: additiveMetrics.join(', ') }));
  }
  const bounds = tierBounds(costs.graph, infrastructure);
  const { tierOfNode, cost } = solveTables(costs, objective, bounds, work);
  if (!Number.isFinite(cost)) {
    throw new DnnSplitError('infeasible', say('strategy.unknownSizesOrPins', {}));
  }
  return { assignment: tierOfNode, objectiveValue: cost };
}

/** Solutions per graph: a bandwidth, for one, changes nothing for cost and energy. */
const solutions = new RecentResults<CostTables['topology'], ExactSolution>();

/**
 * The optimum of an additive objective within bounds; kept for the next time that all is the same.
 * @throws DnnSplitError `canceled`
 */
export function solveTables(
  costs: CostTables,
  objective: AdditiveObjective,
  bounds: TierBounds,
  work?: Work,
): ExactSolution {
  const tables = [...costs.tiers.map(({ seconds }) => seconds), ...costs.wires.map(({ tensorBytes }) => tensorBytes)];
  const { perSecond, perByte, perCrossing, perAnswer, perAnswerByte } = objective;
  const prices = [...perSecond, ...perByte, ...perCrossing, ...perAnswer, ...perAnswerByte];
  const parts = [...tables, ...prices, costs.answers.nodeBytes, bounds.restricts && bounds];
  return solutions.get(costs.topology, parts, () => {
    const problem = problemOf(costs, objective, bounds);
    const frame = stateFrame(costs);
    if (frame === undefined) return solveContracted(problem, keptContraction(problem, costs, objective, bounds), work);
    // State has prices per byte of its own, which a kept contraction does not tell apart.
    const { tierOfNode, cost } = solveExactly(problem, work);
    return { tierOfNode: frame.own(tierOfNode), cost };
  });
}

/**
 * The labeling problem of an additive objective; tiers outside the bounds cost `Infinity`. With state that may travel it
 * has more nodes than the model, as `stateFrame` tells.
 */
export function problemOf(costs: CostTables, objective: AdditiveObjective, bounds: TierBounds): ExactProblem {
  const tierCount = costs.tiers.length;
  const nodeCount = costs.graph.nodes.length;
  const nodeCost = new Float64Array(nodeCount * tierCount);
  const { nodeBytes } = costs.answers;
  let perAnswerByte = 0;
  for (const [tier, { seconds }] of costs.tiers.entries()) {
    const perSecond = objective.perSecond[tier] ?? 0;
    // What is made here comes back over every link below.
    if (tier > 0) perAnswerByte += objective.perAnswerByte[tier - 1] ?? 0;
    for (let node = 0; node < nodeCount; node += 1) {
      const cost = (seconds[node] ?? 0) * perSecond + (nodeBytes[node] ?? 0) * perAnswerByte;
      nodeCost[node * tierCount + tier] = mayRunOn(bounds, node, tier) ? cost : Number.POSITIVE_INFINITY;
    }
  }
  const crossingCost = bondCosts(costs, objective) ?? new Float64Array(costs.graph.tensors.length * (tierCount - 1));
  for (const [link, { tensorBytes }] of costs.wires.entries()) {
    const perByte = objective.perByte[link] ?? 0;
    for (let tensor = 0; tensor < tensorBytes.length; tensor += 1) {
      const bytes = tensorBytes[tensor] ?? 0;
      const at = tensor * (tierCount - 1) + link;
      crossingCost[at] = Number.isFinite(bytes) ? (crossingCost[at] ?? 0) + bytes * perByte : bytes;
    }
  }
  const own = {
    nodeCost,
    crossingCost,
    linkCost: Float64Array.from(objective.perCrossing),
    reachCost: Float64Array.from(objective.perCrossing, (_, l) => objective.perAnswer[l] ?? 0),
  };
  return { ...solverTopology(costs), ...withStateCosts(costs, own, objective) };
}
