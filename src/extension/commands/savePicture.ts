import * as vscode from 'vscode';
import type { PicturePart } from '../../shared/webviewMessages';
import type { ShownGraph } from '../graph/graphViews';
import { baseName } from '../window/paths';
import { requireTrust } from '../window/trust';
import { type CommandContext, requireModel } from './context';

type Format = 'svg' | 'png';

interface Choice extends vscode.QuickPickItem {
  readonly format: Format;
  readonly part: PicturePart;
}

/**
 * Saves the graph of a model where a person says: as SVG, or as PNG, all of it or what is on the screen.
 * @returns the file's URI, or nothing when the person decided against it
 */
export async function savePicture(context: CommandContext, argument: unknown): Promise<vscode.Uri | undefined> {
  requireTrust();
  const { modelUri } = requireModel(context, argument);
  const model = vscode.Uri.parse(modelUri, true);
  const shown = context.graphs.visible(modelUri);
  const choice = await chooseFormat(shown);
  if (!choice) return undefined;
  const { format, part } = choice;
  const uri = await vscode.window.showSaveDialog({
    title: vscode.l10n.t('Save Picture of {0}', baseName(model.path)),
    defaultUri: model.with({ path: model.path.replace(/\.onnx$/i, `.${format}`) }),
    filters: { [format.toUpperCase()]: [format] },
  });
  if (!uri) return undefined;
  const scale = shown && format === 'png' ? await savePng(uri, shown, part) : await saveSvg(uri, context, modelUri);
  const open = vscode.l10n.t('Open');
  void vscode.window
    .showInformationMessage(savedSentence(uri, part === 'whole' ? scale : 1), open)
    .then((answer) => answer === open && vscode.commands.executeCommand('vscode.open', uri));
  return uri;
}

/** A picture of pixels is made by the page, so that there is none where no page is up. */
async function chooseFormat(shown: ShownGraph | undefined): Promise<Choice | undefined> {
  const svg: Choice = {
    label: 'SVG',
    description: vscode.l10n.t('whole graph, sharp at any size'),
    format: 'svg',
    part: 'whole',
  };
  if (!shown) return svg;
  const whole = vscode.l10n.t('whole graph');
  const screen = vscode.l10n.t('current view');
  const choices: Choice[] = [
    svg,
    { label: 'PNG', description: whole, format: 'png', part: 'whole' },
    { label: 'PNG', description: screen, format: 'png', part: 'screen' },
  ];
  const placeHolder = vscode.l10n.t('Select what to save');
  return vscode.window.showQuickPick(choices, { placeHolder, matchOnDescription: true });
}

/** @returns pixels per CSS pixel of the layout */
async function savePng(uri: vscode.Uri, { session }: ShownGraph, part: PicturePart): Promise<number> {
  const { png, scale } = await session.picture(part);
  await vscode.workspace.fs.writeFile(uri, png);
  return scale;
}

/** @returns 1: nothing is scaled */
async function saveSvg(uri: vscode.Uri, { server, graphs }: CommandContext, modelUri: string): Promise<number> {
  const { kind } = vscode.window.activeColorTheme;
  const isLight = kind === vscode.ColorThemeKind.Light || kind === vscode.ColorThemeKind.HighContrastLight;
  const { folded = null, shown } = graphs.visible(modelUri)?.session ?? {};
  const { svg } = await server.request('dnnsplit/picture', {
    modelUri,
    folded,
    theme: isLight ? 'light' : 'dark',
    ...(shown && { metric: shown.metric, texts: shown.texts }),
    ...(shown?.comparing && { compare: shown.comparing }),
  });
  await vscode.workspace.fs.writeFile(uri, new TextEncoder().encode(svg));
  return 1;
}

function savedSentence(uri: vscode.Uri, scale: number): string {
  const name = vscode.workspace.asRelativePath(uri);
  if (scale >= 1) return vscode.l10n.t('Saved {0}.', name);
  const percent = `${Number((100 * scale).toPrecision(2))} %`;
  return vscode.l10n.t(
    'Saved {0} at {1} of full size because the graph is too large for one PNG. Fold more blocks or save as SVG for full size.',
    name,
    percent,
  );
}
