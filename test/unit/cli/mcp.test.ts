import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parsePlan } from '../../../src/shared/documents/parsePlan';
import { type Bundled, bundlePrograms, commandLine } from '../../support/bundled';
import { hostileCalls, hostileModel } from '../../support/hostileModel';
import { McpClient } from '../../support/mcpClient';
import { sampleConfig } from '../../support/sampleConfig';

const workspace = resolve(import.meta.dirname, '../../workspace');
describe('dnnsplit mcp', () => {
  let bundled: Bundled;
  let folder: string;
  let client: McpClient;
  const path = (name: string) => join(folder, name);

  beforeAll(async () => {
    bundled = await bundlePrograms(commandLine);
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'dnnsplit-mcp-')));
    for (const name of ['models', 'plans', 'private', 'models-too']) mkdirSync(path(name));
    for (const name of ['models', 'private', 'models-too'])
      copyFileSync(join(workspace, 'tiny-resnet.onnx'), path(`${name}/tiny.onnx`));
    writeFileSync(path('models/dnnsplit.json'), sampleConfig);
    symlinkSync(path('private/tiny.onnx'), path('models/link.onnx'));
    symlinkSync(path('private'), path('models/folder'));
    symlinkSync(path('private'), path('plans/out'));
    client = new McpClient(bundled.program('cli'), ['--root', 'models', '--allow-write', path('plans')], folder);
  });
  afterAll(async () => {
    expect(await client.close()).toBe(0);
    await bundled.remove();
    rmSync(folder, { recursive: true });
  });

  it('speaks the protocol', async () => {
    const { result } = await client.request('initialize', {
      protocolVersion: '2025-03-26',
      capabilities: {},
      clientInfo: { name: 'test', version: '1' },
    });
    expect(result).toMatchObject({
      protocolVersion: '2025-03-26',
      capabilities: { tools: {} },
      serverInfo: { name: 'dnnsplit' },
    });
    client.notify('notifications/initialized');
    expect((await client.request('initialize', { protocolVersion: '1999' })).result?.['protocolVersion']).toBe(
      '2025-06-18',
    );
    expect((await client.request('ping')).result).toEqual({});
    expect((await client.request('resources/list')).error?.code).toBe(-32601);
    expect((await client.request('tools/call', { name: 'rm' })).error?.code).toBe(-32602);
    expect(await client.line('{')).toMatchObject({ id: null, error: { code: -32700 } });
    expect(await client.line('{"id":1}')).toMatchObject({ id: null, error: { code: -32600 } });
  });

  it('has at most five tools of a verb and a noun, that take what they say', async () => {
    const { tools } = (await client.request('tools/list')).result as {
      tools: { name: string; inputSchema: { type: string } }[];
    };
    expect(tools.length).toBeLessThanOrEqual(5);
    for (const { name, inputSchema } of tools) {
      expect(name).toMatch(/^[a-z]+_[a-z]+$/);
      expect(inputSchema).toMatchObject({
        type: 'object',
        additionalProperties: false,
        required: expect.arrayContaining(['model']),
      });
    }
    expect((await client.call('plan_split', { model: path('models/tiny.onnx'), speed: 1 })).isError).toBe(true);
  });

  it('answers as the command line does', async () => {
    const model = path('models/tiny.onnx');
    const cli = (...args: string[]) =>
      JSON.parse(
        spawnSync(process.execPath, [bundled.program('cli'), ...args, '--json'], { cwd: folder, encoding: 'utf8' })
          .stdout,
      );
    const plan = cli('plan', 'models/tiny.onnx');
    const analysis = cli('analyze', 'models/tiny.onnx');
    const analyzed = (await client.call('analyze_model', { model })).answer;
    expect(analyzed.candidates.map(({ bytes }: { bytes: number }) => bytes)).toEqual(
      analysis.candidates.map(({ bytes }: { bytes: number }) => bytes),
    );
    const planned = (await client.call('plan_split', { model })).answer;
    expect(planned).toMatchObject({ advice: plan.advice, configuration: 'dnnsplit.json', gapPercent: 0 });
    expect(planned.latencyMs).toBeCloseTo(plan.latencyMs, 3);
    const { after } = analysis.candidates[1];
    const cut = cli('plan', 'models/tiny.onnx', '--cut', after);
    const explained = (await client.call('explain_candidate', { model, node: after })).answer;
    expect(explained.latencyMs.changed).toBeCloseTo(cut.latencyMs, 2);
    expect(explained.crossing.map(({ name }: { name: string }) => name)).toEqual(
      analysis.candidates[1].tensors.map(({ name }: { name: string }) => name),
    );
    const tried = (await client.call('try_change', { model, bandwidthMbps: [1, null], strategy: 'single:edge' }))
      .answer;
    expect(tried.latencyMs.changed).toBeCloseTo(
      cli('plan', 'models/tiny.onnx', '--link', '0=1', '--strategy', 'single:edge').latencyMs,
      1,
    );
  });

  it('writes a plan where it may, once', async () => {
    const input = { model: path('models/tiny.onnx'), plan: path('plans/a.splitplan.json'), strategy: 'single:edge' };
    const { answer } = await client.call('export_plan', input);
    expect(answer.written).toBe(input.plan);
    expect(parsePlan(readFileSync(input.plan, 'utf8')).document?.tiers.map(({ nodeCount }) => nodeCount)).toEqual([
      0, 21, 0,
    ]);
    expect((await client.call('export_plan', input)).answer.error.code).toBe('file-exists');
  });

  it.each([
    'private/tiny.onnx',
    'models/link.onnx',
    'models/folder/tiny.onnx',
    'models/../private/tiny.onnx',
    'models-too/tiny.onnx',
    'models',
    'models/none.onnx',
  ])('reads nothing at %s', async (name) => {
    const { answer, isError } = await client.call('analyze_model', { model: `${folder}/${name}` });
    expect([isError, answer.error.code]).toEqual([true, 'bad-usage']);
    // What is there and what is not look the same.
    expect(answer.error.message).toBe(
      `There is no model that may be read at this path. Give the absolute path of a regular file below: ${path('models')}`,
    );
  });

  it.each(['models/tiny.onnx', 'tiny.onnx', '../private/tiny.onnx', '/dev/stdin', '\\\\host\\share\\tiny.onnx'])(
    'reads nothing at the path %s',
    async (model) => {
      expect((await client.call('analyze_model', { model })).isError).toBe(true);
    },
  );

  it.each([
    'plans/out/a.splitplan.json',
    'plans/../private/a.splitplan.json',
    'models/a.splitplan.json',
    'plans/a.json',
    'plans/none/a.splitplan.json',
    'plans/.splitplan.json',
  ])('writes nothing at %s', async (name) => {
    const { isError } = await client.call('export_plan', {
      model: path('models/tiny.onnx'),
      plan: `${folder}/${name}`,
    });
    expect(isError).toBe(true);
    expect(readdirSync(path('private'))).toEqual(['tiny.onnx']);
    expect(existsSync(`${folder}/${name}`)).toBe(false);
  });

  it('leaves a configuration outside of the roots alone', async () => {
    writeFileSync(path('dnnsplit.json'), '{ "tiers": [{ "id": "secret", "gflops": 1 }] }');
    mkdirSync(path('models-too/deep'));
    copyFileSync(join(workspace, 'tiny-resnet.onnx'), path('models-too/deep/tiny.onnx'));
    const other = new McpClient(bundled.program('cli'), ['--root', path('models-too/deep')], folder);
    try {
      const { answer } = await other.call('plan_split', { model: path('models-too/deep/tiny.onnx') });
      expect(answer.configuration).toBe('built-in');
      expect(JSON.stringify(answer)).not.toContain('secret');
      const { tools } = (await other.request('tools/list')).result as { tools: { name: string }[] };
      expect(tools.map(({ name }) => name)).not.toContain('export_plan');
      expect(
        (
          await other.call('export_plan', {
            model: path('models-too/deep/tiny.onnx'),
            plan: path('plans/b.splitplan.json'),
          })
        ).isError,
      ).toBe(true);
    } finally {
      await other.close();
    }
  });

  it('shortens and quotes hostile names, and stays within its answer', async () => {
    writeFileSync(path('models/hostile.onnx'), hostileModel());
    const model = path('models/hostile.onnx');
    for (const [tool, input] of hostileCalls) {
      const { answer } = await client.call(tool, { model, ...input });
      expect(JSON.stringify(answer)).not.toContain('x'.repeat(300));
    }
  });

  it('needs to be told what it may read', () => {
    const { status, stderr } = spawnSync(process.execPath, [bundled.program('cli'), 'mcp'], { encoding: 'utf8' });
    expect([status, stderr]).toEqual([2, 'dnnsplit: Name the folders that may be read with --root.\n']);
  });
});
