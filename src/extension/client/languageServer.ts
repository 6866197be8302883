import type { ChildProcess } from 'node:child_process';
import * as vscode from 'vscode';
import type { LanguageClient } from 'vscode-languageclient/node';
import { seesEditorFiles } from '../../files/editorFiles';
import { say } from '../../shared/messages/say';
import { type ServerNotifications, type ServerRequests, workspaceTrusted } from '../../shared/protocol/requests';
import { DnnSplitError } from '../../shared/work/errors';
import { DisposableStore, type Releasable } from '../window/disposables';
import { Emitter } from '../window/emitter';
import { requestError, serverDownError, serverRestartedError } from '../window/requestErrors';
import type { NotificationName, RequestName, ServerConnection, ServerState } from './connection';
import { PoisonedDocuments } from './poisonedDocuments';
import { RestartPolicy } from './restartPolicy';
import { isAlive, startServerProcess } from './serverProcess';

/** A server has this long to shut down by itself. */
const stopMs = 2000;

type CreateClient = typeof import('./createClient').createClient;

/** Documents that the server diagnoses and offers actions on. */
const documentPatterns = ['**/dnnsplit.json', '**/*.splitplan.json', '**/*.profile.json'];
/** Requests on models that are open; a server that was started again has to open them first. */
const onOpenModels: ReadonlySet<RequestName> = new Set<RequestName>([
  'dnnsplit/override',
  'dnnsplit/overlay',
  'dnnsplit/compare',
  'dnnsplit/regions',
  'dnnsplit/preview',
  'dnnsplit/report',
  'dnnsplit/picture',
  'dnnsplit/nodeDetails',
  'dnnsplit/search',
]);
/** Files whose change on disk makes the server plan again. */
const watchedPatterns = [...documentPatterns, '**/*.onnx'];

/** The language client with a lazy start: activation loads and runs nothing of it. */
export class LanguageServer implements ServerConnection, Releasable {
  readonly #disposables = new DisposableStore();
  readonly #changedState = this.#disposables.add(new Emitter<ServerState>());
  readonly #subscriptions = new Set<(client: LanguageClient) => void>();
  readonly #restartPolicy = new RestartPolicy();
  #poisoned = new PoisonedDocuments();
  readonly #heldBack = this.#disposables.add(vscode.languages.createDiagnosticCollection('dnnsplit.heldBack'));
  #client: LanguageClient | undefined;
  #process: ChildProcess | undefined;
  #watchers: readonly vscode.FileSystemWatcher[] = [];
  #starting: Promise<LanguageClient> | undefined;
  #state: ServerState = 'stopped';
  /** It ended by itself and is being started again. */
  #isRestarting = false;

  readonly onDidChangeState = this.#changedState.event;

  constructor(
    private readonly serverModule: string,
    /** Where the server may keep compiled programs between runs. */
    private readonly codeFolder: string,
    private readonly log: vscode.LogOutputChannel,
  ) {}

