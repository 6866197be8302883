import * as vscode from 'vscode';
import { baseName } from '../model/paths';
import { type CommandContext, requireModel, requireTrust } from './context';

/**
 * Saves the graph of a model where a person says: all of it as SVG, or what is on the screen as PNG.
 * @returns the file's URI, or nothing when the person decided against it
 */
export async function savePicture(context: CommandContext, argument: unknown): Promise<vscode.Uri | undefined> {
  requireTrust();
  const { modelUri } = requireModel(context, argument);
  const model = vscode.Uri.parse(modelUri, true);
  const shown = context.graphs.visible(modelUri);
  const uri = await vscode.window.showSaveDialog({
    title: vscode.l10n.t('Save Picture of {0}', baseName(model.path)),
    defaultUri: model.with({ path: model.path.replace(/\.onnx$/i, '.svg') }),
    filters: {
      [vscode.l10n.t('SVG, the whole graph')]: ['svg'],
      ...(shown && { [vscode.l10n.t('PNG, what is on the screen')]: ['png'] }),
    },
  });
  if (!uri) return undefined;
  const isPng = shown !== undefined && uri.path.toLowerCase().endsWith('.png');
  await vscode.workspace.fs.writeFile(uri, isPng ? await shown.session.picture() : await svg(context, modelUri));
  const open = vscode.l10n.t('Open');
  void vscode.window
    .showInformationMessage(vscode.l10n.t('Saved {0}.', vscode.workspace.asRelativePath(uri)), open)
    .then((answer) => answer === open && vscode.commands.executeCommand('vscode.open', uri));
  return uri;
}

async function svg({ server, graphs }: CommandContext, modelUri: string): Promise<Uint8Array> {
  const { kind } = vscode.window.activeColorTheme;
  const isLight = kind === vscode.ColorThemeKind.Light || kind === vscode.ColorThemeKind.HighContrastLight;
  const folded = graphs.visible(modelUri)?.session.folded ?? null;
  const params = { modelUri, folded, theme: isLight ? 'light' : 'dark' } as const;
  return new TextEncoder().encode((await server.request('dnnsplit/picture', params)).svg);
}
