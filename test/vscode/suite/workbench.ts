import assert from 'node:assert/strict';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import * as vscode from 'vscode';
import type { ExtensionApi } from '../../../src/extension/api';
import type { TreeRow } from '../../../src/extension/tree/row';

/** The extension under test, as the workbench knows it. */
export function extension(): vscode.Extension<ExtensionApi> {
  const found = vscode.extensions.getExtension<ExtensionApi>('dnnsplit.dnnsplit');
  assert(found, 'the extension is not installed');
  return found;
}

/** A path of this repository, which is not where the extension is where it is installed. */
export function inRepository(path: string): string {
  const root = process.env['DNNSPLIT_REPOSITORY'];
  assert(root, 'DNNSPLIT_REPOSITORY names no folder');
  return join(root, path);
}

/** Its view on its own state; activates it where it is not yet. */
export async function api(): Promise<ExtensionApi> {
  return extension().activate();
}

/** A file of the sample workspace. */
export function inWorkspace(name: string): vscode.Uri {
  const [folder] = vscode.workspace.workspaceFolders ?? [];
  assert(folder, 'no folder is open');
  return vscode.Uri.joinPath(folder.uri, name);
}

/** Waits until `look` gives something; fails with what was waited for. */
export async function until<T>(what: string, look: () => T | undefined | false, patienceMs = 30_000): Promise<T> {
  for (const start = Date.now(); Date.now() - start < patienceMs; await delay(25)) {
    const seen = look();
    if (seen !== undefined && seen !== false) return seen;
  }
  throw new assert.AssertionError({ message: `waited in vain for ${what}` });
}

/** A number once it has stayed the same for half a second. */
export async function settled(read: () => number): Promise<number> {
  let last = read();
  for (let same = 0; same < 20; ) {
    await delay(25);
    const now = read();
    same = now === last ? same + 1 : 0;
    last = now;
  }
  return last;
}

/** Analyzes the sample model and waits for its plan. */
export async function analyzeSample(): Promise<ExtensionApi> {
  const look = await api();
  await vscode.commands.executeCommand('dnnsplit.analyze', inWorkspace('resnet152.onnx'));
  await until('the plan', () => look.snapshot()?.plan);
  return look;
}

/** A section of the tree by its id. */
export function section(look: ExtensionApi, id: string): TreeRow {
  const row = look.treeRoots().find((root) => root.id === id);
  assert(row, `the tree has no section ${id}`);
  return row;
}

export async function write(uri: vscode.Uri, content: string | Uint8Array): Promise<void> {
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
  await vscode.workspace.fs.writeFile(uri, bytes);
}

export async function read(uri: vscode.Uri): Promise<string> {
  return new TextDecoder().decode(await vscode.workspace.fs.readFile(uri));
}

/** Closes every editor and forgets the model, so that tests do not see each other's. */
export async function cleanUp(): Promise<void> {
  await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  const look = await api();
  if (look.activeModel() !== undefined) await vscode.commands.executeCommand('dnnsplit.closeModel');
  await until('every graph to close', () => look.openGraphs() === 0);
}

/** Runs a command and accepts what its questions propose, one after the other. */
export async function acceptingDefaults<T>(command: string, ...args: unknown[]): Promise<T> {
  let done = false;
  const result = Promise.resolve(vscode.commands.executeCommand<T>(command, ...args)).finally(() => {
    done = true;
  });
  while (!done) {
    await delay(100);
    if (!done) await vscode.commands.executeCommand('workbench.action.acceptSelectedQuickOpenItem');
  }
  return result;
}

/** Copies a file of this repository's test data into the workspace. */
export async function copyIn(path: string, name: string): Promise<vscode.Uri> {
  const target = inWorkspace(name);
  const source = vscode.Uri.file(inRepository(path));
  await vscode.workspace.fs.copy(source, target, { overwrite: true });
  return target;
}
