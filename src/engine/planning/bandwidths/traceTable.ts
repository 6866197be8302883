import type { TableStep } from '../../../shared/reports/bandwidthReports';
import { bandwidthAt, sendingSeconds, type Trace } from './trace';
import type { TraceGoal, TraceRequests, TraceTable } from './traceChoices';

/** A cut as far as a link's bandwidth matters: its latency without what crosses there, and that, answers included. */
export interface TimedCut {
  readonly fixedMs: number;
  readonly bytes: number;
}

export interface TraceSettings {
  readonly goal: TraceGoal;
  /** Time between two requests. */
  readonly everyS: number;
  readonly switchMs: number;
  /** Answers later than this are missed; none are where absent. */
  readonly lateMs: number | undefined;
}

/** Requests beyond this are spread over the trace instead. */
const mostRequests = 20_000;

/** Requests over a trace, each of which knows the bandwidth of the one before it. @param startMbps known to the first */
export function requestsOver(
  trace: Trace,
  cuts: readonly TimedCut[],
  { everyS: wantedS, switchMs, lateMs = Number.POSITIVE_INFINITY }: TraceSettings,
  startMbps = 0,
): { readonly requests: TraceRequests; readonly everyS: number } {
  const everyS = Math.max(wantedS, trace.durationS / mostRequests);
  const times = Array.from({ length: Math.max(1, Math.floor(trace.durationS / everyS)) }, (_, index) => index * everyS);
  const latencyMs = times.map((seconds) =>
    cuts.map(({ fixedMs, bytes }) => fixedMs + 1e3 * sendingSeconds(trace, seconds, bytes)),
  );
  const knownMbps = times.map((_, index) => (index === 0 ? startMbps : bandwidthAt(trace, times[index - 1] ?? 0)));
  return { requests: { latencyMs, knownMbps, switchMs, lateMs }, everyS };
}

/** The table row by row, with neighboring levels of the same decision as one. */
export function tableSteps({ bordersMbps, next }: TraceTable, cutCount: number): TableStep[] {
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
