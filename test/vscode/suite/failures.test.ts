import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { analyzeSample, api, cleanUp, inWorkspace, until, write } from './workbench';

describe('models that cannot be read', () => {
  afterEach(cleanUp);

  const broken: Readonly<Record<string, () => Promise<Uint8Array>>> = {
    'empty.onnx': async () => new Uint8Array(),
    'notes.onnx': async () => new TextEncoder().encode('These are my notes, not a model.\n'),
    'truncated.onnx': async () => {
      const model = await vscode.workspace.fs.readFile(inWorkspace('resnet152.onnx'));
      return model.subarray(0, Math.floor(model.length / 2));
    },
  };

  for (const [name, bytes] of Object.entries(broken)) {
    it(`says in one sentence, once, what is wrong with ${name}`, async () => {
      const look = await api();
      const uri = inWorkspace(name);
      await write(uri, await bytes());
      const told = look.toldErrors().length;
      await vscode.commands.executeCommand('dnnsplit.analyze', uri);
      await until('the failure', () => look.snapshot()?.state === 'failed');
      const sentences = look.toldErrors().slice(told);
      assert.equal(sentences.length, 1, sentences.join('\n'));
      assert(sentences[0]?.includes(name), sentences[0]);
      assert.doesNotMatch(sentences[0] ?? '', /\n|Error:|undefined|\bat \//);
      await vscode.workspace.fs.delete(uri);
    });
  }

  it('do not keep the extension from going on', async () => {
    const look = await analyzeSample();
    assert.equal(look.snapshot()?.state, 'ready');
  });

  it('are told apart from files on other file systems', async () => {
    const look = await api();
    const told = look.toldErrors().length;
    await vscode.commands.executeCommand('dnnsplit.analyze', vscode.Uri.parse('memfs:/net.onnx'));
    assert.match(look.toldErrors().slice(told).join('\n'), /cannot read models from "memfs:"/);
  });
});

describe('the server', () => {
  afterEach(cleanUp);

  it('is restarted on demand, and open models come back', async () => {
    const look = await analyzeSample();
    await vscode.commands.executeCommand('dnnsplit.restartServer');
    assert.equal(look.serverState(), 'running');
    await until('the model to be back', () => look.snapshot()?.state === 'ready');
    await vscode.commands.executeCommand('dnnsplit.exportPlan');
    await vscode.workspace.fs.delete(inWorkspace('resnet152.splitplan.json'));
  });
});
