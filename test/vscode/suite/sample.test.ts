import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { api, cleanUp, read, until, write } from './workbench';

describe('the sample model', () => {
  afterEach(cleanUp);

  it('opens with a plan of its own tiers, and keeps what a person changes of them', async () => {
    const look = await api();
    await vscode.commands.executeCommand('dnnsplit.openSample');
    const modelUri = look.activeModel();
    assert(modelUri?.endsWith('/sample/mobilenetv2.onnx'), modelUri);
    const { plan, configUri } = await until('the plan', () => look.snapshot()?.plan && look.snapshot());
    assert.match(plan?.advice ?? '', /^Split between `device` and `edge`/);
    const config = vscode.Uri.parse(configUri ?? '');
    assert(config.path.endsWith('/sample/dnnsplit.json'), configUri);
    const text = await read(config);
    // Saved in an editor, as a person does it: no watcher looks after a folder outside of the workspace.
    const document = await vscode.workspace.openTextDocument(config);
    const at = text.indexOf('"bandwidthMbps": 50');
    const edit = new vscode.WorkspaceEdit();
    const changed = new vscode.Range(document.positionAt(at), document.positionAt(at + '"bandwidthMbps": 50'.length));
    edit.replace(config, changed, '"bandwidthMbps": 1');
    assert(await vscode.workspace.applyEdit(edit));
    assert(await document.save());
    try {
      await vscode.commands.executeCommand('dnnsplit.openSample');
      assert.match(await read(config), /"bandwidthMbps": 1,/);
      await until('the new plan', () => /^Do not split/.test(look.snapshot()?.plan?.advice ?? ''));
    } finally {
      await write(config, text);
    }
  });
});
