import * as vscode from 'vscode';
import { notificationText } from '../../shared/escape/workbench';
import type { GeneratedFile } from '../../shared/protocol/requests';
import { type DeploymentTarget, deploymentTargets, targetTable } from '../../shared/vocabulary/targets';
import { DnnSplitError } from '../../shared/work/errors';
import { translated } from '../window/text';
import { requireTrust } from '../window/trust';
import { type CommandContext, requireDisk, requireModel } from './context';
import { askToWrite, openText } from './files';
import { longRequest } from './longRequest';
import { askingToOverwrite } from './split';

interface GenerateArgument {
  readonly sourceUri: string;
  readonly target: DeploymentTarget;
}

function isTarget(value: unknown): value is DeploymentTarget {
  return deploymentTargets.some((target) => target === value);
}

function isGenerateArgument(value: unknown): value is GenerateArgument {
  return (
    typeof value === 'object' &&
    value !== null &&
    'sourceUri' in value &&
    typeof value.sourceUri === 'string' &&
    'target' in value &&
    isTarget(value.target)
  );
}

/** Generates the folder of a deployment target with its sub-models, for a plan document (from its code action) or for the active model. */
export async function generate(context: CommandContext, argument: unknown): Promise<void> {
  requireDisk();
  requireTrust();
  const wanted = isGenerateArgument(argument) ? argument : await askForTarget(context);
  if (!wanted) return;
  const { files, folderUri } = await context.server.request('dnnsplit/generate', wanted);
  const folder = vscode.Uri.parse(folderUri, true);
  const written = files.map(({ path, content }) => ({ uri: insideOf(folder, path), text: content }));
  const consent = await askToWrite(written, undefined);
  if (consent === 'keep' || !(await writeDeployment(context, wanted, consent === 'overwrite'))) return;
  const first = mainFile(files);
  if (first) await openText(insideOf(folder, first.path));
}

/**
 * Lets the server write manifests and sub-models, all of them or none. A model without its weights gets the manifests alone,
 * and a word about it.
 * @returns false when a person keeps what is there
 */
async function writeDeployment(
  context: CommandContext,
  wanted: GenerateArgument,
  isAllowed: boolean,
): Promise<boolean> {
  const title = vscode.l10n.t('Exporting split models');
  const write = async (manifestsOnly: boolean): Promise<boolean> => {
    const request = (overwrite: boolean) =>
      longRequest(context, title, 'dnnsplit/exportModels', (token) => ({ ...wanted, overwrite, manifestsOnly, token }));
    return (await askingToOverwrite(request, isAllowed)) !== undefined;
  };
  try {
    return await write(false);
  } catch (thrown) {
    if (!DnnSplitError.is(thrown, 'external-data')) throw thrown;
    const isWritten = await write(true);
    if (!isWritten) return false;
    const told = vscode.l10n.t('Manifests were written without the split models. {0}', thrown.message);
    void vscode.window.showWarningMessage(notificationText(told));
    return true;
  }
}

async function askForTarget(context: CommandContext): Promise<GenerateArgument | undefined> {
  const sourceUri = requireModel(context, undefined).modelUri;
  const items = deploymentTargets.map((target) => {
    const { label, description } = targetTable[target];
    return { target, label, detail: translated(description, vscode.l10n.t) };
  });
  const placeHolder = vscode.l10n.t('Select a deployment target');
  const chosen = await vscode.window.showQuickPick(items, { placeHolder });
  return chosen && { sourceUri, target: chosen.target };
}

/** The file that a person wants to see: the manifest itself, not what it needs. */
function mainFile(files: readonly GeneratedFile[]): GeneratedFile | undefined {
  return files.find(({ path }) => /\.ya?ml$/i.test(path)) ?? files.find(({ path }) => path === 'README.md') ?? files[0];
}

/** @throws DnnSplitError for a path that leaves the folder */
function insideOf(folder: vscode.Uri, path: string): vscode.Uri {
  if (path.startsWith('/') || path.split(/[\\/]/).includes('..')) {
    throw new DnnSplitError('internal', vscode.l10n.t('A generated file would be outside its folder: {0}', path));
  }
  return vscode.Uri.joinPath(folder, path);
}
