import { createRequire } from 'node:module';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { seesEditorFiles } from '../../files/editorFiles';
import { nodeWorkers } from './startNodeWorker';

/** The extension as a browser runs it. */
interface WebExtension {
  activate(context: vscode.ExtensionContext, startWorker: ReturnType<typeof nodeWorkers>): unknown;
}

/** True on a desktop where no folder of the window is on a disk: the editor alone can read them. */
export function isVirtualWindow(): boolean {
  const folders = vscode.workspace.workspaceFolders ?? [];
  return !seesEditorFiles && folders.length > 0 && folders.every(({ uri }) => uri.scheme !== 'file');
}

/** Runs the extension as a browser does, over the editor's files, in threads of Node's. */
export function activateInVirtualWindow(context: vscode.ExtensionContext): unknown {
  const folder = join(context.extensionPath, 'dist');
  const web = createRequire(join(folder, 'extension.js'))('./webExtension.js') as WebExtension;
  return web.activate(context, nodeWorkers(folder));
}
