import { type CostTables, createCostTables } from '../../engine/planning/costs/costTables';
import { evaluatePlan } from '../../engine/planning/costs/evaluate';
import type { Infrastructure } from '../../engine/planning/infrastructure/infrastructure';
import type { Plan } from '../../engine/planning/plan/plan';
import { assignedTiers } from '../../engine/split/nodeRanges';
import type { PlanDocument } from '../../shared/documents/plan';
import { namesOf, recordOf } from '../../shared/recordOf';
import { linkRates, tierRates } from '../../shared/vocabulary/metrics';
import { DnnSplitError } from '../../shared/work/errors';
import type { AnalyzedModel } from '../model/analyzeFile';
import { checkPlan } from './checkPlan';

/**
 * The plan that a document states, priced again with the document's own figures. Times that were measured are estimates
 * here: a document names its profiles and does not hold them.
 * @throws DnnSplitError `invalid-plan` where it does not fit to the model
 */
export function plannedFromDocument(document: PlanDocument, model: AnalyzedModel): { costs: CostTables; plan: Plan } {
  const [finding] = checkPlan(document, model.graph, model.structureHash);
  if (finding !== undefined) throw new DnnSplitError('invalid-plan', finding.said, { path: model.path });
  const ids = model.graph.nodes.map(({ id }) => id);
  const nodesOfTiers = document.tiers.map(({ nodes }) => nodes);
  const { tiersOf } = assignedTiers(ids, nodesOfTiers);
  const costs = createCostTables(model.graph, infrastructureOf(document));
  const assignment = Uint8Array.from(tiersOf, ([tier = 0]) => tier);
  return {
    costs,
    plan: { strategy: 'dnnsplit', assignment, evaluation: evaluatePlan(costs, assignment), evaluatedPlans: 0 },
  };
}

function infrastructureOf(document: PlanDocument): Infrastructure {
  return {
    tiers: document.tiers.map((tier) => ({
      ...tier,
      // What older documents do not state was not counted.
      ...recordOf(namesOf(tierRates), (rate) => tier[rate] ?? 0),
      gflops: tier.gflops ?? undefined,
      memoryGBps: tier.memoryGBps ?? undefined,
      memoryGB: tier.memoryGB ?? undefined,
      profile: undefined,
    })),
    links: document.links.map((link) => ({
      ...link,
      ...recordOf(namesOf(linkRates), (rate) => link[rate] ?? 0),
      downPricePerGB: link.downPricePerGB ?? link.pricePerGB,
    })),
    objective: 'latency',
    constraints: {},
    inputWireBytes: {},
    // Older documents leave the way back out of account.
    answer: document.answer ?? 'stays',
    outputAnswers: Object.fromEntries(
      Object.entries(document.outputs ?? {}).map(([name, { answer }]) => [name, answer]),
    ),
  };
}
