import * as vscode from 'vscode';
import { labelText } from '../../shared/escape/workbench';
import { DnnSplitError } from '../../shared/work/errors';
import { splitTreeView } from '../tree/splitTree';
import { type CommandContext, modelArgument, requireModel, requireReadable } from './context';

const mostFiles = 1000;

/** Analyzes a model: its tree in the side bar, its graph in an editor. Asks for the file where none is passed. */
export async function analyze(context: CommandContext, argument: unknown): Promise<void> {
  const uri = modelArgument(argument) ?? (await pickModel());
  if (!uri) return;
  requireReadable(uri);
  const { models, graphs } = context;
  const modelUri = uri.toString();
  models.setActive(modelUri);
  if (models.get(modelUri)?.snapshot?.state === 'failed') void models.reopen(modelUri);
  // The graph opens the model along with its picture; both are made while the page of the graph is loaded.
  graphs.show(uri, vscode.ViewColumn.Active);
  const opened = models.open(modelUri);
  await vscode.commands.executeCommand(`${splitTreeView}.focus`);
  // The side bar shows the tree, and the keyboard is in the graph.
  graphs.show(uri, vscode.ViewColumn.Active);
  const { error, state } = await opened;
  if (state === 'failed' && error) throw DnnSplitError.fromData(error);
}

/** Reads the model again. */
export async function analyzeAgain({ models }: CommandContext, modelUri: string): Promise<void> {
  const { error, state } = await models.reopen(modelUri);
  if (state === 'failed' && error) throw DnnSplitError.fromData(error);
}

/** Shows the graph of a model beside what is open. */
export async function openGraph(context: CommandContext, argument: unknown): Promise<void> {
  const uri = modelArgument(argument) ?? vscode.Uri.parse(requireModel(context, argument).modelUri, true);
  requireReadable(uri);
  context.graphs.show(uri, vscode.ViewColumn.Beside);
}

/** Forgets a model and closes its graphs. */
export function closeModel(context: CommandContext, argument: unknown): void {
  const { modelUri } = requireModel(context, argument);
  context.graphs.close(modelUri);
  context.models.close(modelUri);
}

async function pickModel(): Promise<vscode.Uri | undefined> {
  const files = await vscode.workspace.findFiles('**/*.onnx', '**/node_modules/**', mostFiles);
  if (files.length === 0) {
    const filters = { [vscode.l10n.t('ONNX models')]: ['onnx'] };
    return (await vscode.window.showOpenDialog({ filters, openLabel: vscode.l10n.t('Analyze') }))?.[0];
  }
  const items = files
    .map((uri) => ({ label: labelText(vscode.workspace.asRelativePath(uri)), uri }))
    .sort((a, b) => a.label.localeCompare(b.label));
  const placeHolder = vscode.l10n.t('Select an ONNX model to analyze');
  return (await vscode.window.showQuickPick(items, { placeHolder }))?.uri;
}
