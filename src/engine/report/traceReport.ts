import type { TraceReport, TraceRow } from '../../shared/bandwidthReports';
import { follow, startingController, usualHysteresis } from '../../shared/policy';
import { bandwidthAt, sendingSeconds, type Trace } from '../planning/bandwidths/trace';
import {
  figuresOf,
  learnedTable,
  oracleCuts,
  type TraceGoal,
  type TraceRequests,
  type TraceTable,
  tableCuts,
} from '../planning/bandwidths/traceChoices';
import type { PlanningResult } from '../planning/planModel';
import { placement } from './placement';

export interface TraceSettings {
  /** Index of the link whose bandwidth the trace is. */
  readonly link: number;
  readonly goal: TraceGoal;
  /** Time between two requests. */
  readonly everyS: number;
  readonly switchMs: number;
  /** Answers later than this are missed; none are where absent. */
  readonly lateMs: number | undefined;
}

/** Requests beyond this are spread over the trace instead. */
const mostRequests = 20_000;

/**
 * What requests over a trace would take: with the regimes' borders, with a table made for the trace, with every cut by itself,
 * and for somebody who knows the future. A request knows the bandwidth of the one before it.
 */
export function traceReport(result: PlanningResult, trace: Trace, settings: TraceSettings): TraceReport {
  const { link, goal, switchMs, lateMs } = settings;
  const regimes = result.regimes[link] ?? [];
  const plans = distinct(regimes);
  const { requests, everyS } = requestsOver(
    trace,
    plans,
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
    table: tableRows(table, plans.length),
  };
}

/** The plans of all regimes, each once, from the slowest link to the fastest. */
function distinct(regimes: PlanningResult['regimes'][number]) {
  const found = new Map<string, PlanningResult['regimes'][number][number]>();
  for (const regime of regimes) if (!found.has(regime.assignment.join())) found.set(regime.assignment.join(), regime);
  return [...found].map(([key, { assignment, fixedMs, bytes }]) => ({ key, assignment, fixedMs, bytes }));
}

function requestsOver(
  trace: Trace,
  plans: readonly { readonly fixedMs: number; readonly bytes: number }[],
  { everyS: wantedS, switchMs, lateMs = Number.POSITIVE_INFINITY }: TraceSettings,
  startMbps = 0,
): { readonly requests: TraceRequests; readonly everyS: number } {
  const everyS = Math.max(wantedS, trace.durationS / mostRequests);
  const times = Array.from({ length: Math.max(1, Math.floor(trace.durationS / everyS)) }, (_, index) => index * everyS);
  const latencyMs = times.map((seconds) =>
    plans.map(({ fixedMs, bytes }) => fixedMs + 1e3 * sendingSeconds(trace, seconds, bytes)),
  );
  const knownMbps = times.map((_, index) => (index === 0 ? startMbps : bandwidthAt(trace, times[index - 1] ?? 0)));
  return { requests: { latencyMs, knownMbps, switchMs, lateMs }, everyS };
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

/** The table with neighboring levels of the same decision as one. */
function tableRows({ bordersMbps, next }: TraceTable, cutCount: number): TraceReport['table'] {
  return Array.from({ length: cutCount }, (_, before) => before).flatMap((before) => {
    const rows: { before: number; fromMbps: number; toMbps: number | null; cut: number }[] = [];
    for (const [level, decisions] of next.entries()) {
      const cut = decisions[before] ?? 0;
      const last = rows.at(-1);
      const toMbps = bordersMbps[level] ?? null;
      if (last?.cut === cut) last.toMbps = toMbps;
      else rows.push({ before, fromMbps: bordersMbps[level - 1] ?? 0, toMbps, cut });
    }
    return rows;
  });
}
