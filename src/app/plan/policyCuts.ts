import type { PolicyPlan, PolicyRegime } from '../../engine/deploy/adaptiveContracts';
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

/** The cuts of a policy for several links, each once, and what says which is the best. */
export interface LinkPlanCuts {
  readonly cuts: readonly Assignment[];
  readonly plans: readonly PolicyPlan[];
}

/**
 * Reads the regimes of a link out of a plan.
 * @throws DnnSplitError `bad-usage` for a link that is not there, `invalid-plan` where the plan states no placements, one that
 * does not fit, or the same one for every bandwidth
 */
export function policyCuts(plan: PlanDocument, model: AnalyzedModel, link: number, planPath: string): PolicyCuts {
  if (plan.links[link] === undefined) throw new DnnSplitError('bad-usage', say('policy.link', { link }));
  const cuts = new CutNumbers();
  const regimes: PolicyRegime[] = [];
  const timed: (TimedCut | undefined)[] = [];
  for (const regime of plan.regimes) {
    if (regime.link !== link) continue;
    if (regime.nodes === undefined) throw noPolicy(link, planPath);
    const cut = cuts.numberOf(assignmentOf(plan, model, regime.nodes, planPath));
    if (cut === timed.length) timed.push(timesOf(regime));
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
  if (timed.length < 2) throw new DnnSplitError('invalid-plan', say('policy.oneRegime', { link }), { path: planPath });
  return { cuts: cuts.all, regimes, timed };
}

/**
 * Reads the plans of a map over the bandwidths of several links out of a plan.
 * @param links in ascending order
 * @throws DnnSplitError `bad-usage` for a link that is not there, `invalid-plan` where the plan has no map of these links that
 * says what its plans come to, a placement that does not fit, or the same one for all bandwidths
 */
export function linkPlanCuts(
  plan: PlanDocument,
  model: AnalyzedModel,
  links: readonly number[],
  planPath: string,
): LinkPlanCuts {
  for (const link of links)
    if (plan.links[link] === undefined) throw new DnnSplitError('bad-usage', say('policy.link', { link }));
  const { regionMap } = plan;
  const mapped = regionMap !== undefined && regionMap.links.join() === links.join() ? regionMap.plans : undefined;
  const noMap = () =>
    new DnnSplitError('invalid-plan', say('policy.noMap', { links: links.join(', ') }), { path: planPath });
  if (mapped === undefined) throw noMap();
  const cuts = new CutNumbers();
  const plans = mapped.map(({ nodes, terms, limits }): PolicyPlan => {
    if (terms === undefined) throw noMap();
    return { cut: cuts.numberOf(assignmentOf(plan, model, nodes, planPath)), terms, limits };
  });
  if (cuts.all.length < 2) throw new DnnSplitError('invalid-plan', say('policy.onePlan', {}), { path: planPath });
  return { cuts: cuts.all, plans };
}

/** Different cuts, numbered in the order in which they come. */
class CutNumbers {
  readonly all: Assignment[] = [];
  private readonly numbers = new Map<string, number>();

  numberOf(assignment: Assignment): number {
    const key = assignment.join();
    const number = this.numbers.get(key) ?? this.all.length;
    if (number === this.all.length) this.all.push(assignment);
    this.numbers.set(key, number);
    return number;
  }
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
