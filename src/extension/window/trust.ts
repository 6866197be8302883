import * as vscode from 'vscode';
import { DnnSplitError } from '../../shared/work/errors';

/** Detail of the error for workspaces that are not trusted, by which the notifier offers the way out. */
export const notTrusted = 'The workspace is not trusted.';

/** @throws DnnSplitError where the workspace is not trusted to be written to */
export function requireTrust(): void {
  if (vscode.workspace.isTrusted) return;
  throw new DnnSplitError(
    'bad-usage',
    vscode.l10n.t('Trust this workspace to let DNNSplit write files.'),
    undefined,
    notTrusted,
  );
}
