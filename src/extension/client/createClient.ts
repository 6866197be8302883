import type { FileSystemWatcher, LogOutputChannel } from 'vscode';
import { CloseAction, ErrorAction, LanguageClient, State, TransportKind } from 'vscode-languageclient/node';
import { clientCommands } from '../../protocol/requests';

interface ClientSetup {
  readonly serverModule: string;
  readonly args: readonly string[];
  readonly log: LogOutputChannel;
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
  const { serverModule, args, log, documentPatterns, watchers, onState, mayRestart } = setup;
  const program = { module: serverModule, transport: TransportKind.ipc, args: [...args] };
  const client = new LanguageClient(
    'dnnsplit',
    'DNNSplit',
    { run: program, debug: { ...program, options: { execArgv: ['--nolazy', '--inspect=6009'] } } },
    {
      documentSelector: documentPatterns.map((pattern) => ({ scheme: 'file', pattern })),
      synchronize: { fileEvents: [...watchers] },
      initializationOptions: { editorValidatesSchema: true, commands: Object.values(clientCommands) },
      outputChannel: log,
      errorHandler: {
        error: () => ({ action: ErrorAction.Continue, handled: true }),
        closed: () => ({ action: mayRestart() ? CloseAction.Restart : CloseAction.DoNotRestart, handled: true }),
      },
      initializationFailedHandler: () => false,
    },
  );
  client.onDidChangeState(({ newState }) => {
    if (newState === State.Running) onState('running');
    else if (newState === State.Starting) onState('starting');
  });
  return client;
}
