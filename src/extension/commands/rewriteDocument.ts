import { setTimeout } from 'node:timers/promises';
import * as vscode from 'vscode';
import { DnnSplitError } from '../../shared/work/errors';
import { baseName } from '../window/paths';

/**
 * An edit is refused where the document changed since it was made, by typing or because its file was read again; a save is
 * where another one is under way.
 */
const attempts = 3;
const betweenSavesMs = 200;

/**
 * Gives a document another text, which one Undo takes back, and saves it.
 * @param textFrom the text that shall stand for the one that is there
 * @throws DnnSplitError `file-system` where it cannot be changed or saved
 */
export async function rewriteDocument(
  document: vscode.TextDocument,
  textFrom: (before: string) => string,
): Promise<void> {
  const name = baseName(document.uri.path);
  let isReplaced = false;
  for (let attempt = 0; attempt < attempts && !isReplaced; attempt++) isReplaced = await replace(document, textFrom);
  if (!isReplaced) {
    throw new DnnSplitError('file-system', vscode.l10n.t('{0} was changed by someone else. Try again.', name));
  }
  for (let attempt = 0; attempt < attempts && document.isDirty; attempt++) {
    if (attempt > 0) await setTimeout(betweenSavesMs);
    await document.save();
  }
  if (document.isDirty) {
    throw new DnnSplitError('file-system', vscode.l10n.t('Could not save {0}. Save it manually.', name));
  }
}

async function replace(document: vscode.TextDocument, textFrom: (before: string) => string): Promise<boolean> {
  const before = document.getText();
  const after = textFrom(before);
  if (after === before) return true;
  const edit = new vscode.WorkspaceEdit();
  edit.replace(document.uri, new vscode.Range(document.positionAt(0), document.positionAt(before.length)), after);
  return await vscode.workspace.applyEdit(edit);
}
