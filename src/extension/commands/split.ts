import * as vscode from 'vscode';
import { DnnSplitError } from '../../shared/errors';
import { requireTrust } from '../window/trust';
import { type CommandContext, requireModel } from './context';
import { longRequest } from './longRequest';

/** The plan or model that a code action is about, else the active model. @throws DnnSplitError when there is none */
export function sourceOf(context: CommandContext, argument: unknown): string {
  const isSource = typeof argument === 'object' && argument !== null && 'sourceUri' in argument;
  if (isSource && typeof argument.sourceUri === 'string') return argument.sourceUri;
  return requireModel(context, argument).modelUri;
}

/** Writes a folder per tier with its sub-model and contract, and offers what comes next. */
export async function split(context: CommandContext, argument: unknown): Promise<vscode.Uri | undefined> {
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
  const told = vscode.l10n.t('Exported {0} to {1}.', result.tiers.join(', '), vscode.workspace.asRelativePath(folder));
  void vscode.window.showInformationMessage(told, verify, reveal).then((answer) => {
    if (answer === verify) return vscode.commands.executeCommand('dnnsplit.verifySplit', { sourceUri });
    return answer === reveal ? vscode.commands.executeCommand('revealInExplorer', folder) : undefined;
  });
  return folder;
}

/** Does something that refuses to overwrite, and again once a person allows it; nothing when they do not. */
export async function askingToOverwrite<Value>(
  write: (overwrite: boolean) => Promise<Value>,
): Promise<Value | undefined> {
  try {
    return await write(false);
  } catch (thrown) {
    if (!DnnSplitError.is(thrown, 'file-exists')) throw thrown;
    const overwrite = vscode.l10n.t('Overwrite');
    const question = vscode.l10n.t('Split models already exist. Overwrite?');
    const answer = await vscode.window.showWarningMessage(question, { modal: true, detail: thrown.message }, overwrite);
    return answer === overwrite ? await write(true) : undefined;
  }
}
