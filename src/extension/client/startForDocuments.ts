import * as vscode from 'vscode';
import { DisposableStore, type Releasable } from '../disposables';
import type { Notifier } from '../notifier';
import type { LanguageServer } from './languageServer';

/** Starts the server when a document that it knows is on the screen, so that it can diagnose it. */
export function startForDocuments(server: LanguageServer, notifier: Notifier): Releasable {
  const parts = new DisposableStore();
  const look = (document: vscode.TextDocument): void => {
    if (document.uri.scheme !== 'file' || !/(^|\/)dnnsplit\.json$|\.splitplan\.json$/.test(document.uri.path)) return;
    if (server.state === 'stopped') void notifier.attempt(() => server.start());
  };
  parts.add(vscode.workspace.onDidOpenTextDocument(look));
  vscode.workspace.textDocuments.forEach(look);
  return parts;
}
