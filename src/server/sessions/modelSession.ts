import { setTimeout } from 'node:timers/promises';
import { findConfig } from '../../app/model/findConfig';
import { fileStamp } from '../../files/fileIdentity';
import { say } from '../../shared/messages/say';
import { hasOverrides } from '../../shared/protocol/overrides';
import type { ModelSnapshot, PlanOverrides } from '../../shared/protocol/requests';
import type { RegionMapReport } from '../../shared/reports/bandwidthReports';
import { DnnSplitError, type ErrorData, toErrorData } from '../../shared/work/errors';
import type { AnalysisFunctions, ModelAnalysis, ModelRequest, ModelState } from '../workers/analysisApi';
import type { WorkerClient } from '../workers/workerClient';
import { pathToUri } from './uris';

export interface SessionListener {
  readonly changed: (snapshot: ModelSnapshot) => void;
  readonly progress: (token: string, stage: string, fraction: number | null) => void;
}

/** One request's interest in the outcome of a session. */
export interface Interest {
  readonly token?: string;
  readonly signal?: AbortSignal;
}

interface Waiter extends Interest {
  /** The overrides that it waits for, where it brought some. */
  readonly overrides?: PlanOverrides;
  readonly resolve: (snapshot: ModelSnapshot) => void;
  readonly reject: (error: DnnSplitError) => void;
}

/** Why a map is broken off that begins again by itself. */
const madeRoom = 'Made room for what a person waits for.';

/** The strategies are compared once nothing has changed for this long, so that a drag is not held up. */
const comparisonDelayMs = 250;

/**
 * An analysis is shown without its plan where that is not there so soon after the run began: the views of most models change
 * once, and a large one shows its candidates as soon as they are known.
 */
const planPatienceMs = 400;

/** A picture that was handed out is on the screen by then, also where everything shares two cores. */
const drawnAfterMs = 750;

/**
 * One open model: keeps its snapshot up to date with the files and the overrides. At most one run is under way; what is
 * asked meanwhile is answered by the run after it, so the newest wish wins and none hangs.
 */
export class ModelSession {
  #snapshot: ModelSnapshot;
  /** Overrides that a plan exists for. */
  #overrides: PlanOverrides = {};
  /** Overrides that the next run tries. */
  #wanted: PlanOverrides = this.#overrides;
  /** The snapshot does not reflect what was asked. */
  #stale = true;
  /** The last run broke off through no fault of the model; whoever asks next starts another. */
  #brokenOff = false;
  #disposed = false;
  #running: AbortController | undefined;
  #comparing: AbortController | undefined;
  #mapping: AbortController | undefined;
  /** The files as they were when the run under way began. */
  #filesOfRun = '';
  readonly #waiters = new Set<Waiter>();
  /** What the comparison comes after. */
  #first: Promise<void> | undefined;

  constructor(
    readonly modelPath: string,
    modelUri: string,
    private readonly worker: WorkerClient<AnalysisFunctions>,
    private readonly listener: SessionListener,
  ) {
    this.#snapshot = { modelUri, revision: 0, state: 'analyzing' };
  }

  get snapshot(): ModelSnapshot {
    return this.#snapshot;
  }

