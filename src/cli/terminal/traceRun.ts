import { setTimeout as delay } from 'node:timers/promises';
import { bandwidthAt, type Trace } from '../../engine/planning/bandwidths/trace';
import type { EmulatedLink } from '../../relay/execution/emulatedLink';
import { InferenceClient } from '../../relay/execution/inferenceClient';
import { timingParameter } from '../../relay/inference/travelling';
import { Ending } from '../../runtime/ending';
import { unhurriedCall } from '../../runtime/executor';
import { randomInput, randomNumbers } from '../../runtime/randomInputs';
import type { ContractDocument } from '../../shared/documents/contract';
import { interfaceOf } from '../../shared/documents/contractParts';
import { type PlanDocument, sizesOfPlan } from '../../shared/documents/plan';
import { planValueAt } from '../../shared/vocabulary/linkPlans';
import { bandwidthText, counted, durationText } from '../../shared/vocabulary/quantities';
import { tableText } from './table';

export interface TraceRunOptions {
  /** Address of the first tier. */
  readonly address: string;
  readonly plan: PlanDocument;
  /** Of the first tier. */
  readonly contract: ContractDocument;
  readonly trace: Trace;
  /** The link that the trace is about, and its number. */
  readonly emulated: EmulatedLink;
  readonly link: number;
  readonly signal: AbortSignal;
  /** Hears of every second. */
  readonly tell: (line: string) => void;
}

/** What the chain did during one second. */
export interface TraceSecond {
  readonly seconds: number;
  readonly emulatedMbps: number;
  /** What the tier below the link has measured; none before anything was. */
  readonly measuredMbps: number | null;
  /** Number of the cut of the last request, from the slowest regime's on; none where there is but one. */
  readonly cut: number | null;
  readonly requests: number;
  readonly meanMs: number | null;
  /** What the plan says of that cut at the emulated bandwidth. */
  readonly predictedMs: number | null;
}

export interface TraceRunReport {
  readonly link: number;
  readonly requests: number;
  readonly failed: number;
  readonly meanMs: number;
  readonly p95Ms: number;
  readonly switches: number;
  readonly seconds: readonly TraceSecond[];
}

interface Answered {
  readonly latencyMs: number;
  readonly cut: string | undefined;
}

/** Lets the bandwidth of a link follow a trace while one client asks with random inputs, and watches what becomes of it. */
export async function runTrace(options: TraceRunOptions): Promise<TraceRunReport> {
  const { trace, emulated, signal } = options;
  const startMs = performance.now();
  const nowS = () => (performance.now() - startMs) / 1e3;
  const ending = new AbortController();
  const end = () => ending.abort();
  const ended = ending.signal;
  const timer = setTimeout(end, trace.durationS * 1e3);
  signal.addEventListener('abort', end, { once: true });
  // A trace that has ended does not begin again where its last second is told late.
  const lastS = trace.steps.at(-1)?.seconds ?? 0;
  const follow = () => {
    emulated.bandwidth = bandwidthAt(trace, Math.min(nowS(), lastS));
  };
  const following = setInterval(follow, followMs);
  const answered: Answered[] = [];
  const failures: unknown[] = [];
  const seconds: TraceSecond[] = [];
  const asking = askAll(options, ended, answered, failures);
  try {
    let told = 0;
    while (!ended.aborted) {
      await delay(1000, undefined, { signal: ended }).catch(() => undefined);
      // Timers are late where the machine is busy.
      follow();
      const second = await secondOf(options, nowS(), answered.slice(told));
      told = answered.length;
      seconds.push(second);
      options.tell(lineOf(second));
    }
    await asking;
  } finally {
    clearInterval(following);
    clearTimeout(timer);
    signal.removeEventListener('abort', end);
  }
  return { link: options.link, failed: failures.length, ...summaryOf(answered), seconds };
}

const followMs = 20;

async function askAll(
  { address, plan, contract }: TraceRunOptions,
  ended: AbortSignal,
  answered: Answered[],
  failures: unknown[],
): Promise<void> {
  const limits = { connectTimeoutMs: 3000, maxBodyBytes: 1e9, retries: 0 };
  const client = new InferenceClient({ address, modelName: contract.model, title: 'The first tier', ...limits });
  const random = randomNumbers(1);
  const inputs = interfaceOf(contract).inputs.map((tensor) => randomInput(tensor, sizesOfPlan(plan), random));
  const call = { ...unhurriedCall, ending: Ending.with(ended), wantsTiming: true };
  try {
    while (!ended.aborted) {
      const start = performance.now();
      try {
        const { parameters } = await client.infer(inputs, call);
        answered.push({ latencyMs: performance.now() - start, cut: cutOf(parameters[timingParameter]) });
      } catch (error) {
        if (ended.aborted) break;
        failures.push(error);
        await delay(100);
      }
    }
  } finally {
    client.close();
  }
}

