import type { PolicyRegime } from '../../engine/deploy/adaptiveContracts';
import { moveCutsToCallBorders } from '../../engine/extract/topLevel';
import type { TimedCut } from '../../engine/planning/bandwidths/traceTable';
import type { Assignment } from '../../engine/planning/plan/plan';
import { assignedTiers } from '../../engine/split/nodeRanges';
import type { PlanDocument } from '../../shared/documents/plan';
import { say } from '../../shared/messages/say';
import { DnnSplitError } from '../../shared/work/errors';
import type { AnalyzedModel } from '../model/analyzeFile';
import { checkPlan } from './checkPlan';

/** The cuts that a plan's policy for one link uses, each once, and the regimes that choose among them. */
export interface PolicyCuts {
  readonly cuts: readonly Assignment[];
  readonly regimes: readonly PolicyRegime[];
  /** What each cut takes by the bandwidth, where the plan says so. */
  readonly timed: readonly (TimedCut | undefined)[];
}

/**
 * Reads the regimes of a link out of a plan.
 * @throws DnnSplitError `bad-usage` for a link that is not there, `invalid-plan` where the plan states no placements, one that
 * does not fit, or the same one for every bandwidth
 */
export function policyCuts(plan: PlanDocument, model: AnalyzedModel, link: number, planPath: string): PolicyCuts {
  if (plan.links[link] === undefined) throw new DnnSplitError('bad-usage', say('policy.link', { link }));
  const cuts: Assignment[] = [];
  const indices = new Map<string, number>();
  const regimes: PolicyRegime[] = [];
  const timed: (TimedCut | undefined)[] = [];
  for (const regime of plan.regimes) {
    if (regime.link !== link) continue;
    if (regime.nodes === undefined) throw noPolicy(link, planPath);
    const assignment = assignmentOf(plan, model, regime.nodes, planPath);
    const key = assignment.join();
    const cut = indices.get(key) ?? cuts.length;
    if (cut === cuts.length) {
      cuts.push(assignment);
      timed.push(timesOf(regime));
    }
    indices.set(key, cut);
    const { fromMbps, toMbps, keepsLimitsFromMbps, infeasible } = regime;
    const before = regimes.at(-1);
    const isInfeasible = infeasible !== undefined;
    // Cuts that differ inside of a call of a function alone are one.
    if (
      before?.cut === cut &&
      before.isInfeasible === isInfeasible &&
      before.keepsLimitsFromMbps === keepsLimitsFromMbps
    )
      regimes[regimes.length - 1] = { ...before, toMbps };
    else regimes.push({ fromMbps, toMbps, cut, keepsLimitsFromMbps, isInfeasible });
  }
  if (regimes.length === 0) throw noPolicy(link, planPath);
  if (cuts.length < 2) throw new DnnSplitError('invalid-plan', say('policy.oneRegime', { link }), { path: planPath });
  return { cuts, regimes, timed };
}

function timesOf({ fixedMs, bytes, answerBytes = 0 }: PlanDocument['regimes'][number]): TimedCut | undefined {
  return fixedMs === undefined || bytes === undefined ? undefined : { fixedMs, bytes: bytes + answerBytes };
}

function noPolicy(link: number, planPath: string): DnnSplitError {
  return new DnnSplitError('invalid-plan', say('policy.none', { link }), { path: planPath });
}

function assignmentOf(
  plan: PlanDocument,
  { graph, structureHash }: AnalyzedModel,
  nodes: readonly (readonly string[])[],
  planPath: string,
): Assignment {
  const tiers = plan.tiers.map((tier, position) => ({ ...tier, nodes: [...(nodes[position] ?? [])] }));
  const wrong = checkPlan({ ...plan, tiers }, graph, structureHash).find(({ severity }) => severity === 'error');
  if (wrong !== undefined) throw new DnnSplitError('invalid-plan', wrong.said, { path: planPath });
  const { tiersOf } = assignedTiers(
    graph.nodes.map(({ id }) => id),
    nodes,
  );
  return moveCutsToCallBorders(
    graph,
    Uint8Array.from(tiersOf, ([tier = 0]) => tier),
  );
}
