import * as vscode from 'vscode';
import { notificationText } from '../../shared/escape/workbench';
import { type HandoverFormat, handoverFormats } from '../../shared/protocol/handoverFormats';
import { baseName } from '../window/paths';
import { requireTrust } from '../window/trust';
import { type CommandContext, requireModel, requirePlan } from './context';
import { writeWhole } from './files';

/**
 * Writes a report of the plan that is shown where a person says, as HTML or Markdown by the ending of the file.
 * @returns the file's URI, or nothing when the person decided against it
 */
export async function report(context: CommandContext, argument: unknown): Promise<vscode.Uri | undefined> {
  requireTrust();
  const model = requireModel(context, argument);
  requirePlan(model);
  const modelUri = vscode.Uri.parse(model.modelUri, true);
  const uri = await vscode.window.showSaveDialog({
    title: vscode.l10n.t('Save Report of {0}', baseName(modelUri.path)),
    defaultUri: modelUri.with({ path: modelUri.path.replace(/\.onnx$/i, '.report.html') }),
    filters: { HTML: ['html'], Markdown: ['md'] },
  });
  if (!uri) return undefined;
  const format = formatOf(uri);
  const params = { modelUri: model.modelUri, format };
  const { text } = await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title: vscode.l10n.t('Writing the report'), cancellable: true },
    (_progress, token) => context.server.request('dnnsplit/report', params, token),
  );
  // The dialog has asked whether a file may be replaced.
  await writeWhole(uri, text, { model, overwrite: true });
  const open = vscode.l10n.t('Open');
  const told = vscode.l10n.t('Saved {0}.', vscode.workspace.asRelativePath(uri));
  void vscode.window
    .showInformationMessage(notificationText(told), open)
    .then((answer) => (answer === open ? show(uri, format) : undefined));
  return uri;
}

function formatOf({ path }: vscode.Uri): HandoverFormat {
  return handoverFormats.find((format) => path.toLowerCase().endsWith(`.${format}`)) ?? 'html';
}

/** A page belongs into a browser, Markdown into its preview. */
async function show(uri: vscode.Uri, format: HandoverFormat): Promise<void> {
  if (format === 'html') await vscode.env.openExternal(uri);
  else await vscode.commands.executeCommand('markdown.showPreview', uri);
}
