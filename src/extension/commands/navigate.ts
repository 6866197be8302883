import * as vscode from 'vscode';
import { labelText } from '../../shared/escape/workbench';
import type { ModelEntry } from '../model/modelStore';
import { DisposableStore } from '../window/disposables';
import { type CommandContext, requireModel, rowArgument } from './context';
import { graphNodeArgument } from './graphNode';

const searchLimit = 200;

interface HitItem extends vscode.QuickPickItem {
  readonly nodeId: string;
}

/** Shows the nodes of a row in the graph. */
export function revealInGraph(context: CommandContext, argument: unknown): void {
  const model = requireModel(context, undefined);
  const nodeIds = rowArgument(argument)?.nodeIds ?? context.selection.selectedIn(model.modelUri);
  showNodes(context, model, nodeIds);
}

/** Copies the tensor names of a row, or those that a node of the graph makes, one a line. */
export async function copyTensorNames(context: CommandContext, argument: unknown): Promise<void> {
  const model = requireModel(context, undefined);
  const inGraph = graphNodeArgument(argument);
  if (inGraph !== undefined) {
    const params = { modelUri: model.modelUri, nodeId: inGraph.nodeId };
    const { outputs } = await context.server.request('dnnsplit/nodeDetails', params);
    await vscode.env.clipboard.writeText(outputs.map(({ name }) => name).join('\n'));
    return;
  }
  const chosen = (model.snapshot?.plan?.links ?? []).flatMap(({ tensors }) => tensors.map(({ name }) => name));
  await vscode.env.clipboard.writeText((rowArgument(argument)?.tensorNames ?? chosen).join('\n'));
}

/** Searches the nodes of the active model while a person types, and shows the chosen one in the graph. */
export function searchNodes(context: CommandContext, argument: unknown): void {
  const model = requireModel(context, argument);
  const parts = new DisposableStore();
  const picker = parts.add(vscode.window.createQuickPick<HitItem>());
  picker.placeholder = vscode.l10n.t('Name, operator, shape, tensor or tier of a node');
  picker.matchOnDescription = true;
  let running: vscode.CancellationTokenSource | undefined;
  const search = async (query: string): Promise<void> => {
    running?.cancel();
    const mine = parts.add(new vscode.CancellationTokenSource());
    running = mine;
    picker.busy = true;
    const params = { modelUri: model.modelUri, query, limit: searchLimit };
    try {
      const hits = await context.server.request('dnnsplit/search', params, mine.token);
      if (running !== mine) return;
      picker.items = hits.map(({ nodeId, label, op, detail }) => ({
        nodeId,
        label: labelText(label),
        description: labelText(op),
        detail: labelText(detail),
        alwaysShow: true,
      }));
    } catch (thrown) {
      if (running === mine) context.notifier.report(thrown);
    } finally {
      if (running === mine) picker.busy = false;
      parts.release(mine);
    }
  };
  parts.add(picker.onDidChangeValue((query) => void search(query)));
  parts.add(
    picker.onDidAccept(() => {
      const [hit] = picker.selectedItems;
      picker.hide();
      if (hit) showNodes(context, model, [hit.nodeId]);
    }),
  );
  parts.add(picker.onDidHide(() => parts.dispose()));
  picker.show();
  void search('');
}

function showNodes(context: CommandContext, model: ModelEntry, nodeIds: readonly string[]): void {
  context.graphs.show(vscode.Uri.parse(model.modelUri, true), vscode.ViewColumn.Active);
  if (nodeIds.length > 0) context.selection.select({ modelUri: model.modelUri, nodeIds, source: revealInGraph });
}
