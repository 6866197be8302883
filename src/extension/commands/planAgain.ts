import * as vscode from 'vscode';
import { requireTrust } from '../window/trust';
import { type CommandContext, fileArgument, requireModel, requireReadable } from './context';
import { rewriteDocument } from './rewriteDocument';

/**
 * Plans again: a plan document gets the text that it would have now (Undo brings the old one back), the models under a
 * configuration are planned anew. Without an argument it is the document in the editor, else the active model.
 */
export async function planAgain(context: CommandContext, argument: unknown): Promise<void> {
  const source = fileArgument(argument) ?? documentInEditor() ?? modelOf(context);
  requireReadable(source);
  if (isPlan(source)) await rewritePlan(context, source);
  else await context.server.request('dnnsplit/planAgain', { sourceUri: source.toString() });
}

async function rewritePlan({ server }: CommandContext, uri: vscode.Uri): Promise<void> {
  requireTrust();
  const document = await vscode.workspace.openTextDocument(uri);
  // The server reads the file, so what is typed and not saved would be overlooked.
  if (document.isDirty) await document.save();
  const { text } = await server.request('dnnsplit/planAgain', { sourceUri: uri.toString() });
  if (text === null || text === document.getText()) {
    vscode.window.setStatusBarMessage(vscode.l10n.t('The plan is up to date.'), 5000);
    return;
  }
  await rewriteDocument(document, () => text);
}

function documentInEditor(): vscode.Uri | undefined {
  const uri = vscode.window.activeTextEditor?.document.uri;
  return uri && (isPlan(uri) || /(^|\/)dnnsplit\.json$/.test(uri.path)) ? uri : undefined;
}

function isPlan({ path }: vscode.Uri): boolean {
  return path.endsWith('.splitplan.json');
}

function modelOf(context: CommandContext): vscode.Uri {
  return vscode.Uri.parse(requireModel(context, undefined).modelUri, true);
}
