import * as vscode from 'vscode';
import { labelText } from '../../shared/escape/workbench';
import type { GraphAct } from '../../shared/protocol/webviewMessages';
import { DnnSplitError } from '../../shared/work/errors';
import type { ModelEntry } from '../model/modelStore';
import { withoutPin } from '../model/turnedKnobs';
import { type CommandContext, requireModel, requirePlan } from './context';
import { graphNodeArgument } from './graphNode';

/** Commands of the context menu of the graph; each gets the node under the pointer, and takes the selected one without. */

/** Folds the block around a node, or unfolds a fold. */
export function toggleFold(context: CommandContext, argument: unknown): void {
  const model = requireModel(context, undefined);
  act(context, model, { kind: 'toggleFold', nodeId: nodeOf(context, model, argument) });
}

/** Opens a graph inside of a node, such as a branch of an `If`. */
export function openBody(context: CommandContext, argument: unknown): void {
  const model = requireModel(context, undefined);
  act(context, model, { kind: 'openBody', nodeId: nodeOf(context, model, argument) });
}

/** Takes back that a node is pinned to a tier. */
export async function liftPin(context: CommandContext, argument: unknown): Promise<void> {
  const model = requireModel(context, undefined);
  const overrides = withoutPin(model.overrides, nodeOf(context, model, argument));
  await context.models.override(model.modelUri, overrides);
}

/** Copies the name of a node as the graph shows it. */
export async function copyNodeName(context: CommandContext, argument: unknown): Promise<void> {
  const model = requireModel(context, undefined);
  const nodeId = nodeOf(context, model, argument);
  const { label } = await context.server.request('dnnsplit/nodeDetails', { modelUri: model.modelUri, nodeId });
  await vscode.env.clipboard.writeText(label);
}

/** Holds the plan that is shown against that of another strategy, which is asked for. */
export async function compareWith(context: CommandContext, argument: unknown): Promise<void> {
  const model = requireModel(context, argument);
  const plan = requirePlan(model);
  const items = [...plan.baselines, ...plan.strategies]
    .filter(({ strategy, unavailable }) => strategy !== plan.strategy && unavailable === undefined)
    .map(({ strategy }) => ({ label: labelText(strategy), strategy }));
  const placeHolder = vscode.l10n.t('Select what to compare the plan with');
  const chosen = await vscode.window.showQuickPick(items, { placeHolder });
  if (chosen) act(context, model, { kind: 'compare', strategy: chosen.strategy });
}

/** Selects a node's candidate in the tree, or else the tier that runs the node. */
export async function revealInTree(context: CommandContext, argument: unknown): Promise<void> {
  const model = requireModel(context, undefined);
  const nodeId = nodeOf(context, model, argument);
  const { tier } = graphNodeArgument(argument) ?? {};
  const isCandidate = model.snapshot?.analysis?.candidates.some(({ afterNodeId }) => afterNodeId === nodeId);
  await vscode.commands.executeCommand('dnnsplit.splits.focus');
  const place = isCandidate || tier === undefined ? {} : { place: { list: 'tiers' as const, index: tier } };
  context.selection.select({ modelUri: model.modelUri, nodeIds: [nodeId], ...place, source: revealInTree });
}

/** Asks the graph that is on the screen to do something. */
export function act({ graphs }: CommandContext, { modelUri }: ModelEntry, wanted: GraphAct): void {
  const shown = graphs.visible(modelUri);
  if (shown === undefined) throw new DnnSplitError('bad-usage', vscode.l10n.t('Open the graph of the model first.'));
  shown.session.act(wanted);
}

function nodeOf({ selection }: CommandContext, { modelUri }: ModelEntry, argument: unknown): string {
  const nodeId = graphNodeArgument(argument)?.nodeId ?? selection.selectedIn(modelUri).at(-1);
  if (nodeId !== undefined) return nodeId;
  throw new DnnSplitError('bad-usage', vscode.l10n.t('Select a node in the graph first.'));
}