  /** Tells a server that runs that the workspace is trusted from now on; a new one knows. */
  tellTrust(): void {
    if (this.#state !== 'running') return;
    // Threads that share no memory learn it when they start.
    if (seesEditorFiles) void this.restart();
    else void this.#client?.sendNotification(workspaceTrusted).catch(() => undefined);
  }

  get state(): ServerState {
    return this.#state;
  }

  async request<M extends RequestName>(
    method: M,
    params: ServerRequests[M]['params'],
    token?: vscode.CancellationToken,
  ): Promise<ServerRequests[M]['result']> {
    if (this.#isRestarting && onOpenModels.has(method)) {
      throw serverRestartedError(`${method} came while the server was started again.`);
    }
    const client = await this.start('modelUri' in params ? params.modelUri : undefined);
    try {
      // A token that is passed as undefined would travel as a second parameter.
      const sent = token
        ? client.sendRequest<ServerRequests[M]['result']>(method, params, token)
        : client.sendRequest<ServerRequests[M]['result']>(method, params);
      return await sent;
    } catch (thrown) {
      const error = client.isRunning() ? requestError(thrown) : this.#endedError(client, thrown);
      if (error.code !== 'canceled') this.log.debug(`${method}: ${error.detail ?? error.message}`);
      throw error;
    }
  }

  onNotification<M extends NotificationName>(method: M, handler: (params: ServerNotifications[M]) => void): Releasable {
    let listening = true;
    const subscribe = (client: LanguageClient): void => {
      client.onNotification(method, (params: ServerNotifications[M]) => {
        if (listening && this.#client === client) handler(params);
      });
    };
    this.#subscriptions.add(subscribe);
    if (this.#client) subscribe(this.#client);
    return {
      dispose: () => {
        listening = false;
        this.#subscriptions.delete(subscribe);
      },
    };
  }

  /**
   * Starts the server where it does not run yet.
   * @param modelUri the model that comes first, which it reads while it is starting
   * @throws DnnSplitError `worker-crashed`
   */
  start(modelUri?: string): Promise<LanguageClient> {
    if (this.#state === 'failed') return Promise.reject(serverDownError());
    this.#starting ??= this.#launch(modelUri);
    return this.#starting;
  }

  /** Starts it again on a person's wish, also after it failed too often. */
  async restart(): Promise<void> {
    this.#restartPolicy.reset();
    this.#poisoned = new PoisonedDocuments();
    this.#heldBack.clear();
    await this.stop();
    await this.start();
  }

  async stop(): Promise<void> {
    const client = this.#client;
    this.#client = undefined;
    this.#starting = undefined;
    this.#setState('stopped');
    for (const watcher of this.#watchers) watcher.dispose();
    this.#watchers = [];
    const server = this.#process;
    await client?.dispose(stopMs).catch((error: unknown) => this.log.warn(`Stopping the server: ${String(error)}`));
    if (server !== undefined && isAlive(server)) setTimeout(() => server.kill(), stopMs).unref();
  }

  dispose(): Promise<void> {
    const stopped = this.stop();
    this.#disposables.dispose();
    return stopped;
  }

  async #launch(modelUri: string | undefined): Promise<LanguageClient> {
    this.#setState('starting');
    const first = this.#startProcess(modelUri);
    // Loaded with the first request, so that activation costs next to nothing.
    const { createClient } = await import('./createClient');
    // A restart meanwhile has a process of its own.
    if (this.#state !== 'starting' || this.#process !== first) {
      first.kill();
      throw serverDownError('It was stopped while it was being started.');
    }
    const client = this.#createClient(createClient, first, modelUri);
    this.#client = client;
    try {
      await client.start();
      return client;
    } catch (thrown) {
      this.log.error(`The server did not start: ${String(thrown)}`);
      if (this.#client === client) {
        this.#process?.kill();
        this.#setState('failed');
      }
      this.#starting = undefined;
      throw serverDownError(String(thrown));
    }
  }

  #startProcess(modelUri: string | undefined): ChildProcess {
    // Without a model in hand its threads have the time to load until one is opened.
    const first = modelUri === undefined ? ['--ahead'] : ['--first-model', modelUri];
    const server = startServerProcess(this.serverModule, [
      ...['--code-folder', this.codeFolder],
      ...(vscode.workspace.isTrusted ? ['--trusted'] : []),
      ...first,
    ]);
    // Heard from the beginning: an error that nobody hears would end the extension host.
    server.on('error', (error) => this.log.error(`The server process: ${error.message}`));
    this.#process = server;
    return server;
  }

  #createClient(create: CreateClient, first: ChildProcess, modelUri: string | undefined): LanguageClient {
    let waiting: ChildProcess | undefined = first;
    this.#watchers = watchedPatterns.map((pattern) => vscode.workspace.createFileSystemWatcher(pattern));
    const client: LanguageClient = create({
      startServer: () => {
        const server = waiting !== undefined && isAlive(waiting) ? waiting : this.#startProcess(modelUri);
        waiting = undefined;
        return server;
      },
      log: this.log,
      trusted: vscode.workspace.isTrusted,
      documentPatterns,
      watchers: this.#watchers,
      onState: (state) => {
        if (this.#client === client) this.#setState(state);
      },
      mayRestart: () => this.#mayRestart(client),
      poisoned: this.#poisoned,
      onHeldBack: (document, isHeldBack) => this.#showHeldBack(document.uri, isHeldBack),
    });
    for (const subscribe of this.#subscriptions) subscribe(client);
    return client;
  }

  /** What a request is told that the end of the server has taken along. */
  #endedError(client: LanguageClient, thrown: unknown): DnnSplitError {
    if (this.#client !== client) return new DnnSplitError('canceled', say('server.stopped', {}));
    return this.#state === 'failed' ? serverDownError(String(thrown)) : serverRestartedError(String(thrown));
  }

  /** Decides what follows when the server ended by itself. */
  #mayRestart(client: LanguageClient): boolean {
    if (this.#client !== client) return false;
    this.#poisoned.serverEnded();
    if (this.#restartPolicy.mayRestart(Date.now())) {
      this.log.warn('The server ended and is started again.');
      this.#isRestarting = true;
      return true;
    }
    this.log.error('The server ended too often and stays down until it is restarted.');
    this.#setState('failed');
    return false;
  }

  #showHeldBack(uri: vscode.Uri, isHeldBack: boolean): void {
    if (!isHeldBack) {
      this.#heldBack.delete(uri);
      return;
    }
    this.log.warn(`${uri.toString()} was open each time the server ended, and is held back.`);
    const message = vscode.l10n.t(
      'DNNSplit does not check this file, because the server stopped twice while it was open. Reopen it to check it again.',
    );
    const diagnostic = new vscode.Diagnostic(new vscode.Range(0, 0, 0, 1), message, vscode.DiagnosticSeverity.Warning);
    diagnostic.source = 'DNNSplit';
    this.#heldBack.set(uri, [diagnostic]);
  }

  #setState(state: ServerState): void {
    if (this.#state === state) return;
    this.#state = state;
    if (state !== 'starting') this.#isRestarting = false;
    this.log.debug(`Server: ${state}`);
    this.#changedState.fire(state);
  }
}
