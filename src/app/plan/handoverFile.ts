import { basename } from 'node:path';
import type { Handover } from '../../engine/handover/blocks';
import { handover } from '../../engine/handover/handover';
import { analysisReport } from '../../engine/report/analysisReport';
import { planReport } from '../../engine/report/planReport';
import type { PlanOverrides } from '../../shared/protocol/requests';
import { planCommand } from '../../shared/wording/planCommand';
import { type PlannedModel, planDocumentOf } from './planAnalyzed';

/** The report of a plan. It names the model's file, but no folder. */
export function handoverOf(planned: PlannedModel, overrides: PlanOverrides, recommended?: PlannedModel): Handover {
  const { analyzed, result } = planned;
  const model = basename(analyzed.path);
  return handover({
    model,
    analysis: analysisReport(analyzed),
    plan: planReport(result, analyzed, recommended?.result),
    document: planDocumentOf(planned, analyzed.path),
    command: commandFor(model, planned, overrides),
  });
}

/** The command that makes the same report, where the configuration is the one beside the model. */
function commandFor(model: string, { settings }: PlannedModel, overrides: PlanOverrides): string {
  const { bindings, infrastructure } = settings;
  const tiers = infrastructure.tiers.map(({ id }) => id);
  return planCommand({ command: 'report', model, bindings, overrides, tiers, more: ['-o', 'report.html'] });
}
