import * as vscode from 'vscode';
import { planPathOf } from '../window/paths';
import { requireTrust } from '../window/trust';
import { type CommandContext, requireModel, requirePlan } from './context';
import { askToWrite, openText, writeWhole } from './files';

/**
 * Writes the plan beside its model and opens it.
 * @returns the plan's URI, or nothing when a person kept the old file
 */
export async function exportPlan(context: CommandContext, argument: unknown): Promise<vscode.Uri | undefined> {
  requireTrust();
  const model = requireModel(context, argument);
  requirePlan(model);
  const modelUri = vscode.Uri.parse(model.modelUri, true);
  const uri = modelUri.with({ path: planPathOf(modelUri.path) });
  const { text } = await context.server.request('dnnsplit/exportPlan', {
    modelUri: model.modelUri,
    planUri: uri.toString(),
  });
  const consent = await askToWrite([{ uri, text }], model);
  if (consent === 'keep') return undefined;
  await writeWhole(uri, text, { model, overwrite: true });
  await openText(uri);
  return uri;
}
