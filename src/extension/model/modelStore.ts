import type { CancellationToken, Event } from 'vscode';
import type { ModelSnapshot, PlanOverrides, ServerRequests } from '../../shared/protocol/requests';
import type { ErrorData } from '../../shared/work/errors';
import type { ServerConnection } from '../client/connection';
import { DisposableStore, type Releasable } from '../window/disposables';
import { Emitter } from '../window/emitter';
import { requestError } from '../window/requestErrors';

import { untouchedOverrides } from './turnedKnobs';

export interface Progress {
  readonly stage: string;
  /** In 0..1 where it is known. */
  readonly fraction: number | null;
}

/** What the extension knows of one open model. */
export interface ModelEntry {
  readonly modelUri: string;
  readonly snapshot: ModelSnapshot | undefined;
  readonly progress: Progress | undefined;
  /** Knobs that were turned and are in no file. */
  readonly overrides: PlanOverrides;
  /** A request of this model is under way. */
  readonly busy: boolean;
}

type Picture = ServerRequests['dnnsplit/open']['params']['picture'];

/** A model is being opened; `settled` resolves when that has ended either way. */
export interface OpeningModel {
  readonly modelUri: string;
  readonly settled: Promise<void>;
}

interface CancellationSource extends Releasable {
  readonly token: CancellationToken;
  cancel(): void;
}

class OpenModel implements ModelEntry {
  snapshot: ModelSnapshot | undefined;
  progress: Progress | undefined;
  overrides: PlanOverrides = untouchedOverrides;
  /** The last overrides that there was a plan for. */
  held: PlanOverrides = untouchedOverrides;
  opening: Promise<ModelSnapshot> | undefined;
  cancellation: CancellationSource | undefined;
  /** Successful `open` requests that no `close` has answered yet. */
  opens = 0;
  pendingOverrides = 0;
  readonly users = new Set<Releasable>();

  constructor(readonly modelUri: string) {}

  get busy(): boolean {
    return this.opening !== undefined || this.pendingOverrides > 0 || this.snapshot?.state === 'analyzing';
  }
}

/** Revision of a failure that the server never saw, below all of its own. */
const localRevision = -1;

/**
 * The open models, by URI. A model stays open while a view shows it or while it is the active one; the server is told
 * to close it after that.
 */
export class ModelStore implements Releasable {
  readonly #models = new Map<string, OpenModel>();
  readonly #disposables = new DisposableStore();
  readonly #changed = this.#disposables.add(new Emitter<ModelEntry>());
  readonly #changedActive = this.#disposables.add(new Emitter<ModelEntry | undefined>());
  readonly #startedOpening = this.#disposables.add(new Emitter<OpeningModel>());
  readonly #progressTokens = new Map<string, string>();
  #activeUri: string | undefined;
  #tokenCount = 0;

  /** A snapshot, the progress, the overrides or `busy` of a model changed. */
  readonly onDidChange: Event<ModelEntry> = this.#changed.event;
  readonly onDidChangeActive: Event<ModelEntry | undefined> = this.#changedActive.event;
  readonly onDidStartOpening: Event<OpeningModel> = this.#startedOpening.event;

