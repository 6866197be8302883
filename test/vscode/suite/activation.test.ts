import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { api, extension, inWorkspace, until } from './workbench';

describe('activation', () => {
  it('starts the server before anyone asks for it, in a workspace with models', async () => {
    const look = await api();
    await until('the server', () => look.serverState() === 'running');
    assert.deepEqual(look.openModels(), []);
  });

  it('registers every command of the manifest', async () => {
    await api();
    const known = new Set(await vscode.commands.getCommands(true));
    const { commands } = extension().packageJSON.contributes;
    const missing = commands.map(({ command }: { command: string }) => command).filter((id: string) => !known.has(id));
    assert.deepEqual(missing, []);
  });

  it('shows nothing while no model is open', async () => {
    const look = await api();
    assert.equal(look.activeModel(), undefined);
    assert.deepEqual(look.treeRoots(), []);
    assert.equal(look.statusText(), undefined);
  });

  it('treats dnnsplit.json as JSON with comments', async () => {
    assert.equal((await vscode.workspace.openTextDocument(inWorkspace('dnnsplit.json'))).languageId, 'jsonc');
  });
});
