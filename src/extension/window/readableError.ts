import * as vscode from 'vscode';
import { type Message, messageText } from '../../shared/messages/message';
import { messages } from '../../shared/messages/messages';
import type { ErrorData } from '../../shared/work/errors';
import { readableSentence } from './paths';

/** A message in the language of the workbench, where there is a translation of it. */
function translated(message: Message): string {
  return messageText(message, (id) => {
    const english: string = messages[id];
    const translation = vscode.l10n.bundle?.[english];
    return typeof translation === 'string' ? translation : english;
  });
}

/**
 * The same error with a sentence in the language of the workbench that names its file as the workspace does; doing it
 * twice changes nothing.
 */
export function readableError(error: ErrorData): ErrorData {
  const folders = (vscode.workspace.workspaceFolders ?? []).map(({ uri }) => uri.fsPath);
  const message = error.said === undefined ? error.message : translated(error.said);
  return { ...error, message: readableSentence({ ...error, message }, folders) };
}
