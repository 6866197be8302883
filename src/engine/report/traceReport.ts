import type { TraceReport, TraceRow } from '../../shared/reports/bandwidthReports';
import { follow, startingController, usualHysteresis } from '../../shared/vocabulary/policy';
import type { Trace } from '../planning/bandwidths/trace';
import {
  figuresOf,
  learnedTable,
  oracleCuts,
  type TraceRequests,
  tableCuts,
} from '../planning/bandwidths/traceChoices';
import { requestsOver, type TraceSettings, tableSteps } from '../planning/bandwidths/traceTable';
import type { PlanningResult } from '../planning/planModel';
import { placement } from './placement';

/**
 * What requests over a trace would take: with the regimes' borders, with a table made for the trace, with every cut by itself,
 * and for somebody who knows the future. A request knows the bandwidth of the one before it.
 */
export function traceReport(result: PlanningResult, link: number, trace: Trace, settings: TraceSettings): TraceReport {
  const { goal, switchMs, lateMs } = settings;
  const regimes = result.regimes[link] ?? [];
  const plans = distinct(regimes);
  const { requests, everyS } = requestsOver(
    trace,
    plans.map(({ fixedMs, bytes, answerBytes }) => ({ fixedMs, bytes: bytes + answerBytes })),
    settings,
    result.costs.infrastructure.links[link]?.bandwidthMbps,
  );
  const planOf = (regime: number) => plans.findIndex(({ key }) => key === regimes[regime]?.assignment.join());
  const table = learnedTable(requests, goal);
  const row = (name: string, cuts: readonly number[]): TraceRow => ({ name, ...figuresOf(requests, cuts) });
  return {
    link,
    goal,
    requests: requests.latencyMs.length,
    everyS,
    switchMs,
    ...(lateMs !== undefined && { lateMs }),
    cuts: plans.map(({ assignment, fixedMs, bytes }) => ({
      summary: placement(result.costs, assignment).summary,
      fixedMs,
      bytes,
    })),
    rows: [
      row('regimes', bordersCuts(regimes, requests).map(planOf)),
      row('table', tableCuts(requests, table)),
      ...plans.map((_, cut) =>
        row(
          `cut ${cut + 1}`,
          requests.latencyMs.map(() => cut),
        ),
      ),
      row('oracle', oracleCuts(requests, goal)),
    ],
    table: tableSteps(table, plans.length),
  };
}

/** The plans of all regimes, each once, from the slowest link to the fastest. */
function distinct(regimes: PlanningResult['regimes'][number]) {
  const found = new Map<string, PlanningResult['regimes'][number][number]>();
  for (const regime of regimes) if (!found.has(regime.assignment.join())) found.set(regime.assignment.join(), regime);
  return [...found].map(([key, regime]) => ({ key, ...regime }));
}

const atOnce = { hysteresis: usualHysteresis, minimumDwellMs: 0, minimumSamples: 0 };

/** The regime of each request, as `--follow` and the relays choose it. */
function bordersCuts(regimes: PlanningResult['regimes'][number], { knownMbps }: TraceRequests): number[] {
  let state = startingController;
  return knownMbps.map((bandwidthMbps, nowMs) => {
    state = follow(regimes, state, { bandwidthMbps, nowMs }, atOnce);
    return state.regime;
  });
}
