import type { ChildProcess } from 'node:child_process';
import type { FileSystemWatcher, LogOutputChannel } from 'vscode';
import {
  CloseAction,
  ErrorAction,
  IPCMessageReader,
  IPCMessageWriter,
  LanguageClient,
  type MessageTransports,
  State,
} from 'vscode-languageclient/node';
import { clientCommands } from '../../shared/requests';

interface ClientSetup {
  /** Gives a server that nobody speaks to yet; asked again when one has ended. */
  readonly startServer: () => ChildProcess;
  readonly log: LogOutputChannel;
  /** A person trusts the workspace. */
  readonly trusted: boolean;
  /** Documents that the server is told of. */
  readonly documentPatterns: readonly string[];
  /** Of files whose change on disk the server is told. */
  readonly watchers: readonly FileSystemWatcher[];
  readonly onState: (state: 'starting' | 'running') => void;
  /** Asked when the server ended by itself. */
  readonly mayRestart: () => boolean;
}

/**
 * The language client. It is a module of its own, loaded with the first request, because the library behind it is five
 * times as large as the rest of the extension.
 */
export function createClient(setup: ClientSetup): LanguageClient {
  const { startServer, log, trusted, documentPatterns, watchers, onState, mayRestart } = setup;
  const client = new LanguageClient('dnnsplit', 'DNNSplit', async () => connectionTo(startServer(), log), {
    documentSelector: documentPatterns.map((pattern) => ({ scheme: 'file', pattern })),
    synchronize: { fileEvents: [...watchers] },
    initializationOptions: { editorValidatesSchema: true, commands: Object.values(clientCommands), trusted },
    outputChannel: log,
    errorHandler: {
      error: () => ({ action: ErrorAction.Continue, handled: true }),
      closed: () => ({ action: mayRestart() ? CloseAction.Restart : CloseAction.DoNotRestart, handled: true }),
    },
    initializationFailedHandler: () => false,
  });
  client.onDidChangeState(({ newState }) => {
    if (newState === State.Running) onState('running');
    else if (newState === State.Starting) onState('starting');
  });
  return client;
}

/** What a server writes besides messages goes to the log. */
function connectionTo(server: ChildProcess, log: LogOutputChannel): MessageTransports {
  for (const stream of [server.stdout, server.stderr]) stream?.on('data', (data) => log.append(String(data)));
  return { reader: new IPCMessageReader(server), writer: new IPCMessageWriter(server) };
}
