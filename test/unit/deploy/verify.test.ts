import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { prepareSplit, writeSplit } from '../../../src/app/split/deploySplit';
import { readSplit, runVerification } from '../../../src/app/split/verifySplit';
import { exportAt, type PlanOptions, planAt, tinyResnet } from '../../relay/splitChain';
import { type Bundled, bundlePrograms } from '../../support/bundled';

const root = resolve(import.meta.dirname, '../../..');
const fixtures = resolve(import.meta.dirname, '../../fixtures/models');

describe('verification of sub-models', () => {
  let bundled: Bundled;
  const removals: (() => void)[] = [];
  beforeAll(async () => {
    bundled = await bundlePrograms({ relay: 'src/relay/main.ts' });
  });
  afterAll(async () => {
    for (const remove of removals) remove();
    await bundled.remove();
  });

  function exported(path: string, places: readonly number[], options: PlanOptions = {}) {
    const split = exportAt(path, places, options);
    removals.push(split.remove);
    return split;
  }
  const verify = (
    split: ReturnType<typeof exported>,
    signal?: AbortSignal,
    runtimeFolder: string | undefined = root,
    extra: { tolerance?: number; serving?: boolean } = {},
  ) =>
    runVerification(
      {
        ...extra,
        modelPath: split.modelPath,
        contractPaths: [...split.contractPaths],
        dimensions: split.plan.dimensions,
        runs: 2,
        seed: 7,
        ...(runtimeFolder !== undefined && { runtimeFolder }),
      },
      { program: bundled.program('relay'), ...(signal && { signal }) },
    );

  it.each([
    ['one tier', []],
    ['two tiers', [0.5]],
    ['three tiers', [0.2, 0.6]],
    ['four tiers', [0.1, 0.4, 0.8]],
    ['a first tier that runs nothing', [0, 0.5]],
    ['a middle tier that runs nothing', [0.5, 0.5]],
    ['a last tier that runs nothing', [0.5, 1]],
  ])('finds %s identical', async (_, places) => {
    const report = await verify(exported(tinyResnet, places));
    expect(report).toMatchObject({ identical: true, runs: 2, runtime: expect.stringMatching(/^onnxruntime-node \d/) });
    expect(report.outputs).toEqual([expect.objectContaining({ name: 'y', elements: 20, differingElements: 0 })]);
  });

  it.each([
    ['s_inception1.onnx', {}],
    ['s_unet_plain.onnx', {}],
    ['s_if_capture.onnx', {}],
    ['s_functions.onnx', {}],
    ['s_lstm_gru.onnx', { batch: 2, seq: 3 }],
  ])('finds %s identical over three tiers', async (name, dimensions) => {
    const report = await verify(exported(join(fixtures, name), [0.35, 0.7], { dimensions }));
    expect(report.outputs.filter(({ identical }) => !identical)).toEqual([]);
  });

  it('reports what the encodings of a link cost', async () => {
    const half = await verify(exported(tinyResnet, [0.5], { wire: 'float16' }));
    const byte = await verify(exported(tinyResnet, [0.5], { wire: 'int8' }));
    expect([half.identical, half.wire, byte.wire]).toEqual([false, ['float16'], ['int8']]);
    const errors = [half, byte].map(({ outputs }) => outputs[0]?.largestAbsolute ?? 0);
    expect(errors[0]).toBeGreaterThan(0);
    expect(errors[1]).toBeGreaterThan(errors[0] ?? 0);
    expect(errors[1]).toBeLessThan(0.5);
  });

  it('passes an encoded link within a tolerance, and says how alike the answers are', async () => {
    const split = exported(tinyResnet, [0.5], { wire: 'float16' });
    const loose = await verify(split, undefined, root, { tolerance: 0.01 });
    expect(loose).toMatchObject({ identical: false, tolerance: 0.01, withinTolerance: true });
    expect(loose.outputs[0]).toMatchObject({ beyondTolerance: 0, topOneAgreement: 1 });
    expect(loose.outputs[0]?.cosine).toBeGreaterThan(0.999);
    const { largestAbsolute } = loose.outputs[0] ?? {};
    const tight = await verify(split, undefined, root, { tolerance: (largestAbsolute ?? 0) / 1000 });
    expect(tight.withinTolerance).toBe(false);
    expect(tight.outputs[0]?.beyondTolerance).toBeGreaterThan(0);
  });

  it('runs the parts as they are served where that is asked for', async () => {
    const split = exported(tinyResnet, [0.5]);
    expect(await verify(split)).toMatchObject({ optimization: 'disabled', identical: true });
    const served = await verify(split, undefined, root, { serving: true, tolerance: 1e-4 });
    expect(served).toMatchObject({ optimization: 'all', withinTolerance: true });
  });

  it('notices a sub-model that is not the one of this model', async () => {
    const split = exported(tinyResnet, [0.5]);
    const other = exported(tinyResnet, [0.5], { tierIds: ['a', 'b'] });
    const path = join(other.directory, 'b', 'model.onnx');
    const bytes = readFileSync(path);
    // The last weights of the file: one bit of the classifier.
    const at = bytes.length - 2000;
    bytes[at] = (bytes[at] ?? 0) ^ 0x40;
    writeFileSync(join(split.directory, 'edge', 'model.onnx'), bytes);
    expect((await verify(split)).identical).toBe(false);
  });

  it('takes the place of an earlier export with more tiers', async () => {
    const split = exported(tinyResnet, [0.3, 0.7]);
    const { directory } = split;
    const shorter = planAt(tinyResnet, [0.5, 1]);
    writeSplit(prepareSplit(shorter, `${tinyResnet}.splitplan.json`), { directory, overwrite: true });
    expect(readSplit(directory).contractPaths).toEqual(split.contractPaths.slice(0, 2));
    expect(readdirSync(directory).sort()).toEqual(['device', 'edge', 'split.splitplan.json']);
    rmSync(join(directory, 'device', 'contract.json'));
    expect(() => readSplit(directory)).toThrow(/Export the sub-models again\./);
    expect(() => readSplit(join(directory, 'edge'))).toThrow(/holds no exported sub-models/);
  });

  it('holds the whole model and its parts one after the other', async () => {
    const split = exported(tinyResnet, [0.5]);
    const { folder, lines } = watchedRuntime(bundled.folder);
    await verify(split, undefined, folder);
    expect(lines()).toEqual([
      ...['+ tiny-resnet.onnx', '- tiny-resnet.onnx'],
      ...['+ model.onnx', '+ model.onnx', '- model.onnx', '- model.onnx'],
    ]);
  });

  it('says how to install ONNX Runtime where it is missing', async () => {
    const split = exported(tinyResnet, [0.5]);
    await expect(verify(split, undefined, split.directory)).rejects.toMatchObject({
      code: 'missing-runtime',
      message: expect.stringMatching(/npm install --global onnxruntime-node@\S+ --ignore-scripts.* --runtime-folder/),
    });
  });

  it('survives a crash of the process, and can be canceled', async () => {
    const split = exported(tinyResnet, [0.5]);
    const crash = join(bundled.folder, 'crash.js');
    writeFileSync(crash, 'process.kill(process.pid, "SIGSEGV"); setInterval(() => {}, 1000);');
    const task = { modelPath: '', contractPaths: ['x'], dimensions: {}, runs: 1, seed: 1 };
    await expect(runVerification(task, { program: crash })).rejects.toMatchObject({
      code: 'worker-crashed',
      message: expect.stringMatching(/SIGSEGV/),
    });
    rmSync(crash);
    await expect(verify(split, AbortSignal.abort())).rejects.toMatchObject({ code: 'canceled' });
  });
});

/** ONNX Runtime that writes down which models are opened and given back. */
function watchedRuntime(place: string) {
  const [folder, log] = [join(place, 'watched'), join(place, 'watched.log')];
  const program = join(folder, 'node_modules/onnxruntime-node');
  mkdirSync(program, { recursive: true });
  writeFileSync(join(program, 'package.json'), '{"main":"index.js"}');
  writeFileSync(
    join(program, 'index.js'),
    `const ort = require(${JSON.stringify(join(root, 'node_modules/onnxruntime-node'))});
    const note = (line) => require('node:fs').appendFileSync(${JSON.stringify(log)}, line + '\\n');
    const create = async (path, options) => {
      const name = require('node:path').basename(path);
      const session = await ort.InferenceSession.create(path, options);
      note('+ ' + name);
      return {
        inputNames: session.inputNames,
        outputNames: session.outputNames,
        run: (feeds) => session.run(feeds),
        release: () => session.release().then(() => note('- ' + name)),
      };
    };
    module.exports = { ...ort, Tensor: ort.Tensor, env: ort.env, InferenceSession: { create } };`,
  );
  return { folder, lines: () => readFileSync(log, 'utf8').trim().split('\n') };
}
