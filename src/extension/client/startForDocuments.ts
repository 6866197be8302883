import * as vscode from 'vscode';
import { isReadable } from '../../files/editorFiles';
import { DisposableStore, type Releasable } from '../window/disposables';
import type { Notifier } from '../window/notifier';
import type { LanguageServer } from './languageServer';

/**
 * Starts the server when a document that it knows is on the screen, so that it can diagnose it. The extension itself is
 * active by then wherever the workspace held a configuration, a plan or a model when it was opened (`workspaceContains`
 * in the manifest): a plan that is written later lies beside its model. An event for every JSON document would wake it
 * in workspaces that have nothing to do with models, and a language of its own would cost plans what JSON editors do.
 */
export function startForDocuments(server: LanguageServer, notifier: Notifier): Releasable {
  const parts = new DisposableStore();
  const look = (document: vscode.TextDocument): void => {
    if (!isReadable(document.uri) || !/(^|\/)dnnsplit\.json$|\.splitplan\.json$/.test(document.uri.path)) return;
    if (server.state === 'stopped') void notifier.attempt(() => server.start());
  };
  parts.add(vscode.workspace.onDidOpenTextDocument(look));
  vscode.workspace.textDocuments.forEach(look);
  return parts;
}
