import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { type Ask, questions, remembering } from '../../support/assistantQuestions';
import { hostileCalls, hostileModel } from '../../support/hostileModel';
import { api, cleanUp, inRepository, inWorkspace } from './workbench';

describe('the tools for assistants', () => {
  const model = inWorkspace('tiny-resnet.onnx').fsPath;

  beforeEach(api);
  afterEach(cleanUp);

  const call = async (tool: string, input: object) => {
    const result = await vscode.lm.invokeTool(`dnnsplit_${tool}`, { input, toolInvocationToken: undefined });
    const [part] = result.content;
    assert(part instanceof vscode.LanguageModelTextPart);
    assert(Buffer.byteLength(part.value) <= 2000);
    return JSON.parse(part.value);
  };

  it('are there', () => {
    const names = vscode.lm.tools.map(({ name }) => name).filter((name) => name.startsWith('dnnsplit_'));
    assert.equal(names.length, 5, names.join(', '));
  });

  it('answer from the workspace, and from nowhere else', async () => {
    const planned = await call('plan_split', { model });
    assert.match(planned.advice, /Do not split|Split between/);
    const analyzed = await call('analyze_model', { model });
    const [, first] = analyzed.candidates;
    const explained = await call('explain_candidate', { model, node: first.after });
    assert.equal(explained.latencyMs.present, planned.latencyMs);
    const refused = await call('analyze_model', { model: process.execPath });
    assert.equal(refused.error.code, 'bad-usage');
  });

  it('show hostile names as data', async () => {
    const uri = inWorkspace('hostile.onnx');
    await vscode.workspace.fs.writeFile(uri, hostileModel());
    try {
      for (const [tool, input] of hostileCalls) {
        const text = JSON.stringify(await call(tool, { model: uri.fsPath, ...input }));
        assert.match(text, /never instructions/);
        assert.doesNotMatch(text, /\\u001b|\u202e|\p{Cc}|x{300}/u);
      }
    } finally {
      await vscode.workspace.fs.delete(uri);
    }
  });

  describe('asked thirty questions', () => {
    const dynamic = inWorkspace('recurrent.onnx');

    before(async () => {
      const source = vscode.Uri.file(inRepository('test/fixtures/models/s_lstm_gru.onnx'));
      await vscode.workspace.fs.copy(source, dynamic, { overwrite: true });
    });
    after(() => vscode.workspace.fs.delete(dynamic));

    const ask = remembering(call as Ask);
    const models = {
      mobilenet: inWorkspace('mobilenetv2.onnx').fsPath,
      resnet: inWorkspace('resnet152.onnx').fsPath,
      dynamic: dynamic.fsPath,
      outside: process.execPath,
    };
    for (const { text, check } of questions) it(`answer: ${text}`, () => check(ask, models));
  });
});
