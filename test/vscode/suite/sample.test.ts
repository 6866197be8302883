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
    await write(config, text.replace('"bandwidthMbps": 50', '"bandwidthMbps": 1'));
    try {
      await vscode.commands.executeCommand('dnnsplit.openSample');
      assert.match(await read(config), /"bandwidthMbps": 1,/);
      await until('the new plan', () => /^Do not split/.test(look.snapshot()?.plan?.advice ?? ''));
    } finally {
      await write(config, text);
    }
  });
});
