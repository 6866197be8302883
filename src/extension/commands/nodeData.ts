import * as vscode from 'vscode';
import { labelText, notificationText } from '../../shared/escape/workbench';
import type { NodeDataSubject } from '../../shared/reports/nodeData';
import { DnnSplitError } from '../../shared/work/errors';
import { baseName } from '../window/paths';
import { requireTrust } from '../window/trust';
import { type CommandContext, requireModel, requirePlan } from './context';
import { writeWhole } from './files';

/** Larger files are none of node data. */
const mostBytes = 50e6;

/** Shows the values of a file of node data (Model Explorer) in the graph that is on the screen. */
export async function showNodeData(context: CommandContext, argument: unknown): Promise<void> {
  const { modelUri } = requireModel(context, argument);
  const shown = context.graphs.visible(modelUri);
  if (shown === undefined) throw new DnnSplitError('bad-usage', vscode.l10n.t('Open the graph of the model first.'));
  const [uri] =
    (await vscode.window.showOpenDialog({
      title: vscode.l10n.t('Show Node Data'),
      defaultUri: vscode.Uri.joinPath(vscode.Uri.parse(modelUri, true), '..'),
      filters: { JSON: ['json'] },
    })) ?? [];
  if (uri === undefined) return;
  const name = baseName(uri.path);
  const { size } = await vscode.workspace.fs.stat(uri);
  if (size > mostBytes) throw new DnnSplitError('bad-usage', vscode.l10n.t('{0} is too large for node data.', name));
  const text = new TextDecoder().decode(await vscode.workspace.fs.readFile(uri));
  const { data, told } = await context.server.request('dnnsplit/nodeData', { modelUri, file: { name, text } });
  shown.session.showNodeData(data);
  void vscode.window.showInformationMessage(notificationText(told));
}

/**
 * Writes what the plan that is shown says of each node as a file of node data.
 * @returns the file's URI, or nothing when the person decided against it
 */
export async function exportNodeData(context: CommandContext, argument: unknown): Promise<vscode.Uri | undefined> {
  requireTrust();
  const model = requireModel(context, argument);
  const { tiers } = requirePlan(model);
  const subject = await chooseSubject(tiers.map(({ id }) => id));
  if (subject === undefined) return undefined;
  const modelUri = vscode.Uri.parse(model.modelUri, true);
  const uri = await vscode.window.showSaveDialog({
    title: vscode.l10n.t('Export Node Data'),
    defaultUri: modelUri.with({ path: modelUri.path.replace(/\.onnx$/i, '.nodedata.json') }),
    filters: { JSON: ['json'] },
  });
  if (!uri) return undefined;
  const { text } = await context.server.request('dnnsplit/nodeDataText', { modelUri: model.modelUri, subject });
  // The dialog has asked whether a file may be replaced.
  await writeWhole(uri, text, { model, overwrite: true });
  return uri;
}

async function chooseSubject(tiers: readonly string[]): Promise<NodeDataSubject | undefined> {
  const items: { label: string; subject: NodeDataSubject }[] = [
    { label: vscode.l10n.t('Tier of each node'), subject: 'tier' },
    { label: vscode.l10n.t('Time of each node on its tier'), subject: 'time' },
    ...tiers.map((id, tier) => ({
      label: labelText(vscode.l10n.t('Time of each node on {0}', id)),
      subject: { tier },
    })),
  ];
  return (await vscode.window.showQuickPick(items, { placeHolder: vscode.l10n.t('Select what to export') }))?.subject;
}
