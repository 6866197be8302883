import * as vscode from 'vscode';
import { DnnSplitError } from '../../shared/work/errors';
import type { CommandContext } from './context';

const sampleModel = 'mobilenetv2.onnx';
const sampleFiles = [sampleModel, 'dnnsplit.json'] as const;

/**
 * Analyzes the model that comes with the extension, for a window without any. It is worked on in a copy, so that its
 * configuration can be changed; a copy that is there stays as a person has left it.
 */
export async function openSample(context: CommandContext): Promise<void> {
  const folder = vscode.Uri.joinPath(context.storageUri, 'sample');
  await vscode.workspace.fs.createDirectory(folder);
  for (const name of sampleFiles) {
    const source = vscode.Uri.joinPath(context.extensionUri, 'media/sample', name);
    await copyUnlessThere(source, vscode.Uri.joinPath(folder, name));
  }
  await vscode.commands.executeCommand('dnnsplit.analyze', vscode.Uri.joinPath(folder, sampleModel));
}

async function copyUnlessThere(source: vscode.Uri, target: vscode.Uri): Promise<void> {
  try {
    await vscode.workspace.fs.copy(source, target, { overwrite: false });
  } catch (thrown) {
    if (thrown instanceof vscode.FileSystemError && thrown.code === 'FileExists') return;
    const message = vscode.l10n.t('The sample could not be copied to {0}.', target.fsPath);
    throw new DnnSplitError('file-system', message, { path: target.fsPath }, String(thrown));
  }
}
