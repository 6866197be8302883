import { type LiveMoment, type LiveSwitch, type LiveView, switchReasons } from '../../shared/reports/live';
import type { Releasable } from '../window/disposables';
import { type RelayMetrics, readMetrics } from './metricsText';

/** What keeps a relay from being looked at. */
export type Trouble = 'unreachable' | 'token' | 'noRelay';

export interface WatchOptions {
  /** Of the first tier, for example `http://127.0.0.1:8000`. */
  readonly address: string;
  readonly token: string | undefined;
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>;
  readonly now: () => number;
  /** Pause between two looks, in milliseconds. */
  readonly everyMs: number;
  /** A trouble in a sentence. */
  readonly sentence: (trouble: Trouble) => string;
  readonly show: (view: LiveView) => void;
}

const answerWithinMs = 3000;
const mostAnswerBytes = 1_000_000;
const mostMoments = 120;
const mostSwitches = 5;

/** Looks at the relay of a first tier again and again until it is disposed. */
export class RelayWatch implements Releasable {
  readonly #ended = new AbortController();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #before: { readonly metrics: RelayMetrics; readonly atMs: number } | undefined;
  #view: LiveView;

  constructor(private readonly options: WatchOptions) {
    this.#view = { address: options.address, trouble: null, history: [], switches: [] };
  }

  /** Looks once, and goes on by itself. @returns what keeps it from being looked at */
  async look(): Promise<Trouble | undefined> {
    const trouble = await this.#ask();
    if (this.#ended.signal.aborted) return undefined;
    this.#view = { ...this.#view, trouble: trouble === undefined ? null : this.options.sentence(trouble) };
    this.options.show(this.#view);
    this.#timer = setTimeout(() => void this.look(), this.options.everyMs);
    return trouble;
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#ended.abort();
  }

  async #ask(): Promise<Trouble | undefined> {
    const { address, token, now } = this.options;
    const signal = AbortSignal.any([this.#ended.signal, AbortSignal.timeout(answerWithinMs)]);
    const headers = token === undefined ? undefined : { authorization: `Bearer ${token}` };
    try {
      const answer = await this.options.fetch(`${address}/metrics`, {
        signal,
        redirect: 'error',
        ...(headers && { headers }),
      });
      if (answer.status === 401) return 'token';
      const text = answer.ok ? await shortText(answer) : undefined;
      const metrics = text === undefined ? undefined : readMetrics(text);
      if (metrics === undefined) return 'noRelay';
      this.#take(metrics, now());
      return undefined;
    } catch {
      return 'unreachable';
    }
  }

  #take(metrics: RelayMetrics, atMs: number): void {
    const { links, roundTripMs, cut, requests, failed } = metrics;
    // One that was started anew counts from 0 again.
    const before = (this.#before?.metrics.requests ?? 0) <= requests ? this.#before : undefined;
    this.#before = { metrics, atMs };
    const answered = before === undefined ? 0 : metrics.answered - before.metrics.answered;
    const moment: LiveMoment = {
      ...{ atMs, links, roundTripMs, cut, requests, failed },
      latencyMs: answered > 0 ? (metrics.answeredMs - (before?.metrics.answeredMs ?? 0)) / answered : null,
      perSecond: before === undefined ? 0 : (1e3 * answered) / Math.max(1, atMs - before.atMs),
    };
    const { history, switches } = this.#view;
    this.#view = {
      ...this.#view,
      history: [...history, moment].slice(-mostMoments),
      switches: [...switchesSince(before?.metrics, metrics, atMs), ...switches].slice(0, mostSwitches),
    };
  }
}

/** The text of an answer; nothing where it is longer than the metrics of any relay, of which no more is read. */
async function shortText({ body }: Response): Promise<string | undefined> {
  if (body === null) return '';
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body as AsyncIterable<Uint8Array>) {
    bytes += chunk.length;
    if (bytes > mostAnswerBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

/** The last one of each reason since the look before; where the cut is the same again, there is nothing to tell. */
function switchesSince(before: RelayMetrics | undefined, now: RelayMetrics, atMs: number): LiveSwitch[] {
  const { cut } = now;
  if (before === undefined || cut === null || before.cut?.id === cut.id) return [];
  const reason = switchReasons.find((one) => now.switchesFor[one] > before.switchesFor[one]);
  return reason === undefined ? [] : [{ atMs, reason, cut, mbps: now.links[0]?.mbps ?? null }];
}
