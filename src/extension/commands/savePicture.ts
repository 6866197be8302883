import * as vscode from 'vscode';
import { notificationText } from '../../shared/escape/workbench';
import { type DrawingFormat, type DrawingPart, type PictureTheme, pictureScales } from '../../shared/picture/picture';
import type { PicturePart } from '../../shared/protocol/webviewMessages';
import type { ShownGraph } from '../graph/graphViews';
import { baseName } from '../window/paths';
import { requireTrust } from '../window/trust';
import { type CommandContext, requireModel } from './context';
import { mayReplace, writeWhole } from './files';

type Format = DrawingFormat | 'png';

/** What is saved: a drawing, of the folds of the page or of an overview; or pixels. */
type Subject =
  | { readonly format: DrawingFormat; readonly part: DrawingPart; readonly isOverview?: boolean }
  | { readonly format: 'png'; readonly part: PicturePart };

interface Choice extends vscode.QuickPickItem {
  readonly subject: Subject;
}

/**
 * Saves the graph of a model where a person says, in light or dark colors: as SVG or PDF, or as PNG, finer or coarser.
 * @returns the file's URI, or nothing when the person decided against it
 */
export async function savePicture(context: CommandContext, argument: unknown): Promise<vscode.Uri | undefined> {
  requireTrust();
  const entry = requireModel(context, argument);
  const { modelUri } = entry;
  const model = vscode.Uri.parse(modelUri, true);
  const shown = context.graphs.visible(modelUri);
  const subject = await chooseSubject(shown);
  if (!subject) return undefined;
  const make = await chooseLook(context, modelUri, subject, shown);
  if (!make) return undefined;
  const uri = await askForFile(model, subject.format);
  if (!uri) return undefined;
  const { content, scale } = await make();
  // The dialog has asked whether a file may be replaced.
  await writeWhole(uri, content, { model: entry, overwrite: true });
  const open = vscode.l10n.t('Open');
  void vscode.window
    .showInformationMessage(notificationText(savedSentence(uri, subject.part === 'screen' ? 1 : scale)), open)
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
async function chooseSubject(shown: ShownGraph | undefined): Promise<Subject | undefined> {
  const drawing = (format: DrawingFormat, description: string, part: DrawingPart, isOverview = false): Choice => ({
    label: format.toUpperCase(),
    description,
    subject: { format, part, isOverview },
  });
  const drawings = (format: DrawingFormat) => [
    drawing(format, vscode.l10n.t('whole graph, sharp at any size'), 'whole'),
    drawing(format, vscode.l10n.t('whole graph in columns, for a page'), 'columns'),
    drawing(format, vscode.l10n.t('overview with blocks folded'), 'columns', true),
    drawing(format, vscode.l10n.t('around the cut'), 'cut'),
  ];
  const png = (description: string, part: PicturePart): Choice => ({
    label: 'PNG',
    description,
    subject: { format: 'png', part },
  });
  const pixels = [
    png(vscode.l10n.t('whole graph'), 'whole'),
    png(vscode.l10n.t('around the cut'), 'cut'),
    png(vscode.l10n.t('current view'), 'screen'),
  ];
  const choices = [...drawings('svg'), ...drawings('pdf'), ...(shown ? pixels : [])];
  const placeHolder = vscode.l10n.t('Select what to save');
  return (await vscode.window.showQuickPick(choices, { placeHolder, matchOnDescription: true }))?.subject;
}

/** Asks for the colors of a drawing, or for the size of pixels, and gives what makes the picture. */
async function chooseLook(
  context: CommandContext,
  modelUri: string,
  subject: Subject,
  shown: ShownGraph | undefined,
): Promise<(() => Promise<Picture>) | undefined> {
  if (subject.format === 'png') {
    const scale = await chooseScale();
    const theme = scale === undefined ? undefined : await chooseTheme();
    if (scale === undefined || theme === undefined || shown === undefined) return undefined;
    return () => pngPicture(shown, subject.part, scale, theme);
  }
  const theme = await chooseTheme();
  return theme && (() => drawnPicture(context, modelUri, subject, theme));
}

/** The colors of the editor come first. */
async function chooseTheme(): Promise<PictureTheme | undefined> {
  const { kind } = vscode.window.activeColorTheme;
  const isLight = kind === vscode.ColorThemeKind.Light || kind === vscode.ColorThemeKind.HighContrastLight;
  const light = { label: vscode.l10n.t('Light'), description: vscode.l10n.t('for paper'), theme: 'light' as const };
  const dark = { label: vscode.l10n.t('Dark'), description: vscode.l10n.t('for slides'), theme: 'dark' as const };
  const choices = isLight ? [light, dark] : [dark, light];
  return (await vscode.window.showQuickPick(choices, { placeHolder: vscode.l10n.t('Select the colors') }))?.theme;
}

async function chooseScale(): Promise<number | undefined> {
  const choices = pictureScales.map((scale) => ({ label: vscode.l10n.t('{0}x', scale), scale }));
  const placeHolder = vscode.l10n.t('Select the pixels per CSS pixel');
  return (await vscode.window.showQuickPick(choices, { placeHolder }))?.scale;
}

/** What goes into the file, and its pixels per CSS pixel of the layout. */
interface Picture {
  readonly content: string | Uint8Array;
  readonly scale: number;
}

async function pngPicture(
  { session }: ShownGraph,
  part: PicturePart,
  wanted: number,
  theme: PictureTheme,
): Promise<Picture> {
  const { png, scale } = await session.picture(part, wanted, theme);
  return { content: png, scale };
}

async function drawnPicture(
  { server, graphs }: CommandContext,
  modelUri: string,
  { format, part, isOverview = false }: Extract<Subject, { format: DrawingFormat }>,
  theme: PictureTheme,
): Promise<Picture> {
  const { folded = null, shown } = graphs.visible(modelUri)?.session ?? {};
  const { content } = await server.request('dnnsplit/picture', {
    modelUri,
    folded: isOverview ? null : folded,
    theme,
    format,
    part,
    ...(shown && { metric: shown.metric, texts: shown.texts }),
    ...(shown?.body !== undefined && { body: shown.body }),
    ...(shown?.data && { data: shown.data }),
    ...(shown?.comparing && { compare: shown.comparing }),
  });
  return { content: format === 'pdf' ? Buffer.from(content, 'latin1') : content, scale: 1 };
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
