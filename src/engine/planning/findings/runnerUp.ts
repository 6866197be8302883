import type { CandidateOutcome } from '../../../shared/reports/reports';
import { membersBelow } from '../../split/cuts';
import { withWholeKernels } from '../../split/kernelCuts';
import type { Candidate } from '../../split/splitGraph';
import type { CostTables } from '../costs/costTables';
import { evaluatePlan } from '../costs/evaluate';
import { brokenConstraints } from '../plan/constraints';
import type { Plan } from '../plan/plan';

/** Candidates that are tried where the best ones break a limit. */
const mostTried = 20;

/**
 * The best plan that cuts once, at a candidate where the plan does not cut or at the end of the kernel that it lies in, and
 * keeps the limits.
 * @param outcomes those of the candidates, in their order
 */
export function runnerUp(
  costs: CostTables,
  candidates: readonly Candidate[],
  outcomes: readonly CandidateOutcome[],
): Plan | undefined {
  const objectiveOfOutcome = ({ objectiveValue }: CandidateOutcome) => objectiveValue ?? Number.POSITIVE_INFINITY;
  const others = outcomes
    .map((outcome, rank) => ({ outcome, candidate: candidates[rank] }))
    .filter(({ outcome }) => !outcome.chosen && outcome.link !== null)
    .sort((a, b) => objectiveOfOutcome(a.outcome) - objectiveOfOutcome(b.outcome));
  for (const { outcome, candidate } of others.slice(0, mostTried)) {
    const { link } = outcome;
    if (link === null || candidate === undefined) continue;
    const plans = [...new Set([candidate, withWholeKernels(costs.graph, costs.bonds, candidate)])].map((cut): Plan => {
      const assignment = membersBelow(costs.graph, cut).map((isBelow) => (isBelow === 1 ? link : link + 1));
      const evaluation = evaluatePlan(costs, assignment);
      return { strategy: 'dnnsplit', assignment, evaluation, evaluatedPlans: others.length };
    });
    const [best] = plans
      .filter(({ evaluation }) => brokenConstraints(costs.infrastructure, evaluation).length === 0)
      .sort((a, b) => a.evaluation.objectiveValue - b.evaluation.objectiveValue);
    if (best !== undefined) return best;
  }
  return undefined;
}
