import { copyFileSync, mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AskedModels, questions, remembering } from '../../support/assistantQuestions';
import { type Bundled, bundlePrograms, commandLine } from '../../support/bundled';
import { McpClient } from '../../support/mcpClient';

const tests = resolve(import.meta.dirname, '../..');

describe('an assistant that asks over MCP', () => {
  let bundled: Bundled;
  let folder: string;
  let client: McpClient;
  let models: AskedModels;
  const ask = remembering(async (tool, input) => (await client.call(tool, input)).answer);

  beforeAll(async () => {
    bundled = await bundlePrograms(commandLine);
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'dnnsplit-questions-')));
    mkdirSync(join(folder, 'models'));
    const copied = (from: string, name: string) => {
      const path = join(folder, name);
      copyFileSync(join(tests, from), path);
      return path;
    };
    copied('workspace/dnnsplit.json', 'models/dnnsplit.json');
    models = {
      mobilenet: copied('workspace/mobilenetv2.onnx', 'models/mobilenetv2.onnx'),
      resnet: copied('workspace/resnet152.onnx', 'models/resnet152.onnx'),
      dynamic: copied('fixtures/models/s_lstm_gru.onnx', 'models/recurrent.onnx'),
      outside: copied('workspace/tiny-resnet.onnx', 'tiny-resnet.onnx'),
    };
    client = new McpClient(bundled.program('cli'), ['--root', join(folder, 'models')], folder);
  });
  afterAll(async () => {
    await client.close();
    await bundled.remove();
    rmSync(folder, { recursive: true });
  });

  it('is asked thirty things', () => {
    expect(new Set(questions.map(({ text }) => text)).size).toBe(30);
  });

  it.each(questions)('answers: $text', ({ check }) => check(ask, models));
});
