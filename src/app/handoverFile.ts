import { basename } from 'node:path';
import type { Handover } from '../engine/handover/blocks';
import { handover } from '../engine/handover/handover';
import { analysisReport } from '../engine/report/analysisReport';
import { planReport } from '../engine/report/planReport';
import { shellWord } from '../shared/escape/shell';
import type { PlanOverrides } from '../shared/requests';
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

/** The command that makes the same report, as far as one can: cuts, pins and bandwidths that are tried have no option. */
function commandFor(model: string, { settings }: PlannedModel, { objective, strategy }: PlanOverrides): string {
  const bindings = Object.entries(settings.bindings).flatMap(([name, size]) => ['--bind', `${name}=${size}`]);
  const options = [
    ...bindings,
    ...(objective === undefined ? [] : ['--objective', objective]),
    ...(strategy === undefined ? [] : ['--strategy', strategy]),
  ];
  return ['dnnsplit', 'report', model, ...options, '-o', 'report.html'].map(shellWord).join(' ');
}
