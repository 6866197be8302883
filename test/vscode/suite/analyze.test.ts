import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { analyzeSample, cleanUp, inWorkspace, section } from './workbench';

describe('Analyze DNN splits', () => {
  afterEach(cleanUp);

  it('opens a graph and fills the tree', async () => {
    const look = await analyzeSample();
    assert.equal(look.openGraphs(), 1);
    assert.deepEqual(
      look.treeRoots().map(({ id }) => id),
      // The sample comes without its weights, which the tree says first.
      ['problem/weights', 'plan', 'steps', 'candidates', 'strategies', 'regimes', 'model'],
    );
    const tiers = section(look, 'plan').children.filter(({ kind }) => kind === 'tier');
    assert.deepEqual(
      tiers.map(({ label }) => label),
      ['device', 'edge', 'cloud'],
    );
  });

  it('gives the tree one row per candidate, and marks what the plan chose', async () => {
    const look = await analyzeSample();
    const snapshot = look.snapshot();
    const rows = section(look, 'candidates').children;
    assert.equal(rows.length, snapshot?.analysis?.candidates.length);
    const chosen = snapshot?.plan?.candidates.filter((outcome) => outcome.chosen).map(({ position }) => position);
    const marked = rows.filter(({ kind }) => kind === 'chosenCandidate').map(({ position }) => position);
    assert.deepEqual(marked, chosen);
  });

  it('says the plan in the status bar', async () => {
    const look = await analyzeSample();
    assert.match(look.statusText() ?? '', /^DNNSplit: device \d+ \| edge \d+ \| cloud \d+ - .* m?s$/);
  });

  it('shows one graph of a model however often it is asked for', async () => {
    const look = await analyzeSample();
    await vscode.commands.executeCommand('dnnsplit.analyze', inWorkspace('resnet152.onnx'));
    await vscode.commands.executeCommand('dnnsplit.openGraph');
    assert.equal(look.openGraphs(), 1);
  });

  it('plans again for another cut, and returns to the configuration', async () => {
    const look = await analyzeSample();
    const before = look.statusText();
    const other = section(look, 'candidates').children.find(
      ({ kind, position }) => kind === 'candidate' && position !== undefined && position > 0,
    );
    assert(other?.position !== undefined);
    await vscode.commands.executeCommand('dnnsplit.cutHere', other);
    const moved = look.snapshot()?.plan?.candidates.find(({ position }) => position === other.position);
    assert.equal(moved?.chosen, true, look.toldErrors().at(-1));
    assert.notEqual(look.statusText(), before);
    await vscode.commands.executeCommand('dnnsplit.resetOverrides');
    assert.equal(look.statusText(), before);
  });

  it('copies the names of the tensors that cross', async () => {
    const look = await analyzeSample();
    const [row] = section(look, 'candidates').children.slice(-1);
    await vscode.commands.executeCommand('dnnsplit.copyTensorNames', row);
    assert.equal(await vscode.env.clipboard.readText(), row?.tensorNames?.join('\n'));
  });

  it('copies the command line that makes the plan on the screen', async () => {
    const look = await analyzeSample();
    const other = section(look, 'candidates').children.find(({ kind }) => kind === 'candidate');
    await vscode.commands.executeCommand('dnnsplit.cutHere', other);
    await vscode.commands.executeCommand('dnnsplit.copyCommand');
    const tried = look.snapshot()?.tried?.cuts?.flatMap((cut, link) => (cut === null ? [] : [`${link}=${cut}`])) ?? [];
    assert.equal(tried.length, 1);
    const expected = `dnnsplit plan resnet152.onnx --config dnnsplit.json --cut-at ${tried}`;
    assert.equal(await vscode.env.clipboard.readText(), expected);
    await vscode.commands.executeCommand('dnnsplit.resetOverrides');
  });

  it('forgets the model when it is closed', async () => {
    const look = await analyzeSample();
    await vscode.commands.executeCommand('dnnsplit.closeModel');
    assert.deepEqual(look.openModels(), []);
    assert.deepEqual(look.treeRoots(), []);
  });
});
