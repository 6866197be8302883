import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as vscode from 'vscode';
import {
  acceptingDefaults,
  analyzeSample,
  api,
  cleanUp,
  copyIn,
  inWorkspace,
  read,
  section,
  until,
  write,
} from './workbench';

describe('what a person can turn', () => {
  const config = inWorkspace('dnnsplit.json');
  let configText = '';

  before(async () => {
    configText = await read(config);
  });
  afterEach(async () => {
    await cleanUp();
    if ((await read(config)) !== configText) await write(config, configText);
  });

  it('binds an open dimension in the configuration, whose comments stay', async () => {
    const look = await api();
    const model = await copyIn('test/fixtures/models/s_lstm_gru.onnx', 'dynamic.onnx');
    await vscode.commands.executeCommand('dnnsplit.analyze', model);
    const before = await until('open dimensions', () => look.snapshot()?.analysis?.openDimensions);
    assert(before.length > 0, 'the model has no open dimension');
    // The first dimension of the list, and the size that is proposed: 1.
    await acceptingDefaults('dnnsplit.bindDimension');
    const text = await read(config);
    assert.match(text, new RegExp(`"dimensions": \\{\\s*"${before[0]?.symbol}": 1\\s*\\}`));
    assert.match(text, /\/\/ Link i joins tier i to tier i \+ 1\./);
    await until(
      'one open dimension less',
      () => look.snapshot()?.analysis?.openDimensions.length === before.length - 1,
    );
    await vscode.workspace.fs.delete(model);
  });

  it('pins the node of a candidate to a tier', async () => {
    const look = await analyzeSample();
    const plan = look.snapshot()?.plan;
    const onDevice = plan?.tiers[0]?.nodes ?? 0;
    const row = section(look, 'candidates').children.find(({ position }) => (position ?? 0) > onDevice);
    assert(row?.position !== undefined, 'every candidate lies on the device');
    // The first tier of the list is the device.
    await acceptingDefaults('dnnsplit.pinToTier', row);
    const pinned = look.snapshot()?.plan?.tiers[0]?.nodes ?? 0;
    assert(pinned >= row.position, `${pinned} nodes on the device, position ${row.position}`);
    await vscode.commands.executeCommand('dnnsplit.resetOverrides');
    assert.equal(look.snapshot()?.plan?.tiers[0]?.nodes, onDevice);
  });

  it('plans models without a configuration for the objective of the settings, as it changes', async () => {
    const look = await api();
    const folder = await mkdtemp(join(tmpdir(), 'dnnsplit-objective-'));
    const model = vscode.Uri.file(join(folder, 'net.onnx'));
    await vscode.workspace.fs.copy(inWorkspace('mobilenetv2.onnx'), model);
    const settings = vscode.workspace.getConfiguration('dnnsplit.plan');
    await settings.update('defaultObjective', 'cost', vscode.ConfigurationTarget.Global);
    try {
      await vscode.commands.executeCommand('dnnsplit.analyze', model);
      await until('a plan for cost', () => look.snapshot(model.toString())?.plan?.objective === 'cost');
      await settings.update('defaultObjective', undefined, vscode.ConfigurationTarget.Global);
      await until('a plan for latency', () => look.snapshot(model.toString())?.plan?.objective === 'latency');
    } finally {
      await settings.update('defaultObjective', undefined, vscode.ConfigurationTarget.Global);
      await cleanUp();
      await rm(folder, { recursive: true });
    }
  });
});
