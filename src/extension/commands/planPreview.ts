import * as vscode from 'vscode';
import { DnnSplitError } from '../../shared/work/errors';
import { planPreviewType } from '../preview/planPreviews';
import { type CommandContext, fileArgument } from './context';

/** Plan documents that a picker offers at most. */
const mostPlans = 200;

/** Shows a plan document as a page to read, in the place of its text. */
export async function openPlanPreview(_context: CommandContext, argument: unknown): Promise<void> {
  await vscode.commands.executeCommand('vscode.openWith', requirePlanFile(argument), planPreviewType);
}

/** Shows what a plan does otherwise than another: of two that are selected, or of one and one that is asked for. */
export async function comparePlans({ previews }: CommandContext, argument: unknown, selected: unknown): Promise<void> {
  const plans = (Array.isArray(selected) ? selected : []).flatMap((one: unknown) => fileArgument(one) ?? []);
  const [first, second] = plans.filter(isPlanFile);
  if (first !== undefined && second !== undefined) {
    await previews.compare(first, second);
    return;
  }
  const plan = requirePlanFile(argument);
  const older = await pickPlan(plan);
  if (older !== undefined) await previews.compare(older, plan);
}

const isPlanFile = ({ path }: vscode.Uri) => path.endsWith('.splitplan.json');

function requirePlanFile(argument: unknown): vscode.Uri {
  const { activeTabGroup } = vscode.window.tabGroups;
  const input: unknown = activeTabGroup.activeTab?.input;
  const active = input instanceof vscode.TabInputText || input instanceof vscode.TabInputCustom ? input.uri : undefined;
  const uri = fileArgument(argument) ?? active;
  if (uri !== undefined && isPlanFile(uri)) return uri;
  throw new DnnSplitError('bad-usage', vscode.l10n.t('Open a .splitplan.json file first.'));
}

async function pickPlan(plan: vscode.Uri): Promise<vscode.Uri | undefined> {
  const found = await vscode.workspace.findFiles('**/*.splitplan.json', '**/node_modules/**', mostPlans);
  const others = found.filter((uri) => uri.toString() !== plan.toString());
  if (others.length === 0)
    throw new DnnSplitError('bad-usage', vscode.l10n.t('There is no other plan in this workspace.'));
  const items = others.map((uri) => ({ label: vscode.workspace.asRelativePath(uri), uri }));
  return (await vscode.window.showQuickPick(items, { placeHolder: vscode.l10n.t('Select the plan to compare with') }))
    ?.uri;
}
