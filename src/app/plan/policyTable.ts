import type { Trace } from '../../engine/planning/bandwidths/trace';
import { learnedTable } from '../../engine/planning/bandwidths/traceChoices';
import { requestsOver, type TraceSettings, tableSteps } from '../../engine/planning/bandwidths/traceTable';
import { say } from '../../shared/messages/say';
import type { TableStep } from '../../shared/reports/bandwidthReports';
import { DnnSplitError } from '../../shared/work/errors';
import type { PolicyCuts } from './policyCuts';

/** A bandwidth trace for which the cuts of a policy are chosen, and what is to be least. */
export interface PolicyTrace extends TraceSettings {
  readonly trace: Trace;
}

/**
 * The table that relays follow instead of the regimes' borders: the best one for requests over a trace.
 * @param startMbps bandwidth of the link in the plan
 * @throws DnnSplitError `invalid-plan` where the plan does not say what its regimes take
 */
export function policyTable(
  { timed }: Pick<PolicyCuts, 'timed'>,
  { trace, ...settings }: PolicyTrace,
  startMbps: number,
  planPath: string,
): TableStep[] {
  const cuts = timed.filter((cut) => cut !== undefined);
  if (cuts.length < timed.length)
    throw new DnnSplitError('invalid-plan', say('policy.untimed', {}), { path: planPath });
  const { requests } = requestsOver(trace, cuts, settings, startMbps);
  return tableSteps(learnedTable(requests, settings.goal), cuts.length);
}
