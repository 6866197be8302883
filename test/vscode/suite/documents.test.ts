import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { planDocumentSchema } from '../../../src/shared/documents/plan';
import { analyzeSample, cleanUp, inWorkspace, read, until, write } from './workbench';

describe('documents', () => {
  const plan = inWorkspace('resnet152.splitplan.json');
  const config = inWorkspace('dnnsplit.json');
  let configText = '';

  before(async () => {
    configText = await read(config);
  });
  afterEach(async () => {
    await cleanUp();
    if ((await read(config)) !== configText) await write(config, configText);
  });
  after(async () => {
    await vscode.workspace.fs.delete(plan);
  });

  it('exports the plan beside the model, in the form of its schema, and opens it', async () => {
    const look = await analyzeSample();
    const written: unknown = await vscode.commands.executeCommand('dnnsplit.exportPlan');
    assert(written instanceof vscode.Uri, look.toldErrors().at(-1));
    assert.equal(written.toString(), plan.toString());
    const document = planDocumentSchema.parse(JSON.parse(await read(plan)));
    const planned = look.snapshot()?.plan?.latencyMs ?? Number.NaN;
    assert(Math.abs(document.prediction.latencyMs - planned) < 0.001, `${document.prediction.latencyMs}, ${planned}`);
    assert.equal(vscode.window.activeTextEditor?.document.uri.toString(), plan.toString());
  });

  it('exports the same bytes again, without a question', async () => {
    await analyzeSample();
    const before = await read(plan);
    await vscode.commands.executeCommand('dnnsplit.exportPlan');
    assert.equal(await read(plan), before);
  });

  it('offers to generate a compose file on the plan', async () => {
    await analyzeSample();
    const document = await vscode.workspace.openTextDocument(plan);
    const whole = new vscode.Range(0, 0, document.lineCount, 0);
    let titles: string[] = [];
    for (let tries = 0; tries < 50 && !titles.some((title) => title.includes('Compose')); tries++) {
      const actions = await vscode.commands.executeCommand<vscode.CodeAction[]>(
        'vscode.executeCodeActionProvider',
        plan,
        whole,
      );
      titles = actions.map(({ title }) => title);
    }
    assert(
      titles.some((title) => title.includes('Docker Compose')),
      titles.join(', '),
    );
  });

  it('plans again when the configuration is saved', async () => {
    const look = await analyzeSample();
    const before = look.snapshot()?.plan?.latencyMs;
    await write(config, configText.replace('"bandwidthMbps": 50,', '"bandwidthMbps": 0.05,'));
    await until('another plan', () => look.snapshot()?.plan?.latencyMs !== before);
    await write(config, configText);
    await until('the first plan', () => look.snapshot()?.plan?.latencyMs === before);
  });

  it('says once what is wrong with a configuration, and keeps the last plan', async () => {
    const look = await analyzeSample();
    const told = look.toldErrors().length;
    await write(config, configText.replace('"links": [', '"links": '));
    await until('the error', () => look.snapshot()?.configError);
    assert(look.snapshot()?.plan, 'the last good plan is gone');
    assert.equal(look.toldErrors().length, told + 1);
    assert.match(look.toldErrors().at(-1) ?? '', /^dnnsplit\.json:\d+:\d+: /);
    await write(config, configText);
    await until('the error to go', () => look.snapshot()?.configError === undefined);
  });
});
