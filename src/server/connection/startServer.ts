import { basename } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import {
  CodeLensRefreshRequest,
  type Connection,
  type InitializeResult,
  TextDocumentSyncKind,
} from 'vscode-languageserver/node';
import { visibleLines } from '../../shared/escape/visible';
import { workspaceTrusted } from '../../shared/protocol/requests';
import { type ClientOptions, clientOptions } from '../language/clientOptions';
import { codeActionKinds } from '../language/codeActions';
import { documentKind } from '../language/documentKind';
import { LanguageFeatures } from '../language/languageFeatures';
import { freeModel } from '../sessions/freeModel';
import { Scenes } from '../sessions/scenes';
import { Sessions } from '../sessions/sessions';
import { tryUriToPath } from '../sessions/uris';
import type { Trust } from '../workers/trust';
import type { Workers } from '../workers/workers';
import { notify, serveRequests } from './customRequests';
import { surviveFailures } from './lastResort';
import { requestHandlers } from './requestHandlers';

/** Threads are waited for so long when the client asks to end. */
const stopMs = 2000;

/** Serves one client on `connection`. Nothing heavy starts before it is asked for. */
export function startServer(connection: Connection, workers: Workers, trust: Trust, programFolder: string): void {
  let options: ClientOptions = clientOptions(undefined);
  const log = (level: 'info' | 'warn' | 'error' | 'debug', text: string) =>
    notify(connection, 'dnnsplit/log', { level, text: visibleLines(text) });
  workers.onCrash = (text) => log('error', text);
  surviveFailures((text) => log('error', text));
  const sessions = new Sessions(workers.analysis, {
    changed(snapshot) {
      notify(connection, 'dnnsplit/modelChanged', snapshot);
      if (snapshot.error?.detail !== undefined) log('error', snapshot.error.detail);
      features.checkAll();
      refreshLenses();
    },
    progress: (token, stage, fraction) => notify(connection, 'dnnsplit/progress', { token, stage, fraction }),
    closed(modelPath) {
      scenes.forget(modelPath);
      freeModel(workers, modelPath, () => sessions.all.length > 0);
    },
  });
  const scenes = new Scenes(workers);
  const planBelow = (configPath: string) => {
    for (const session of sessions.below(configPath)) session.refresh();
  };
  const circumstances = { client: () => options, reach: trust.reach };
  const features = new LanguageFeatures(connection, sessions, workers, circumstances, planBelow, log);
  let lensesCanRefresh = false;
  const refreshLenses = () => {
    if (lensesCanRefresh) void connection.sendRequest(CodeLensRefreshRequest.type).catch(() => undefined);
  };

  connection.onInitialize(({ capabilities, initializationOptions }): InitializeResult => {
    options = clientOptions(initializationOptions);
    if (options.trusted) trust.grant();
    lensesCanRefresh = capabilities.workspace?.codeLens?.refreshSupport === true;
    return {
      serverInfo: { name: 'dnnsplit' },
      capabilities: {
        textDocumentSync: {
          openClose: true,
          change: TextDocumentSyncKind.Incremental,
          save: { includeText: false },
        },
        hoverProvider: true,
        codeLensProvider: { resolveProvider: false },
        codeActionProvider: { codeActionKinds: Object.values(codeActionKinds) },
      },
    };
  });
  serveRequests(connection, requestHandlers({ connection, sessions, scenes, workers, programFolder }));
  connection.onNotification(workspaceTrusted, () => {
    trust.grant();
    for (const session of sessions.all) session.refresh();
    features.checkAll();
    refreshLenses();
  });
  connection.onDidChangeWatchedFiles(({ changes }) => {
    scenes.forgetAll();
    for (const { uri } of changes) {
      const path = tryUriToPath(uri);
      if (path === undefined) continue;
      const kind = documentKind(path);
      if (kind === 'config') planBelow(path);
      else if (kind === 'profile') for (const session of sessions.all) session.refresh();
      else if (basename(path).endsWith('.onnx')) sessions.find(path)?.refresh();
    }
    features.checkAll();
  });
  connection.onShutdown(async () => {
    features.dispose();
    sessions.dispose();
    const stopped = Promise.all([workers.analysis.stop(), workers.layout.stop()]);
    await Promise.race([stopped, setTimeout(stopMs, undefined, { ref: false })]);
  });
  connection.listen();
}
