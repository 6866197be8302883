import * as vscode from 'vscode';
import { planCommand } from '../../shared/wording/planCommand';
import { DnnSplitError } from '../../shared/work/errors';
import { type CommandContext, requireModel, requirePlan } from './context';

/** Copies the command line that makes the plan that is shown, with everything that is tried. */
export async function copyCommand(context: CommandContext, argument: unknown): Promise<void> {
  const { modelUri, snapshot } = requireModel(context, argument);
  const { tiers } = requirePlan({ snapshot });
  const config = snapshot?.configUri;
  const command = planCommand({
    command: 'plan',
    model: shownPath(modelUri),
    ...(config !== undefined && { config: shownPath(config) }),
    overrides: snapshot?.tried ?? {},
    tiers: tiers.map(({ id }) => id),
  });
  if (/\p{Cc}/u.test(command)) {
    throw new DnnSplitError(
      'bad-usage',
      vscode.l10n.t('A name in the command has control characters, which a terminal would obey. Rename it first.'),
    );
  }
  await vscode.env.clipboard.writeText(command);
  vscode.window.setStatusBarMessage(vscode.l10n.t('$(check) Copied the command.'), shownMs);
}

const shownMs = 3000;

/** A path as it is written in a terminal of the workspace, which begins in its only folder. */
function shownPath(uri: string): string {
  const file = vscode.Uri.parse(uri, true);
  const isAlone = vscode.workspace.workspaceFolders?.length === 1;
  const relative = isAlone ? vscode.workspace.asRelativePath(file, false) : file.fsPath;
  return relative === file.path ? file.fsPath : relative;
}
