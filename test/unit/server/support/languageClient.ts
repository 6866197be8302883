import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  createMessageConnection,
  type MessageConnection,
  StreamMessageReader,
  StreamMessageWriter,
} from 'vscode-jsonrpc/node';
import type { Diagnostic, InitializeResult } from 'vscode-languageserver-protocol';
import type { ServerNotifications, ServerRequests } from '../../../../src/shared/protocol/requests';

/** A real language client without an editor: speaks JSON-RPC over the server's standard streams. */
export class LanguageClient {
  readonly #notifications: { readonly method: string; readonly params: unknown }[] = [];
  #listeners: (() => void)[] = [];
  capabilities: InitializeResult['capabilities'] = {};

  private constructor(
    readonly connection: MessageConnection,
    private readonly server: ChildProcess,
  ) {
    connection.onNotification((method, params) => {
      this.#notifications.push({ method, params: Array.isArray(params) ? params[0] : params });
      for (const listener of this.#listeners) listener();
    });
    connection.listen();
  }

  static async start(
    program: string,
    initializationOptions: unknown = {},
    args: readonly string[] = ['--stdio'],
  ): Promise<LanguageClient> {
    const server = spawn(process.execPath, [program, ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
    const reader = new StreamMessageReader(server.stdout);
    const client = new LanguageClient(createMessageConnection(reader, new StreamMessageWriter(server.stdin)), server);
    const result: InitializeResult = await client.connection.sendRequest('initialize', {
      processId: process.pid,
      rootUri: null,
      capabilities: {},
      initializationOptions,
    });
    client.capabilities = result.capabilities;
    await client.connection.sendNotification('initialized', {});
    return client;
  }

  get processId(): number | undefined {
    return this.server.exitCode === null && this.server.signalCode === null ? this.server.pid : undefined;
  }

  /** Sends the body of a message, whatever it is. */
  write(body: string): void {
    this.server.stdin?.write(`Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
  }

  request<Method extends keyof ServerRequests>(
    method: Method,
    params: ServerRequests[Method]['params'],
  ): Promise<ServerRequests[Method]['result']> {
    return this.connection.sendRequest(method, params);
  }

  /** Forgets the notifications so far, so that `next` sees only those after. */
  forget(): void {
    this.#notifications.length = 0;
  }

  seen<Method extends keyof ServerNotifications>(method: Method): ServerNotifications[Method][] {
    return this.#notifications.filter((one) => one.method === method).map(({ params }) => params as never);
  }

  /** The first notification that fits, as soon as it is there. */
  next<Method extends keyof ServerNotifications>(
    method: Method,
    fits: (params: ServerNotifications[Method]) => boolean,
  ): Promise<ServerNotifications[Method]> {
    return this.#awaited(() => this.seen(method).find(fits));
  }

  /** The diagnostics of a document once they fit. */
  diagnostics(uri: string, fits: (diagnostics: readonly Diagnostic[]) => boolean): Promise<readonly Diagnostic[]> {
    return this.#awaited(() => {
      const published = this.#notifications
        .filter(({ method }) => method === 'textDocument/publishDiagnostics')
        .map(({ params }) => params as { uri: string; diagnostics: Diagnostic[] })
        .filter((one) => one.uri === uri);
      const last = published.at(-1)?.diagnostics;
      return last !== undefined && fits(last) ? last : undefined;
    });
  }

  async openDocument(uri: string, text: string): Promise<void> {
    const textDocument = { uri, languageId: 'jsonc', version: 1, text };
    await this.connection.sendNotification('textDocument/didOpen', { textDocument });
  }

  async changeDocument(uri: string, version: number, text: string): Promise<void> {
    const params = { textDocument: { uri, version }, contentChanges: [{ text }] };
    await this.connection.sendNotification('textDocument/didChange', params);
  }

  async closeDocument(uri: string): Promise<void> {
    await this.connection.sendNotification('textDocument/didClose', { textDocument: { uri } });
  }

  async fileChanged(uri: string): Promise<void> {
    await this.connection.sendNotification('workspace/didChangeWatchedFiles', { changes: [{ uri, type: 2 }] });
  }

  /** Shuts the server down as an editor does; resolves with its exit code. */
  async stop(): Promise<number | null> {
    const exited = once(this.server, 'exit');
    await this.connection.sendRequest('shutdown');
    await this.connection.sendNotification('exit');
    const [code] = await exited;
    this.connection.dispose();
    return code;
  }

  /** Goes without a word, as a client that crashes; resolves once the server has ended. */
  async vanish(): Promise<void> {
    const exited = once(this.server, 'exit');
    this.server.stdin?.destroy();
    this.server.stdout?.destroy();
    await exited;
    this.connection.dispose();
  }

  #awaited<Value>(look: () => Value | undefined): Promise<Value> {
    const found = look();
    if (found !== undefined) return Promise.resolve(found);
    return new Promise((resolve) => {
      const listener = () => {
        const value = look();
        if (value === undefined) return;
        this.#listeners = this.#listeners.filter((one) => one !== listener);
        resolve(value);
      };
      this.#listeners.push(listener);
    });
  }
}
