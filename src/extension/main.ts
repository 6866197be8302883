import * as vscode from 'vscode';
import type { ExtensionApi } from './api';
import { registerLanguageModelTools } from './assistant/languageModelTools';
import { LanguageServer } from './client/languageServer';
import { startAhead } from './client/startAhead';
import { startForDocuments } from './client/startForDocuments';
import { analyzeAgain } from './commands/analyze';
import type { CommandContext } from './commands/context';
import { registerCommands } from './commands/registerCommands';
import { GraphViews } from './graph/graphViews';
import { PanelMemory } from './graph/panelMemory';
import { graphStrings } from './graph/strings';
import { LiveViews } from './live/liveViews';
import { ConfigProblems } from './model/configProblems';
import { ContextKeys } from './model/contextKeys';
import { DefaultObjective } from './model/defaultObjective';
import { logOpenings } from './model/logOpenings';
import { ModelStore } from './model/modelStore';
import { PlanDocuments } from './model/planDocuments';
import { SelectionHub } from './model/selection';
import { PlanPreviews } from './preview/planPreviews';
import { OpeningProgress } from './status/openingProgress';
import { PlanStatus } from './status/status';
import { SplitTree } from './tree/splitTree';
import { activateInVirtualWindow, isVirtualWindow } from './virtual/virtualWindow';
import { DisposableStore } from './window/disposables';
import { createLog } from './window/log';
import { Notifier } from './window/notifier';
import { readableError } from './window/readableError';
import { serverDownError } from './window/requestErrors';
import { foldRepeats } from './window/settings';

export function activate(context: vscode.ExtensionContext): unknown {
  return isVirtualWindow() ? activateInVirtualWindow(context) : wire(context);
}

/** Only wires the parts together: the server starts with the first request, or when the window has come to rest. */
function wire({
  extensionUri,
  globalStorageUri,
  subscriptions,
  workspaceState,
}: vscode.ExtensionContext): ExtensionApi {
  const parts = new DisposableStore();
  subscriptions.push(parts);
  const createCancellation = () => new vscode.CancellationTokenSource();
  const log = parts.add(createLog());
  const notifier = new Notifier(log);
  const serverModule = vscode.Uri.joinPath(extensionUri, 'dist/server.js').fsPath;
  const codeFolder = vscode.Uri.joinPath(globalStorageUri, 'code').fsPath;
  const server = parts.add(new LanguageServer(serverModule, codeFolder, log));
  const models = parts.add(new ModelStore(server, createCancellation, readableError));
  const selection = parts.add(new SelectionHub());
  const live = parts.add(new LiveViews());
  const graphs = parts.add(
    new GraphViews(
      extensionUri,
      new PanelMemory(workspaceState),
      {
        connection: server,
        models,
        selection,
        live,
        createCancellation,
        strings: graphStrings(vscode.l10n.bundle),
        initialFolds: (modelUri) => (foldRepeats(vscode.Uri.parse(modelUri, true)) ? null : []),
        run: (command, modelUri) => {
          const uri = vscode.Uri.parse(modelUri, true);
          if (command === 'analyzeAgain') void notifier.attempt(() => analyzeAgain(context, modelUri));
          else void vscode.commands.executeCommand(`dnnsplit.${command}`, uri);
        },
        log: (text) => log.info(`Graph: ${text}`),
        report: (error) => notifier.report(error),
        readable: readableError,
      },
      (modelUri) => models.setActive(modelUri),
    ),
  );
  const previews = parts.add(new PlanPreviews(server));
  const context: CommandContext = {
    models,
    graphs,
    selection,
    live,
    previews,
    server,
    notifier,
    log,
    extensionUri,
    storageUri: globalStorageUri,
  };
  const tree = parts.add(new SplitTree(models, selection));
  const status = parts.add(new PlanStatus(models));
  parts.add(new PlanDocuments(models, selection));
  parts.add(new OpeningProgress(models));
  parts.add(new ContextKeys(models));
  parts.add(new ConfigProblems(models, (error) => notifier.report(error)));
  parts.add(new DefaultObjective(models, (thrown) => notifier.report(thrown)));
  parts.add(registerCommands(context));
  parts.add(registerLanguageModelTools(server));
  parts.add(logOpenings(models, log));
  parts.add(startForDocuments(server, notifier));
  parts.add(startAhead(context));
  parts.add(vscode.workspace.onDidGrantWorkspaceTrust(() => server.tellTrust()));
  parts.add(
    server.onDidChangeState((state) => {
      if (state === 'failed') notifier.report(serverDownError());
    }),
  );
  parts.add(
    server.onNotification('dnnsplit/log', ({ level, text }) => {
      log[level](text);
    }),
  );
  return {
    activeModel: () => models.active?.modelUri,
    snapshot: (modelUri) => (modelUri === undefined ? models.active : models.get(modelUri))?.snapshot,
    treeRoots: () => tree.roots,
    statusText: () => status.text,
    selectedNodes: () => selection.selectedIn(models.active?.modelUri ?? ''),
    select: (nodeIds) => selection.select({ modelUri: models.active?.modelUri ?? '', nodeIds, source: log }),
    openGraphs: () => graphs.count,
    openModels: () => models.models.map(({ modelUri }) => modelUri),
    liveItems: () => DisposableStore.liveItems,
    toldErrors: () => notifier.told,
    serverState: () => server.state,
  };
}
