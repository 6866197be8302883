import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { api, cleanUp, inWorkspace, settled, until } from './workbench';

describe('the graph as an editor of .onnx files', () => {
  const uri = inWorkspace('resnet152.onnx');
  const open = () => vscode.commands.executeCommand('vscode.openWith', uri, 'dnnsplit.graph');

  afterEach(cleanUp);

  it('analyzes the model that it shows', async () => {
    const look = await api();
    await open();
    await until('the plan', () => look.snapshot(uri.toString())?.plan);
    assert.equal(look.activeModel(), uri.toString());
  });

  it('leaves nothing behind when it is opened and closed twenty times', async () => {
    const look = await api();
    const once = async () => {
      await open();
      await until('the graph', () => look.openGraphs() === 1);
      await vscode.commands.executeCommand('workbench.action.closeActiveEditor');
      await until('the graph to close', () => look.openGraphs() === 0);
    };
    await once();
    await until('the model', () => look.snapshot(uri.toString())?.state === 'ready');
    const before = await settled(look.liveItems);
    for (let time = 0; time < 20; time++) await once();
    await until('everything to be released', () => look.liveItems() === before, 5000).catch(() => undefined);
    assert.equal(look.liveItems(), before);
    assert.deepEqual(look.openModels(), [uri.toString()]);
  });
});
