import * as vscode from 'vscode';
import { notificationText } from '../../shared/escape/workbench';
import type { PicturePart } from '../../shared/webviewMessages';
import type { ShownGraph } from '../graph/graphViews';
import { baseName } from '../window/paths';
import { requireTrust } from '../window/trust';
import { type CommandContext, requireModel } from './context';
import { mayReplace, writeWhole } from './files';

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
  const entry = requireModel(context, argument);
  const { modelUri } = entry;
  const model = vscode.Uri.parse(modelUri, true);
  const shown = context.graphs.visible(modelUri);
  const choice = await chooseFormat(shown);
  if (!choice) return undefined;
  const { format, part } = choice;
  const uri = await askForFile(model, format);
  if (!uri) return undefined;
  const { content, scale } =
    shown && format === 'png' ? await pngPicture(shown, part) : await svgPicture(context, modelUri);
  // The dialog has asked whether a file may be replaced.
  await writeWhole(uri, content, { model: entry, overwrite: true });
  const open = vscode.l10n.t('Open');
  void vscode.window
    .showInformationMessage(notificationText(savedSentence(uri, part === 'whole' ? scale : 1)), open)
    .then((answer) => answer === open && vscode.commands.executeCommand('vscode.open', uri));
  return uri;
}

/**
 * A file that may be written. One that is named otherwise gets the ending of its format, so that no picture takes the place
 * of something else; the dialog has not asked about that name.
 */
async function askForFile(model: vscode.Uri, format: Format): Promise<vscode.Uri | undefined> {
  const chosen = await vscode.window.showSaveDialog({
    title: vscode.l10n.t('Save Picture of {0}', baseName(model.path)),
    defaultUri: model.with({ path: model.path.replace(/\.onnx$/i, `.${format}`) }),
    filters: { [format.toUpperCase()]: [format] },
  });
  if (!chosen || chosen.path.toLowerCase().endsWith(`.${format}`)) return chosen;
  const uri = chosen.with({ path: `${chosen.path}.${format}` });
  return (await mayReplace(uri)) ? uri : undefined;
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

/** What goes into the file, and its pixels per CSS pixel of the layout. */
interface Picture {
  readonly content: string | Uint8Array;
  readonly scale: number;
}

async function pngPicture({ session }: ShownGraph, part: PicturePart): Promise<Picture> {
  const { png, scale } = await session.picture(part);
  return { content: png, scale };
}

async function svgPicture({ server, graphs }: CommandContext, modelUri: string): Promise<Picture> {
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
  return { content: svg, scale: 1 };
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
