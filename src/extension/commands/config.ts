import * as vscode from 'vscode';
import { visibleText } from '../../shared/escape/visible';
import { labelText } from '../../shared/escape/workbench';
import { fillPlaces } from '../../shared/messages/message';
import { hasOverrides } from '../../shared/protocol/overrides';
import { DnnSplitError } from '../../shared/work/errors';
import { bindInConfig, configFileName, defaultConfigText } from '../model/configText';
import { keepable, keptText } from '../model/keptText';
import type { ModelEntry } from '../model/modelStore';
import { baseName } from '../window/paths';
import { requireTrust } from '../window/trust';
import { type CommandContext, modelArgument, requireModel, rowArgument } from './context';
import { openText, readText, writeWhole } from './files';
import { rewriteDocument } from './rewriteDocument';

/** How long the status bar says where a size was stored. */
const toldMs = 8000;

/** Opens the configuration that applies to the active model; creates it with the built-in tiers where there is none. */
export async function openConfig(context: CommandContext, argument: unknown): Promise<void> {
  const named = modelArgument(argument);
  const model = named ? context.models.get(named.toString()) : context.models.active;
  await openText(await ensureConfig(model));
}

/** Writes a number for a symbolic dimension into the configuration. */
export async function bindDimension(context: CommandContext, argument: unknown): Promise<void> {
  requireTrust();
  const model = requireModel(context, undefined);
  const row = rowArgument(argument);
  const symbol = row?.kind === 'dimension' ? row.label : await pickDimension(model);
  if (symbol === undefined) return;
  const answer = await vscode.window.showInputBox({
    prompt: visibleText(vscode.l10n.t('Size of dimension "{0}"', symbol)),
    value: String(assumedSize(model, symbol) ?? 1),
    validateInput: (text) =>
      /^\d{1,9}$/.test(text.trim()) ? undefined : vscode.l10n.t('Enter a whole number, 0 or greater.'),
  });
  if (answer === undefined) return;
  const config = await ensureConfig(model);
  const modelFile = baseName(vscode.Uri.parse(model.modelUri).path);
  await bind(config, modelFile, symbol, Number(answer));
  const told = vscode.l10n.t('Set {0} to {1} for {2} in {3}.', symbol, answer.trim(), modelFile, baseName(config.path));
  vscode.window.setStatusBarMessage(told, toldMs);
}

/** Writes what is tried into the configuration, as far as one can hold it; the rest stays a trial. One Undo takes it back. */
export async function keepTried(context: CommandContext, argument: unknown): Promise<void> {
  requireTrust();
  const model = requireModel(context, argument);
  const { kept, left } = keepable(model.overrides);
  if (!hasOverrides(kept)) {
    throw new DnnSplitError(
      'bad-usage',
      hasOverrides(left)
        ? vscode.l10n.t('A configuration cannot hold a cut. Export the plan to keep it.')
        : vscode.l10n.t('Nothing is tried out that is not in the configuration already.'),
    );
  }
  const config = await ensureConfig(model);
  const document = await vscode.workspace.openTextDocument(config);
  const modelPath = vscode.Uri.parse(model.modelUri, true).path;
  await rewriteDocument(document, (before) => keptText(before, modelPath, kept));
  await context.models.override(model.modelUri, left);
  const name = baseName(config.path);
  const told = hasOverrides(left)
    ? vscode.l10n.t('Kept in {0}, except for the cuts. Export the plan to keep these.', name)
    : vscode.l10n.t('Kept in {0}.', name);
  vscode.window.setStatusBarMessage(told, toldMs);
}

/** The size that every figure is for; a dimension may be called after what every object has. */
function assumedSize({ snapshot }: ModelEntry, symbol: string): number | undefined {
  const { assumedDimensions = {} } = snapshot?.analysis ?? {};
  return Object.hasOwn(assumedDimensions, symbol) ? assumedDimensions[symbol] : undefined;
}

async function bind(uri: vscode.Uri, modelFile: string, symbol: string, size: number): Promise<void> {
  const document = await vscode.workspace.openTextDocument(uri);
  await rewriteDocument(document, (before) => bindInConfig(before, modelFile, symbol, size));
}

async function pickDimension({ snapshot }: ModelEntry): Promise<string | undefined> {
  const { openDimensions = [], madeDimensions = [] } = snapshot?.analysis ?? {};
  if (openDimensions.length + madeDimensions.length === 0) {
    throw new DnnSplitError('bad-usage', vscode.l10n.t('Every dimension of this model already has a size.'));
  }
  const open = openDimensions.map(({ symbol, tensors }) => ({
    label: labelText(symbol),
    symbol,
    description: fillPlaces(vscode.l10n.t('in {0|# tensor|# tensors}'), tensors),
  }));
  const made = madeDimensions.map(({ symbol, tensors }) => ({
    label: labelText(symbol),
    symbol,
    description: fillPlaces(
      vscode.l10n.t('in {0|# tensor|# tensors}, known only at run time: enter the size to expect'),
      tensors,
    ),
  }));
  const items = [...open, ...made];
  return (await vscode.window.showQuickPick(items, { placeHolder: vscode.l10n.t('Select a dimension to set') }))
    ?.symbol;
}

/** The configuration of a model, created in its workspace folder (else beside it) where there is none. */
export async function ensureConfig(model: ModelEntry | undefined): Promise<vscode.Uri> {
  if (model?.snapshot?.configUri !== undefined) return vscode.Uri.parse(model.snapshot.configUri, true);
  const uri = vscode.Uri.joinPath(configFolder(model), configFileName);
  if ((await readText(uri)) === undefined) {
    requireTrust();
    await writeWhole(uri, defaultConfigText, { model, overwrite: false });
  }
  return uri;
}

function configFolder(model: ModelEntry | undefined): vscode.Uri {
  const modelUri = model && vscode.Uri.parse(model.modelUri, true);
  const folder = modelUri ? vscode.workspace.getWorkspaceFolder(modelUri) : vscode.workspace.workspaceFolders?.[0];
  if (folder) return folder.uri;
  if (modelUri) return vscode.Uri.joinPath(modelUri, '..');
  throw new DnnSplitError('bad-usage', vscode.l10n.t('Open a folder first. The configuration is stored there.'));
}
