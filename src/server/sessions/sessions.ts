import { dirname, sep } from 'node:path';
import { say } from '../../shared/messages/say';
import type { ModelSnapshot } from '../../shared/protocol/requests';
import { DnnSplitError } from '../../shared/work/errors';
import type { AnalysisFunctions } from '../workers/analysisApi';
import type { WorkerClient } from '../workers/workerClient';
import { type Interest, ModelSession, type SessionListener } from './modelSession';
import { uriToPath } from './uris';

/** A model that nobody shows any more stays this long, so that moving a tab does not analyze again. */
const graceMs = 5000;

interface Entry {
  readonly session: ModelSession;
  references: number;
  expiry?: NodeJS.Timeout;
}

export interface ClosingListener {
  /** Nobody has shown the model for a while; it is not open any more. */
  readonly closed: (modelPath: string) => void;
}

/** All open models, by path. */
export class Sessions {
  readonly #entries = new Map<string, Entry>();

  constructor(
    private readonly worker: WorkerClient<AnalysisFunctions>,
    private readonly listener: SessionListener & ClosingListener,
  ) {}

  /** Opens a model or joins an open one; every success must be met by a `close`. */
  async open(modelUri: string, interest: Interest): Promise<ModelSnapshot> {
    const path = uriToPath(modelUri);
    const entry = this.#entries.get(path) ?? this.#create(path, modelUri);
    clearTimeout(entry.expiry);
    entry.references++;
    entry.session.recheck();
    try {
      return await entry.session.settled(interest);
    } catch (thrown) {
      this.#release(path, entry);
      throw thrown;
    }
  }

  close(modelUri: string): void {
    const path = uriToPath(modelUri);
    const entry = this.#entries.get(path);
    if (entry !== undefined) this.#release(path, entry);
  }

  /**
   * The session of an open model.
   * @throws DnnSplitError `bad-usage` when it is not open
   */
  require(modelUri: string): ModelSession {
    const session = this.find(uriToPath(modelUri));
    if (session !== undefined) return session;
    throw new DnnSplitError('bad-usage', say('server.notOpen', {}));
  }

  find(modelPath: string): ModelSession | undefined {
    return this.#entries.get(modelPath)?.session;
  }

  get all(): readonly ModelSession[] {
    return [...this.#entries.values()].map(({ session }) => session);
  }

  /** The sessions of models in the folder of `configPath` or below. */
  below(configPath: string): ModelSession[] {
    const folder = `${dirname(configPath)}${sep}`;
    return this.all.filter(({ modelPath }) => modelPath.startsWith(folder));
  }

  dispose(): void {
    for (const { session, expiry } of this.#entries.values()) {
      clearTimeout(expiry);
      session.dispose();
    }
    this.#entries.clear();
  }

  #create(path: string, modelUri: string): Entry {
    const entry: Entry = { session: new ModelSession(path, modelUri, this.worker, this.listener), references: 0 };
    this.#entries.set(path, entry);
    return entry;
  }

  #release(path: string, entry: Entry): void {
    entry.references = Math.max(0, entry.references - 1);
    if (entry.references > 0) return;
    clearTimeout(entry.expiry);
    entry.expiry = setTimeout(() => {
      if (this.#entries.get(path) !== entry || entry.references > 0) return;
      this.#entries.delete(path);
      entry.session.dispose();
      this.listener.closed(path);
    }, graceMs);
    entry.expiry.unref();
  }
}
