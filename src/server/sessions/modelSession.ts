import { DnnSplitError, type ErrorData, toErrorData } from '../../protocol/errors';
import type { ModelSnapshot, PlanOverrides } from '../../protocol/requests';
import type { AnalysisFunctions, ModelRequest, ModelState } from '../workers/analysisApi';
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
  readonly resolve: (snapshot: ModelSnapshot) => void;
  readonly reject: (error: DnnSplitError) => void;
}

/**
 * One open model: keeps its snapshot up to date with the files and the overrides. At most one run is under way; what is
 * asked meanwhile is answered by the run after it, so the newest wish wins and none hangs.
 */
export class ModelSession {
  #snapshot: ModelSnapshot;
  #overrides: PlanOverrides = {};
  /** The snapshot does not reflect what was asked. */
  #stale = true;
  /** The last run broke off through no fault of the model; whoever asks next starts another. */
  #brokenOff = false;
  #disposed = false;
  #running: AbortController | undefined;
  readonly #waiters = new Set<Waiter>();

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

  /** What the worker needs to know to answer for this session. */
  get request(): ModelRequest {
    return { modelPath: this.modelPath, overrides: this.#overrides };
  }

  /**
   * The snapshot that reflects everything asked so far; waits for it where a run is needed.
   * @throws DnnSplitError `canceled`
   */
  settled(interest: Interest = {}): Promise<ModelSnapshot> {
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

  /** Plans with other overrides. A run under way is finished first, so that a drag is followed rather than starved. */
  override(overrides: PlanOverrides, interest: Interest = {}): Promise<ModelSnapshot> {
    this.#overrides = overrides;
    this.#stale = true;
    return this.settled(interest);
  }

  dispose(): void {
    this.#disposed = true;
    this.#stale = false;
    this.#running?.abort();
    for (const waiter of this.#waiters) waiter.reject(canceledError());
    this.#waiters.clear();
  }

  #loseInterest(waiter: Waiter): void {
    if (!this.#waiters.delete(waiter)) return;
    waiter.reject(canceledError());
    // Only a first run belongs to its waiters alone; later ones also serve the views that are already open.
    if (this.#waiters.size === 0 && this.#snapshot.analysis === undefined) this.#running?.abort();
  }

  async #run(): Promise<void> {
    if (this.#running !== undefined) return;
    while (this.#stale) {
      this.#stale = false;
      this.#brokenOff = false;
      const controller = new AbortController();
      this.#running = controller;
      const onProgress = (stage: string, fraction: number | null) => {
        for (const { token } of this.#waiters) {
          if (token !== undefined) this.listener.progress(token, stage, fraction);
        }
      };
      try {
        const state = await this.worker.call('state', this.request, { signal: controller.signal, onProgress });
        this.#publish(this.#readySnapshot(state));
      } catch (thrown) {
        if (this.#disposed) break;
        if (DnnSplitError.is(thrown, 'canceled')) {
          if (this.#stale) continue;
          // Nobody waits any more; whoever asks next starts over.
          this.#stale = true;
          break;
        }
        this.#brokenOff = DnnSplitError.is(thrown, 'worker-crashed');
        this.#publish({ ...this.#snapshot, state: 'failed', error: toErrorData(thrown) });
      }
    }
    this.#running = undefined;
    this.#answerWaiters();
  }

  #answerWaiters(): void {
    const waiters = [...this.#waiters];
    if (this.#stale && waiters.length > 0 && !this.#disposed) {
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
  return new DnnSplitError('canceled', 'The request was canceled.');
}
