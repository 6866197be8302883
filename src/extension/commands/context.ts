import * as vscode from 'vscode';
import { isReadable, seesEditorFiles } from '../../files/editorFiles';
import type { PlanReport } from '../../shared/reports/reports';
import { DnnSplitError } from '../../shared/work/errors';
import type { LanguageServer } from '../client/languageServer';
import type { GraphViews } from '../graph/graphViews';
import type { LiveViews } from '../live/liveViews';
import type { ModelEntry, ModelStore } from '../model/modelStore';
import type { SelectionHub } from '../model/selection';
import type { PlanPreviews } from '../preview/planPreviews';
import type { TreeRow } from '../tree/row';
import { ShownRow } from '../tree/shownRows';
import type { Notifier } from '../window/notifier';

/** What commands work with. */
export interface CommandContext {
  readonly models: ModelStore;
  readonly graphs: GraphViews;
  readonly selection: SelectionHub;
  readonly live: LiveViews;
  readonly previews: PlanPreviews;
  readonly server: LanguageServer;
  readonly notifier: Notifier;
  readonly log: vscode.LogOutputChannel;
  /** Where the extension itself lies. */
  readonly extensionUri: vscode.Uri;
  /** The extension's own folder, for what it installs. */
  readonly storageUri: vscode.Uri;
}

/** `selected` is everything that was selected in the explorer, where a menu there was opened. */
export type Command = (context: CommandContext, argument: unknown, selected?: unknown) => unknown;

/** The file that a menu passed as a URI or a code lens as its text, where one passed any. */
export function fileArgument(argument: unknown): vscode.Uri | undefined {
  if (argument instanceof vscode.Uri) return argument;
  return typeof argument === 'string' && /^[a-z][\w+.-]*:/i.test(argument) ? vscode.Uri.parse(argument) : undefined;
}

/** As `fileArgument`, for `.onnx` files alone. */
export function modelArgument(argument: unknown): vscode.Uri | undefined {
  const uri = fileArgument(argument);
  return uri?.path.toLowerCase().endsWith('.onnx') ? uri : undefined;
}

/** The row of the tree that a menu passed, where it passed one. */
export function rowArgument(argument: unknown): TreeRow | undefined {
  if (argument instanceof ShownRow) return argument.row;
  return isRow(argument) ? argument : undefined;
}

function isRow(argument: unknown): argument is TreeRow {
  return typeof argument === 'object' && argument !== null && 'kind' in argument && 'children' in argument;
}

/** @throws DnnSplitError for models that the server cannot read: where it sees a disk, it sees nothing else */
export function requireReadable(uri: vscode.Uri): void {
  if (isReadable(uri)) return;
  const message = vscode.l10n.t(
    'DNNSplit cannot read models from "{0}:" beside folders on a disk. Open their folder in a window of its own, or save a copy to a local folder.',
    uri.scheme,
  );
  throw new DnnSplitError('file-system', message, { path: uri.toString() });
}

/** @throws DnnSplitError in a window without a disk: sub-models have no place there, and nothing can run them */
export function requireDisk(): void {
  if (!seesEditorFiles) return;
  const message = vscode.l10n.t(
    'Sub-models are written to a disk, which this window does not have. Open a copy of the folder on your computer.',
  );
  throw new DnnSplitError('bad-usage', message);
}

/** The model that a command is about: the one passed, else the active one. @throws DnnSplitError when there is none */
export function requireModel({ models }: Pick<CommandContext, 'models'>, argument: unknown): ModelEntry {
  const uri = modelArgument(argument);
  const model = uri ? models.get(uri.toString()) : models.active;
  if (model) return model;
  throw new DnnSplitError('bad-usage', vscode.l10n.t('No model is open. Run "Analyze DNN splits" first.'));
}

/** @throws DnnSplitError while a model has no plan */
export function requirePlan(model: Pick<ModelEntry, 'snapshot'>): PlanReport {
  const plan = model.snapshot?.plan;
  if (plan) return plan;
  const why = model.snapshot?.configError ?? model.snapshot?.error;
  throw new DnnSplitError(
    'bad-usage',
    why?.message ?? vscode.l10n.t('This model has no plan yet. Wait for the analysis to finish.'),
  );
}
