import { DnnSplitError } from '../../../protocol/errors';
import { cutAtPosition, singleTensorPositions } from '../../split/cuts';
import { liveBytes } from '../../split/liveBytes';
import type { Cut } from '../../split/splitGraph';
import { hasLimits, infeasibleError, keepsLimits, memoryCheck, type PlanMetrics } from '../constraints';
import { assignmentOf, type CutFamily, createFamily } from '../cutFamily';
import { chainProblem, solveChain } from '../familyDp';
import { searchLabels } from '../labels';
import { metricsValue } from '../prefixTuples';
import type { FoundPlan, StrategyContext } from '../strategy';

/** Positions that the search widens to when no plan over the candidates keeps the constraints. */
const widenedPositions = 240;

/**
 * DNNSplit (Kayal and Leon-Garcia, IEEE Access 2024): the best plan that cuts at candidates only. Under limits it looks at
 * all efficient plans over the candidates, and past them at other positions before it gives up.
 * @throws DnnSplitError `infeasible` when no plan keeps the constraints; says which to relax and by how much.
 */
export function planOverCandidates(context: StrategyContext): FoundPlan {
  const { costs, bounds } = context;
  const { constraints, objective } = costs.infrastructure;
  const family = createFamily(costs, context.cuts, bounds);
  if (!hasLimits(constraints)) {
    const fits = memoryCheck(costs, family);
    const found = solveChain(family, chainProblem(costs, family, bounds, objective, fits), costs.wires.length);
    if (found !== undefined) return { assignment: assignmentOf(family, found.chosen), evaluatedPlans: found.evaluated };
  }
  return planUnderLimits(context, family);
}

function planUnderLimits(context: StrategyContext, candidates: CutFamily): FoundPlan {
  const first = bestWithinLimits(context, candidates);
  if (first.plan !== undefined) return first.plan;
  const wider = createFamily(context.costs, [...context.cuts, ...otherPositions(context)], context.bounds);
  const second = bestWithinLimits(context, wider);
  if (second.plan !== undefined) {
    return { ...second.plan, evaluatedPlans: first.evaluated + second.plan.evaluatedPlans };
  }
  if (unknownInTheWay(context)) {
    throw new DnnSplitError(
      'infeasible',
      'No plan can be priced because sizes of tensors are unknown; bind the open dimensions under `dimensions`.',
    );
  }
  throw infeasibleError(context.costs.infrastructure, second.metrics);
}

function bestWithinLimits(
  context: StrategyContext,
  family: CutFamily,
): { plan: FoundPlan | undefined; metrics: readonly PlanMetrics[]; evaluated: number } {
  const { costs, bounds, work } = context;
  const { constraints, objective } = costs.infrastructure;
  const { labels, evaluated } = searchLabels(costs, family, bounds, memoryCheck(costs, family), work);
  let best: { chosen: readonly number[]; value: number } | undefined;
  for (const label of labels) {
    const value = metricsValue(label, objective);
    if (keepsLimits(constraints, label) && (best === undefined || value < best.value)) best = { ...label, value };
  }
  const plan = best && { assignment: assignmentOf(family, best.chosen), evaluatedPlans: evaluated };
  return { plan, metrics: labels, evaluated };
}

/** Positions besides the candidates, single-tensor cuts first, at most a few hundred of them, evenly spread. */
function otherPositions(context: StrategyContext): Cut[] {
  const { graph } = context.costs;
  const single = singleTensorPositions(liveBytes(graph));
  const all = Array.from({ length: graph.nodes.length + 1 }, (_, position) => position);
  const positions = all.length <= widenedPositions ? all : single;
  const step = Math.max(1, Math.ceil(positions.length / widenedPositions));
  return positions.filter((_, index) => index % step === 0).map((position) => cutAtPosition(graph, position));
}

function unknownInTheWay(context: StrategyContext): boolean {
  const { graph } = context.costs;
  return context.bounds.restricts && graph.tensors.some((tensor) => tensor.bytes === undefined);
}