function cutOf(timing: unknown): string | undefined {
  const [first]: { cut?: unknown }[] = Array.isArray(timing) ? timing : [];
  return typeof first?.cut === 'string' ? first.cut : undefined;
}

async function secondOf(
  options: TraceRunOptions,
  seconds: number,
  answered: readonly Answered[],
): Promise<TraceSecond> {
  const emulatedMbps = options.emulated.bandwidth;
  const last = answered.at(-1)?.cut;
  const latencies = answered.map(({ latencyMs }) => latencyMs);
  return {
    seconds,
    emulatedMbps,
    measuredMbps: await measured(options.address),
    cut: numberOf(options.contract, last),
    requests: answered.length,
    meanMs: latencies.length === 0 ? null : meanOf(latencies),
    predictedMs: predicted(options, last, emulatedMbps),
  };
}

/** Of the first tier, which looks after the link to the second. */
async function measured(address: string): Promise<number | null> {
  try {
    const text = await (await fetch(`${address}/metrics`)).text();
    const mbps = /^dnnsplit_link_mbps\{[^}]*\} (\S+)$/m.exec(text)?.[1];
    return mbps === undefined ? null : Number(mbps);
  } catch {
    return null;
  }
}

/** Ids of the cuts that the policy chooses among, in its order. */
function cutsOf(contract: ContractDocument): readonly string[] {
  if (contract.formatVersion !== 2) return [];
  const { links, plans } = contract.policy;
  return [...new Set((plans ?? links[0]?.borders ?? []).map(({ cut }) => cut))];
}

function numberOf(contract: ContractDocument, cut: string | undefined): number | null {
  const at = cut === undefined ? -1 : cutsOf(contract).indexOf(cut);
  return at < 0 ? null : at + 1;
}

function predicted({ plan, contract, link }: TraceRunOptions, cut: string | undefined, mbps: number): number | null {
  if (contract.formatVersion !== 2) return null;
  const { links, plans } = contract.policy;
  if (plans !== undefined) {
    const taken = plans.find((one) => one.cut === cut);
    // The latency in seconds.
    if (plan.objective !== 'latency' || taken === undefined || mbps === 0) return null;
    return (
      1e3 *
      planValueAt(
        taken,
        links.map((one) => (one.link === link ? mbps : one.startMbps)),
      )
    );
  }
  const border = links[0]?.borders.find((one) => one.cut === cut);
  const regime = plan.regimes.find((one) => one.link === link && one.fromMbps === border?.fromMbps);
  if (regime?.fixedMs === undefined || regime.bytes === undefined) return null;
  const bytes = regime.bytes + (regime.answerBytes ?? 0);
  if (bytes === 0) return regime.fixedMs;
  return mbps > 0 ? regime.fixedMs + (8 * bytes) / (1e3 * mbps) : null;
}

function lineOf({ seconds, emulatedMbps, measuredMbps, cut, requests, meanMs, predictedMs }: TraceSecond): string {
  return [
    `${seconds.toFixed(0).padStart(5)} s`,
    `link ${bandwidthText(emulatedMbps)}${measuredMbps === null ? '' : `, measured ${bandwidthText(measuredMbps)}`}`,
    ...(cut === null ? [] : [`cut ${cut}`]),
    meanMs === null ? 'no answer yet' : `${counted(requests, 'request')} in ${durationText(meanMs)} each`,
    ...(predictedMs === null ? [] : [`predicted ${durationText(predictedMs)}`]),
  ].join('; ');
}

function summaryOf(answered: readonly Answered[]) {
  const latencies = answered.map(({ latencyMs }) => latencyMs).sort((a, b) => a - b);
  return {
    requests: answered.length,
    meanMs: meanOf(latencies),
    p95Ms: latencies[Math.max(0, Math.ceil(0.95 * latencies.length) - 1)] ?? 0,
    switches: answered.filter(({ cut }, index) => index > 0 && cut !== answered[index - 1]?.cut).length,
  };
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}

/** The run for reading in a terminal. */
export function traceRunText({ requests, failed, meanMs, p95Ms, switches }: TraceRunReport): string {
  const columns = ['requests', 'failed', 'mean', '95 %', 'switches'].map((heading) => ({ heading, numeric: true }));
  const row = [String(requests), String(failed), durationText(meanMs), durationText(p95Ms), String(switches)];
  return tableText(columns, [row]);
}
