import * as vscode from 'vscode';
import { notificationText } from '../../shared/escape/workbench';
import { DnnSplitError } from '../../shared/work/errors';
import { requireTrust } from '../window/trust';
import { type CommandContext, requireDisk, requireModel } from './context';
import { longRequest } from './longRequest';

/** The plan or model that a code action is about, else the active model. @throws DnnSplitError when there is none */
export function sourceOf(context: CommandContext, argument: unknown): string {
  const isSource = typeof argument === 'object' && argument !== null && 'sourceUri' in argument;
  if (isSource && typeof argument.sourceUri === 'string') return argument.sourceUri;
  return requireModel(context, argument).modelUri;
}

/** Writes a folder per tier with its sub-model and contract, and offers what comes next. */
export async function split(context: CommandContext, argument: unknown): Promise<vscode.Uri | undefined> {
  requireDisk();
  requireTrust();
  const sourceUri = sourceOf(context, argument);
  const result = await askingToOverwrite((overwrite) =>
    longRequest(context, vscode.l10n.t('Exporting split models'), 'dnnsplit/split', (token) => ({
      sourceUri,
      overwrite,
      token,
    })),
  );
  if (!result) return undefined;
  const folder = vscode.Uri.parse(result.folderUri, true);
  const verify = vscode.l10n.t('Verify');
  const reveal = vscode.l10n.t('Show in Explorer');
  const place = vscode.workspace.asRelativePath(folder);
  const told = notificationText(vscode.l10n.t('Exported {0} to {1}.', result.tiers.join(', '), place));
  void vscode.window.showInformationMessage(told, verify, reveal).then((answer) => {
    if (answer === verify) return vscode.commands.executeCommand('dnnsplit.verifySplit', { sourceUri });
    return answer === reveal ? vscode.commands.executeCommand('revealInExplorer', folder) : undefined;
  });
  return folder;
}

/**
 * Does something that refuses to overwrite, and again once a person allows it; nothing when they do not.
 * @param isAllowed they have been asked already
 */
export async function askingToOverwrite<Value>(
  write: (overwrite: boolean) => Promise<Value>,
  isAllowed = false,
): Promise<Value | undefined> {
  try {
    return await write(isAllowed);
  } catch (thrown) {
    if (isAllowed || !DnnSplitError.is(thrown, 'file-exists')) throw thrown;
    const overwrite = vscode.l10n.t('Overwrite');
    const question = vscode.l10n.t('Split models already exist. Overwrite?');
    const path = thrown.place?.path;
    const detail = path === undefined ? '' : vscode.workspace.asRelativePath(vscode.Uri.file(path));
    const answer = await vscode.window.showWarningMessage(question, { modal: true, detail }, overwrite);
    return answer === overwrite ? await write(true) : undefined;
  }
}
