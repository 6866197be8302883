import { say } from '../../shared/messages/say';
import type { TrialReport, TrialTask } from '../../shared/reports/trial';
import { median, quantile, quartileDistance } from '../../shared/statistics';
import type { RateTimes, RequestTimes } from './askChain';

/** Everything that was measured. */
export interface Measured {
  readonly model: string;
  /** Over links without limits. */
  readonly open: readonly RequestTimes[];
  /** Over links as in the plan. */
  readonly shaped: readonly RequestTimes[];
  /** Runs of the whole model in between. */
  readonly yardstickMs: readonly number[];
  readonly rate?: RateTimes | undefined;
}

/** The machine wavers by more than a tenth: figures of other moments are hard to compare. */
const restlessPercent = 10;

/**
 * Predicted beside measured. What is expected of a tier is its prediction times the drift of the machine: the whole model's
 * time now over its time when the tier was measured. What is expected of a link is its prediction with the time that its hop
 * takes over a link without limits, which no link's figures cover.
 */
export function trialReport(task: TrialTask, measured: Measured): TrialReport {
  const { open, shaped, yardstickMs } = measured;
  const yardstick = {
    runs: yardstickMs.length,
    medianMs: median(yardstickMs),
    spreadPercent: (100 * quartileDistance(yardstickMs)) / Math.max(1e-9, median(yardstickMs)),
  };
  const tiers = task.tiers.map((tier, k) =>
    tierRow(
      tier,
      yardstick.medianMs,
      column(shaped, ({ tiersMs }) => tiersMs[k]),
    ),
  );
  const links = task.links.map((link, k) => {
    const hopMs = median(column(open, ({ linksMs }) => linksMs[k]));
    return linkRow(
      task,
      link,
      hopMs,
      column(shaped, ({ linksMs }) => linksMs[k]),
    );
  });
  const callerMs = median(shaped.map((times) => times.callerMs));
  const expectedMs = callerMs + sum([...tiers, ...links].map((row) => row.expectedMs));
  const latency = timesOf(column(shaped, ({ latencyMs }) => latencyMs));
  return {
    model: measured.model,
    requests: shaped.length,
    threads: task.threads,
    optimization: 'all',
    shaped: task.shaping,
    latency: {
      predictedMs: task.predictedMs,
      expectedMs,
      ...latency,
      errorPercent: overPercent(latency.measuredMs, task.predictedMs),
      expectedErrorPercent: overPercent(latency.measuredMs, expectedMs),
    },
    tiers,
    links,
    callerMs,
    yardstick,
    ...(measured.rate && { rate: rateRow(task, measured.rate) }),
    warnings: warningsOf(task, yardstick.spreadPercent),
  };
}

function tierRow({ id, predictedMs, referenceMs }: TrialTask['tiers'][number], yardstickMs: number, times: number[]) {
  const drift = referenceMs === undefined ? null : yardstickMs / referenceMs;
  const measured = timesOf(times);
  return {
    tier: id,
    predictedMs,
    expectedMs: predictedMs * (drift ?? 1),
    ...measured,
    errorPercent: overPercent(measured.measuredMs, predictedMs),
    drift,
  };
}

function linkRow(
  { shaping }: TrialTask,
  { from, to, bandwidthMbps, latencyMs, bytes, predictedMs, countedHopMs }: TrialTask['links'][number],
  hopMs: number,
  times: number[],
) {
  const isUsed = times.length > 0;
  const measured = timesOf(times);
  const onLinkMs = shaping && isUsed ? predictedMs - countedHopMs : 0;
  return {
    ...{ from, to, bandwidthMbps, latencyMs, bytes, predictedMs },
    expectedMs: isUsed ? Math.max(0, onLinkMs) + hopMs : 0,
    ...measured,
    errorPercent: overPercent(measured.measuredMs, predictedMs),
    hopMs,
  };
}

function rateRow({ ratePerSecond = 0, predictedPerSecond }: TrialTask, rate: RateTimes) {
  const { failed, answeredPerSecond, latenciesMs } = rate;
  return { perSecond: ratePerSecond, answeredPerSecond, predictedPerSecond, ...timesOf(latenciesMs), failed };
}

function warningsOf({ tiers, shaping }: TrialTask, spreadPercent: number): string[] {
  const foreign = tiers.filter(({ referenceMs, predictedMs }) => referenceMs === undefined && predictedMs > 0);
  return [
    ...(foreign.length > 0
      ? [say('trial.foreign', { tiers: foreign.map(({ id }) => id).join(', '), count: foreign.length }).text]
      : []),
    ...(spreadPercent > restlessPercent ? [say('trial.restless', { percent: Math.round(spreadPercent) }).text] : []),
    ...(shaping ? [] : [say('trial.unshaped', {}).text]),
  ];
}

function timesOf(values: readonly number[]) {
  return { measuredMs: median(values), p95Ms: quantile(values, 0.95) };
}

/** One figure of every request that has it. */
function column(requests: readonly RequestTimes[], of: (times: RequestTimes) => number | undefined): number[] {
  return requests.flatMap((times) => of(times) ?? []);
}

function overPercent(measured: number, said: number): number | null {
  return said > 0 ? 100 * (measured / said - 1) : null;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
