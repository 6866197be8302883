import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { deploymentOf } from '../../../src/app/deploy/deployTarget';
import { analyzeFile } from '../../../src/app/model/analyzeFile';
import { settingsOf } from '../../../src/app/model/configuredModel';
import { planAnalyzed } from '../../../src/app/plan/planAnalyzed';
import { prepareSplit, writeSplit } from '../../../src/app/split/deploySplit';
import { uncarriedCrossings } from '../../../src/app/split/uncarriedCrossings';
import { planReport } from '../../../src/engine/report/planReport';
import { defaultRelaySettings, runRelay } from '../../../src/relay/runRelay';
import { funnelConfig } from '../../relay/adaptiveChain';
import { planAt, tinyResnet } from '../../relay/splitChain';
import { splitOnce } from '../../support/cutOnce';
import { type BuiltModel, buildModel } from '../../support/onnxBuilder';
import { addOne, ask, contractOf, floatsInput, serveTier } from './support/serveTier';

const folder = mkdtempSync(join(tmpdir(), 'dnnsplit-artifact-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const contractsAt = (model: string, places: readonly number[]) =>
  prepareSplit(planAt(model, places), `${model}.splitplan.json`).contracts;

/** The same model with one bit of its last weights turned. */
function withOtherWeights(): string {
  const path = join(folder, 'tiny-resnet.onnx');
  const bytes = readFileSync(tinyResnet);
  const at = bytes.length - 2000;
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  writeFileSync(path, bytes);
  return path;
}

describe('the id of an export', () => {
  it('is in every contract of one export, and the same for the same export', () => {
    const first = contractsAt(tinyResnet, [0.3, 0.7]).map(({ artifact }) => artifact);
    expect(first[0]).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(new Set(first).size).toBe(1);
    expect(contractsAt(tinyResnet, [0.3, 0.7]).map(({ artifact }) => artifact)).toEqual(first);
  });

  it('differs for other cuts, and for one other bit of the weights', () => {
    const ids = [
      contractsAt(tinyResnet, [0.3, 0.7]),
      contractsAt(tinyResnet, [0.3, 0.6]),
      contractsAt(tinyResnet, [0.5]),
      contractsAt(withOtherWeights(), [0.3, 0.7]),
    ].map(([contract]) => contract?.artifact);
    expect(new Set(ids).size).toBe(4);
  });
});

describe('parts of different exports', () => {
  const [a, b] = [`sha256:${'a'.repeat(64)}`, `sha256:${'b'.repeat(64)}`];
  const lower = (artifact?: string) =>
    contractOf('device', { output: 'x1', isLast: false, ...(artifact !== undefined && { artifact }) });
  const upper = (artifact?: string) =>
    contractOf('cloud', { input: 'x1', ...(artifact !== undefined && { artifact }) });

  it.each([
    ['of two exports', a, b, [a, b]],
    ['of a new export below an old one', a, undefined, [a, 'none']],
    ['of an old export below a new one', undefined, b, ['none', b]],
  ])('%s are not ready and never answer; both are named', async (_, below, above, named) => {
    const cloud = await serveTier(upper(above), addOne('y'));
    const device = await serveTier(lower(below), addOne('x1'), cloud.address);
    const ready = await fetch(`${device.address}/v2/health/ready`);
    expect(ready.status).toBe(503);
    const { reason } = await ready.json();
    const answer = await ask(device.address, floatsInput('x', [1]));
    expect(answer.status).toBe(409);
    for (const name of named) {
      expect(reason).toContain(name);
      expect((await answer.clone().json()).error).toContain(name);
    }
  });

  it('are refused by the upper tier too, whatever the lower one thinks', async () => {
    const cloud = await serveTier(upper(b), addOne('y'));
    const asked = (artifact?: string) =>
      ask(cloud.address, {
        ...floatsInput('x1', [1]),
        ...(artifact !== undefined && { parameters: { dnnsplit_artifact: artifact } }),
      });
    const refused = await asked(a);
    expect([refused.status, (await refused.json()).error]).toEqual([409, expect.stringMatching(`${b}.*${a}`)]);
    expect([(await asked(b)).status, (await asked()).status]).toEqual([200, 200]);
  });

  it('answer once they are of one export, and as before where no contract names one', async () => {
    for (const artifact of [a, undefined]) {
      const cloud = await serveTier(upper(artifact), addOne('y'));
      const device = await serveTier(lower(artifact), addOne('x1'), cloud.address);
      expect((await fetch(`${device.address}/v2/health/ready`)).status).toBe(200);
      expect((await (await ask(device.address, floatsInput('x', [1]))).json()).outputs[0].data).toEqual([3]);
    }
  });
});

describe('what comes from above', () => {
  const answering = async (change: object) => {
    const upper = contractOf('cloud', { input: 'x1' });
    const cloud = await serveTier(
      { ...upper, ...change },
      {
        isReady: async () => true,
        run: async () => [{ name: 'y', datatype: 'INT32', shape: [1, 1], data: new Uint8Array(4) }],
        close: async () => undefined,
      },
    );
    const device = await serveTier(contractOf('device', { output: 'x1', isLast: false }), addOne('x1'), cloud.address);
    const answer = await ask(device.address, floatsInput('x', [1]));
    return { status: answer.status, error: (await answer.json()).error };
  };
  it('has the type and the shape that the contract promises', async () => {
    expect(await answering({})).toEqual({
      status: 502,
      error: expect.stringMatching(/tier above.*"y" is INT32, not FP32/),
    });
  });
});

describe('what no relay can carry', () => {
  /** The model answers a sequence. */
  const sequences: BuiltModel = {
    opset: 17,
    tensors: { x: { dtype: 'float32', shape: [4] } },
    nodes: [
      { op: 'Relu', inputs: ['x'], outputs: ['a'] },
      { op: 'Neg', inputs: ['a'], outputs: ['b'] },
      { op: 'SequenceConstruct', inputs: ['b', 'b'], outputs: ['s'] },
    ],
  };
  const write = (model: BuiltModel, name: string) => {
    const path = join(folder, name);
    writeFileSync(path, buildModel(model));
    return path;
  };
  const cut = (path: string) => splitOnce(prepareSplit(planAt(path, [0.5]), `${path}.splitplan.json`));

  it('is said when it is planned, split, deployed and served', async () => {
    const path = write(sequences, 'sequences.onnx');
    const settings = settingsOf(path, { path: undefined, config: funnelConfig(), profiles: new Map() });
    const planned = planAnalyzed(analyzeFile(path, {}), settings, { cuts: [0] }, { skipCertificate: true });
    const { links } = planReport(planned.result, planned.analyzed);
    expect(uncarriedCrossings(planned.analyzed, links)).toEqual([
      expect.stringMatching(
        /^The plan sends tensor "s" between tiers, which is a sequence\(.*: no relay can carry that\./,
      ),
    ]);
    const prepared = cut(path);
    expect(prepared.contracts[0]?.answersAbove).toEqual([
      expect.objectContaining({ name: 's', type: expect.stringMatching(/^sequence/) }),
    ]);
    const directory = join(folder, 'sequences');
    const report = writeSplit(prepared, { directory, overwrite: false });
    const sentence = /"s" is a sequence/;
    expect(report.notices).toContainEqual(expect.stringMatching(sentence));
    writeFileSync(join(folder, 'relay.js'), '');
    for (const target of ['compose', 'kubernetes', 'kserve'] as const) {
      expect(() => deploymentOf(prepared, { target, engine: 'relay', programFolder: folder })).toThrow(sentence);
    }
    const [tier] = report.tiers;
    await expect(
      runRelay({
        ...defaultRelaySettings,
        contractPath: tier?.contractPath ?? '',
        port: 0,
        upstream: 'http://127.0.0.1:1',
        version: '0',
        log: () => undefined,
      }),
    ).rejects.toThrow(sentence);
  });

  it('is said of bfloat16 where ONNX Runtime for Node would run the part, and not where a server does', () => {
    const path = write(
      {
        opset: 17,
        tensors: { x: { dtype: 'float32', shape: [4] } },
        nodes: [
          { op: 'Cast', inputs: ['x'], outputs: ['b'], attributes: { to: { int: 16 } } },
          { op: 'Cast', inputs: ['b'], outputs: ['y'], attributes: { to: { int: 1 } } },
        ],
      },
      'bfloat16.onnx',
    );
    writeFileSync(join(folder, 'relay.js'), '');
    const prepared = cut(path);
    const deploy = (engine: 'relay' | 'triton') => () =>
      deploymentOf(prepared, { target: 'compose', engine, programFolder: folder });
    expect(deploy('relay')).toThrow(
      /"b" has elements of type bfloat16, which ONNX Runtime for Node\.js does not support/,
    );
    expect(deploy('triton')).not.toThrow();
  });
});