  constructor(
    private readonly connection: ServerConnection,
    private readonly createCancellation: () => CancellationSource,
    /** Words errors for reading before anyone sees them. */
    private readonly readable: (error: ErrorData) => ErrorData = (error) => error,
  ) {
    this.#disposables.add(
      connection.onNotification('dnnsplit/modelChanged', (snapshot) => {
        const model = this.#models.get(snapshot.modelUri);
        if (model) this.#accept(model, snapshot);
      }),
    );
    this.#disposables.add(
      connection.onNotification('dnnsplit/progress', ({ token, stage, fraction }) => {
        const model = this.#models.get(this.#progressTokens.get(token) ?? '');
        if (!model) return;
        model.progress = { stage, fraction };
        this.#changed.fire(model);
      }),
    );
    let wasDown = false;
    this.#disposables.add(
      connection.onDidChangeState((state) => {
        if (state === 'running' && wasDown) this.#reopenAll();
        if (state === 'stopped' || state === 'failed') wasDown = true;
        if (state === 'starting') wasDown ||= [...this.#models.values()].some((model) => model.opens > 0);
        if (state === 'running') wasDown = false;
      }),
    );
  }

  get active(): ModelEntry | undefined {
    return this.#activeUri === undefined ? undefined : this.#models.get(this.#activeUri);
  }

  get models(): readonly ModelEntry[] {
    return [...this.#models.values()];
  }

  get(modelUri: string): ModelEntry | undefined {
    return this.#models.get(modelUri);
  }

  /**
   * Opens a model, or joins it when it is open or being opened; failures come back as a `failed` snapshot.
   * @param picture what is folded in the graph that is about to be shown
   */
  open(modelUri: string, picture?: Picture): Promise<ModelSnapshot> {
    const model = this.#obtain(modelUri);
    if (model.opening) return model.opening;
    if (model.snapshot && model.snapshot.state !== 'failed') return Promise.resolve(model.snapshot);
    return this.#startOpening(model, picture);
  }

  /** Reads the model again from its file. */
  async reopen(modelUri: string, picture?: Picture): Promise<ModelSnapshot> {
    const model = this.#obtain(modelUri);
    if (model.opening) return model.opening;
    model.snapshot = undefined;
    return this.#startOpening(model, picture);
  }

  /** Stops the opening of a model. */
  cancel(modelUri: string): void {
    this.#models.get(modelUri)?.cancellation?.cancel();
  }

  /**
   * Replaces the overrides of a model and plans again.
   * @throws DnnSplitError of the server, for example `infeasible`
   */
  async override(modelUri: string, overrides: PlanOverrides): Promise<ModelSnapshot> {
    const model = this.#obtain(modelUri);
    model.overrides = overrides;
    model.pendingOverrides++;
    this.#changed.fire(model);
    try {
      const snapshot = await this.connection.request('dnnsplit/override', { modelUri, overrides });
      model.held = overrides;
      this.#accept(model, snapshot);
      return snapshot;
    } catch (thrown) {
      if (model.overrides === overrides) model.overrides = model.held;
      throw requestError(thrown);
    } finally {
      model.pendingOverrides--;
      this.#changed.fire(model);
    }
  }

  /** Makes a model the one that the tree and the status bar show. */
  setActive(modelUri: string | undefined): void {
    if (this.#activeUri === modelUri) return;
    const previous = this.#activeUri;
    this.#activeUri = modelUri;
    if (modelUri !== undefined) this.#obtain(modelUri);
    if (previous !== undefined) this.#closeIfUnused(previous);
    this.#changedActive.fire(this.active);
  }

  /** Keeps a model open while a view shows it. */
  retain(modelUri: string): Releasable {
    const model = this.#obtain(modelUri);
    const user: Releasable = {
      dispose: () => {
        if (model.users.delete(user)) this.#closeIfUnused(modelUri);
      },
    };
    model.users.add(user);
    return user;
  }

  /** Forgets a model at once, whoever still shows it. */
  close(modelUri: string): void {
    const model = this.#models.get(modelUri);
    if (!model) return;
    this.#models.delete(modelUri);
    model.cancellation?.cancel();
    this.#releaseOnServer(model);
    if (this.#activeUri === modelUri) {
      this.#activeUri = undefined;
      this.#changedActive.fire(undefined);
    }
  }

  dispose(): void {
    for (const model of this.#models.values()) model.cancellation?.cancel();
    this.#models.clear();
    this.#disposables.dispose();
  }

  #obtain(modelUri: string): OpenModel {
    const known = this.#models.get(modelUri);
    if (known) return known;
    const model = new OpenModel(modelUri);
    this.#models.set(modelUri, model);
    return model;
  }

  #startOpening(model: OpenModel, picture: Picture | undefined): Promise<ModelSnapshot> {
    const cancellation = this.createCancellation();
    const token = `open-${++this.#tokenCount}`;
    this.#progressTokens.set(token, model.modelUri);
    model.cancellation = cancellation;
    model.progress = undefined;
    const opening = this.#requestOpen(model, { token, ...(picture && { picture }) }, cancellation.token).finally(() => {
      this.#progressTokens.delete(token);
      cancellation.dispose();
      model.opening = undefined;
      model.cancellation = undefined;
      model.progress = undefined;
      if (this.#models.get(model.modelUri) === model) this.#changed.fire(model);
    });
    model.opening = opening;
    this.#changed.fire(model);
    this.#startedOpening.fire({ modelUri: model.modelUri, settled: opening.then(() => undefined) });
    return opening;
  }

  async #requestOpen(
    model: OpenModel,
    how: Omit<ServerRequests['dnnsplit/open']['params'], 'modelUri'>,
    cancellation: CancellationToken,
  ): Promise<ModelSnapshot> {
    const { modelUri } = model;
    try {
      await this.#releaseOnServer(model);
      const snapshot = await this.connection.request('dnnsplit/open', { modelUri, ...how }, cancellation);
      model.opens++;
      if (this.#models.get(modelUri) !== model) await this.#releaseOnServer(model);
      this.#accept(model, snapshot);
      return model.snapshot ?? snapshot;
    } catch (thrown) {
      const failed = failedSnapshot(modelUri, this.readable(requestError(thrown).toData()));
      model.snapshot = failed;
      return failed;
    }
  }

  /** Takes a newer snapshot over; older ones lost a race and are dropped. */
  #accept(model: OpenModel, snapshot: ModelSnapshot): void {
    if (this.#models.get(model.modelUri) !== model) return;
    const known = model.snapshot;
    if (known && (snapshot.revision < known.revision || sameMoment(known, snapshot))) return;
    // Told on the way, of an opening that was given up.
    if (snapshot.state === 'analyzing' && !model.opening) return;
    const { error, configError } = snapshot;
    model.snapshot = {
      ...snapshot,
      ...(error && { error: this.readable(error) }),
      ...(configError && { configError: this.readable(configError) }),
    };
    this.#changed.fire(model);
  }

  #closeIfUnused(modelUri: string): void {
    const model = this.#models.get(modelUri);
    if (model && model.users.size === 0 && this.#activeUri !== modelUri) this.close(modelUri);
  }

  async #releaseOnServer(model: OpenModel): Promise<void> {
    const { modelUri } = model;
    while (model.opens > 0 && this.connection.state === 'running') {
      model.opens--;
      await this.connection.request('dnnsplit/close', { modelUri }).catch(() => null);
    }
    model.opens = 0;
  }

  /** A new server knows nothing: opens everything again and turns the knobs back. */
  #reopenAll(): void {
    for (const model of this.#models.values()) {
      if (model.opening || (model.opens === 0 && !model.snapshot)) continue;
      model.opens = 0;
      const { overrides } = model;
      void this.reopen(model.modelUri).then(async (snapshot) => {
        if (snapshot.state !== 'ready' || Object.keys(overrides).length === 0) return;
        await this.override(model.modelUri, overrides).catch(() => undefined);
      });
    }
  }
}

function sameMoment(known: ModelSnapshot, snapshot: ModelSnapshot): boolean {
  return known.revision === snapshot.revision && known.state === snapshot.state;
}

function failedSnapshot(modelUri: string, error: ErrorData): ModelSnapshot {
  return { modelUri, revision: localRevision, state: 'failed', error };
}
