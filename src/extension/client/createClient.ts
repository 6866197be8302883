import type { ChildProcess } from 'node:child_process';
import type { FileSystemWatcher, LogOutputChannel, TextDocument } from 'vscode';
import {
  CloseAction,
  ErrorAction,
  IPCMessageReader,
  IPCMessageWriter,
  LanguageClient,
  type MessageTransports,
  type Middleware,
  State,
} from 'vscode-languageclient/node';
import { seesEditorFiles } from '../../files/editorFiles';
import { clientCommands } from '../../shared/protocol/requests';
import { withheldCommands } from '../window/withheld';
import type { PoisonedDocuments } from './poisonedDocuments';

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
  readonly poisoned: PoisonedDocuments;
  /** A document is not sent because servers have ended with it, or it is closed after that. */
  readonly onHeldBack: (document: TextDocument, isHeldBack: boolean) => void;
}

/**
 * The language client. It is a module of its own, loaded with the first request, because the library behind it is five
 * times as large as the rest of the extension.
 */
export function createClient(setup: ClientSetup): LanguageClient {
  const { startServer, log, trusted, documentPatterns, watchers, onState, mayRestart } = setup;
  const client = new LanguageClient('dnnsplit', 'DNNSplit', async () => connectionTo(startServer(), log), {
    documentSelector: documentPatterns.map((pattern) => ({ pattern, ...(!seesEditorFiles && { scheme: 'file' }) })),
    synchronize: { fileEvents: [...watchers] },
    initializationOptions: { editorValidatesSchema: true, commands: offeredCommands(), trusted },
    outputChannel: log,
    middleware: holdingBack(setup),
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

/** Commands that the server may offer. */
function offeredCommands(): string[] {
  const withheld = withheldCommands.map((command) => `dnnsplit.${command}`);
  return Object.values(clientCommands).filter((command) => !withheld.includes(command));
}

/** Nothing is said to a server of documents that have ended others. */
function holdingBack({ poisoned, onHeldBack }: ClientSetup): Middleware {
  const uriOf = ({ uri }: TextDocument) => uri.toString();
  return {
    didOpen: async (document, send) => {
      if (poisoned.opens(uriOf(document))) return send(document);
      onHeldBack(document, true);
    },
    didChange: async (event, send) => {
      if (!poisoned.isHeldBack(uriOf(event.document))) await send(event);
    },
    didSave: async (document, send) => {
      if (!poisoned.isHeldBack(uriOf(document))) await send(document);
    },
    didClose: async (document, send) => {
      const wasHeldBack = poisoned.isHeldBack(uriOf(document));
      poisoned.closes(uriOf(document));
      if (wasHeldBack) onHeldBack(document, false);
      else await send(document);
    },
  };
}

/** What a server writes besides messages goes to the log. */
function connectionTo(server: ChildProcess, log: LogOutputChannel): MessageTransports {
  for (const stream of [server.stdout, server.stderr]) stream?.on('data', (data) => log.append(String(data)));
  return { reader: new IPCMessageReader(server), writer: new IPCMessageWriter(server) };
}