  /** What the worker needs to know to answer for the current snapshot. */
  get request(): ModelRequest {
    return { modelPath: this.modelPath, overrides: this.#overrides };
  }

  /**
   * The snapshot that reflects everything asked so far; waits for it where a run is needed.
   * @throws DnnSplitError `canceled`
   */
  settled(interest: Interest = {}): Promise<ModelSnapshot> {
    return this.#settled(interest);
  }

  #settled(interest: Interest & { readonly overrides?: PlanOverrides }): Promise<ModelSnapshot> {
    if (interest.signal?.aborted) return Promise.reject(canceledError());
    if (this.#brokenOff) this.#stale = true;
    if (!this.#stale && this.#running === undefined) return Promise.resolve(this.#snapshot);
    return new Promise((resolve, reject) => {
      const waiter: Waiter = { ...interest, resolve, reject };
      this.#waiters.add(waiter);
      interest.signal?.addEventListener('abort', () => this.#loseInterest(waiter), { once: true });
      void this.#run();
    });
  }

  /** Runs again because a file has changed; a run under way is interrupted. */
  refresh(): void {
    this.#stale = true;
    this.#running?.abort();
    void this.#run();
  }

  /** Looks at the files again, unless a run is under way that began after their last change. */
  recheck(): void {
    if (this.#running === undefined || this.#files() !== this.#filesOfRun) this.#stale = true;
  }

  /**
   * Plans with other overrides; those that no plan satisfies are dropped. A run under way is finished first, so that a
   * drag is followed rather than starved.
   * @throws DnnSplitError `infeasible`, `invalid-config`, `canceled`
   */
  override(overrides: PlanOverrides, interest: Interest = {}): Promise<ModelSnapshot> {
    this.#wanted = overrides;
    this.#stale = true;
    return this.#settled({ ...interest, overrides });
  }

  /**
   * Asks for something that a person waits for: a comparison of strategies or a map of regions under way makes room for it,
   * and begins again once nothing has been asked for a while.
   */
  async ahead<Result>(ask: () => Promise<Result>): Promise<Result> {
    const isInterrupted = this.#comparing !== undefined;
    this.#comparing?.abort();
    this.#mapping?.abort(madeRoom);
    try {
      return await ask();
    } finally {
      if (isInterrupted) void this.#compareStrategies();
    }
  }

  /** Compares strategies only once `first`, a picture that is handed out, is on the screen. */
  compareAfter(first: Promise<void>): void {
    this.#first = first.then(() => setTimeout(drawnAfterMs, undefined, { ref: false }));
  }

  /**
   * The best plans over the bandwidths of two links, under the current overrides. A change of anything interrupts it, so
   * that it never holds a drag up; for what a person waits for it makes room and begins again.
   * @throws DnnSplitError `canceled`
   */
  async regions(links: readonly [number, number], signal: AbortSignal): Promise<RegionMapReport | null> {
    await this.settled({ signal });
    this.#mapping?.abort();
    for (;;) {
      const controller = new AbortController();
      this.#mapping = controller;
      try {
        const options = { signal: AbortSignal.any([signal, controller.signal]) };
        return await this.worker.call('regions', { ...this.request, links }, options);
      } catch (thrown) {
        if (controller.signal.reason !== madeRoom || signal.aborted || this.#disposed) throw thrown;
      } finally {
        if (this.#mapping === controller) this.#mapping = undefined;
      }
      await setTimeout(comparisonDelayMs, undefined, { ref: false });
      await this.settled({ signal });
    }
  }

  dispose(): void {
    this.#disposed = true;
    this.#stale = false;
    this.#running?.abort();
    this.#comparing?.abort();
    this.#mapping?.abort();
    for (const waiter of this.#waiters) waiter.reject(canceledError());
    this.#waiters.clear();
  }

  /** No run has come to its end yet, though the model itself may be known. */
  get #isNew(): boolean {
    const { analysis, state } = this.#snapshot;
    return analysis === undefined || state === 'analyzing';
  }

  /** Changes when the model does, or its configuration. */
  #files(): string {
    const configPath = findConfig(this.modelPath);
    return [this.modelPath, ...(configPath === undefined ? [] : [configPath])].map(fileStamp).join();
  }

  #loseInterest(waiter: Waiter): void {
    if (!this.#waiters.delete(waiter)) return;
    waiter.reject(canceledError());
    // Only a first run belongs to its waiters alone; later ones also serve the views that are already open.
    if (this.#waiters.size === 0 && this.#isNew) this.#running?.abort();
  }

  async #run(): Promise<void> {
    if (this.#running !== undefined) return;
    this.#comparing?.abort();
    this.#mapping?.abort();
    while (this.#stale) {
      this.#stale = false;
      this.#brokenOff = false;
      const controller = new AbortController();
      const beganAtMs = performance.now();
      this.#running = controller;
      this.#filesOfRun = this.#files();
      const overrides = this.#wanted;
      const request = { modelPath: this.modelPath, overrides, compare: false };
      try {
        const options = { signal: controller.signal, onProgress: this.#onProgress };
        const known = this.#isNew ? await this.worker.call('analysis', request, options) : undefined;
        const state = this.worker.call('state', request, options);
        if (known) void this.#showBeforePlan(known, state, beganAtMs + planPatienceMs);
        this.#accept(await state, overrides);
      } catch (thrown) {
        if (this.#disposed) break;
        if (!DnnSplitError.is(thrown, 'canceled')) this.#fail(thrown);
        else if (!this.#stale) {
          this.#brokenOff = true;
          break;
        }
      }
    }
    this.#running = undefined;
    this.#answerWaiters();
    void this.#compareStrategies();
  }

  /** Publishes what is known of a model that still waits for its first plan at `atMs`. */
  async #showBeforePlan(known: ModelAnalysis, planned: Promise<ModelState>, atMs: number): Promise<void> {
    const ended = planned.then(
      () => false,
      () => false,
    );
    const patienceMs = Math.max(0, atMs - performance.now());
    const isWaiting = await Promise.race([ended, setTimeout(patienceMs, true, { ref: false })]);
    if (isWaiting) this.#publish({ ...this.#readySnapshot(known), state: 'analyzing' });
  }

  /** Adds the other strategies to the snapshot, unless something else comes first. */
  async #compareStrategies(): Promise<void> {
    const { state, plan, configError } = this.#snapshot;
    if (this.#disposed || this.#running || state !== 'ready' || !plan || configError) return;
    this.#comparing?.abort();
    const controller = new AbortController();
    this.#comparing = controller;
    try {
      await this.#first;
      await setTimeout(comparisonDelayMs, undefined, { signal: controller.signal, ref: false });
      const request = { ...this.request, compare: true };
      const compared = await this.worker.call('state', request, { signal: controller.signal });
      if (!controller.signal.aborted && compared.plan) this.#publish(this.#readySnapshot(compared));
    } catch {
      // Interrupted, or the worker ended: the plan itself is there, and the next run compares again.
    } finally {
      if (this.#comparing === controller) this.#comparing = undefined;
    }
  }

  readonly #onProgress = (stage: string, fraction: number | null): void => {
    for (const { token } of this.#waiters) {
      if (token !== undefined) this.listener.progress(token, stage, fraction);
    }
  };

  #accept(state: ModelState, overrides: PlanOverrides): void {
    if (state.planError !== undefined && overrides !== this.#overrides) {
      this.#rejectOverrides(overrides, DnnSplitError.fromData(state.planError));
      return;
    }
    this.#overrides = overrides;
    this.#publish(this.#readySnapshot(state));
  }

  /** Returns to the last overrides that could be planned, and tells those who asked for these. */
  #rejectOverrides(overrides: PlanOverrides, error: DnnSplitError): void {
    if (this.#wanted === overrides) this.#wanted = this.#overrides;
    this.#stale = true;
    for (const waiter of this.#waiters) {
      if (waiter.overrides !== overrides) continue;
      this.#waiters.delete(waiter);
      waiter.reject(error);
    }
  }

  #fail(thrown: unknown): void {
    this.#brokenOff = DnnSplitError.is(thrown, 'worker-crashed');
    this.#publish({ ...this.#snapshot, state: 'failed', error: toErrorData(thrown) });
  }

  #answerWaiters(): void {
    const waiters = [...this.#waiters];
    // Someone may have joined a first run while its only other waiter gave it up.
    if (this.#brokenOff && this.#snapshot.state !== 'failed' && waiters.length > 0 && !this.#disposed) {
      this.#stale = true;
      void this.#run();
      return;
    }
    this.#waiters.clear();
    for (const waiter of waiters) waiter.resolve(this.#snapshot);
  }

  #readySnapshot({ analysis, plan, planError, configPath }: ModelState): ModelSnapshot {
    const lastPlan = plan ?? (planError === undefined ? undefined : this.#snapshot.plan);
    return {
      modelUri: this.#snapshot.modelUri,
      revision: this.#snapshot.revision,
      state: 'ready',
      analysis,
      ...(lastPlan && { plan: lastPlan }),
      ...(hasOverrides(this.#overrides) && { tried: this.#overrides }),
      ...(configPath !== undefined && { configUri: pathToUri(configPath) }),
      ...(planError && { configError: placed(planError, configPath) }),
    };
  }

  #publish(snapshot: ModelSnapshot): void {
    if (this.#disposed) return;
    this.#snapshot = { ...snapshot, revision: this.#snapshot.revision + 1 };
    this.listener.changed(this.#snapshot);
  }
}

/** An error of planning belongs to the configuration unless it says otherwise. */
function placed(error: ErrorData, configPath: string | undefined): ErrorData {
  return error.place !== undefined || configPath === undefined ? error : { ...error, place: { path: configPath } };
}

function canceledError(): DnnSplitError {
  return new DnnSplitError('canceled', say('work.requestCanceled', {}));
}
