import {
  copyFileSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { onnx } from 'onnx-proto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { externalRange } from '../../../src/engine/onnx/externalRange';
import { readModel } from '../../../src/engine/onnx/read/readModel';
import { resolveExternalData } from '../../../src/files/externalData';
import { openFileSource } from '../../../src/files/fileSource';
import { randomNumbers } from '../../../src/runtime/randomInputs';
import { differences, prefixAssignment, prepare, randomAssignment, runChain } from './chain';

const unet = resolve(import.meta.dirname, '../../fixtures/models/s_unet_plain.onnx');
let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dnnsplit-external-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('weights in files of their own', () => {
  it('moves weights out of models that are too large for protobuf, with the same results', async () => {
    const subject = await prepare(unet, {});
    const { outputs, files } = await runChain(subject, prefixAssignment(subject.graph, 8), 2, {
      largestModelBytes: 20_000,
    });
    expect(files.sort()).toEqual(['part1.onnx', 'part1.onnx.data', 'part2.onnx', 'part2.onnx.data']);
    expect(differences(subject, outputs)).toEqual([]);
  });

  it('copies external weights again, or keeps referring to them', async () => {
    const whole = await prepare(unet, {});
    await runChain(whole, new Uint8Array(whole.graph.nodes.length), 1, {
      directory: folder,
      largestModelBytes: 20_000,
    });
    const subject = await prepare(join(folder, 'part1.onnx'), {});
    const assignment = randomAssignment(subject.graph, 3, randomNumbers(3));
    const compact = await runChain(subject, assignment, 3);
    expect(differences(whole, compact.outputs)).toEqual([]);
    expect(compact.files.some((file) => file.endsWith('.data'))).toBe(true);
    const kept = await runChain(subject, assignment, 3, {
      directory: folder,
      externalData: 'keep',
      fileName: (tier) => `kept${tier}.onnx`,
    });
    expect(differences(whole, kept.outputs)).toEqual([]);
    expect(kept.files.some((file) => file.startsWith('kept') && file.endsWith('.data'))).toBe(false);
  });
});

describe('external weights without elements', () => {
  it('lie in the sub-model, so that no data file without bytes is made, with which ONNX Runtime ends', async () => {
    const float = onnx.TensorProto.DataType.FLOAT;
    const typed = (name: string, size: number) => ({
      name,
      type: { tensorType: { elemType: float, shape: { dim: [{ dimValue: size }] } } },
    });
    const external = (location: string) => [
      { key: 'location', value: location },
      { key: 'length', value: '0' },
    ];
    const axis = [{ name: 'axis', type: onnx.AttributeProto.AttributeType.INT, i: 0 }];
    const model = onnx.ModelProto.fromObject({
      irVersion: 8,
      opsetImport: [{ domain: '', version: 17 }],
      graph: {
        name: 'g',
        node: [
          { opType: 'Concat', input: ['x', 'w'], output: ['y'], attribute: axis },
          { opType: 'Neg', input: ['y'], output: ['z'] },
        ],
        input: [typed('x', 2)],
        output: [typed('z', 2)],
        initializer: [{ name: 'w', dataType: float, dims: [0], dataLocation: 1, externalData: external('w.bin') }],
      },
    });
    writeFileSync(join(folder, 'm.onnx'), onnx.ModelProto.encode(model).finish());
    writeFileSync(join(folder, 'w.bin'), 'of something else');
    const subject = await prepare(join(folder, 'm.onnx'), {});
    const { outputs, files } = await runChain(subject, prefixAssignment(subject.graph, 1), 2);
    expect(files.sort()).toEqual(['part1.onnx', 'part2.onnx']);
    expect(differences(subject, outputs)).toEqual([]);
  });
});

describe('external data stays in the model folder', () => {
  const model = (): string => join(folder, 'models', 'm.onnx');
  beforeEach(() => {
    mkdirSync(join(folder, 'models', 'sub'), { recursive: true });
    writeFileSync(model(), '');
    writeFileSync(join(folder, 'models', 'w.bin'), 'weights');
    writeFileSync(join(folder, 'models', 'sub', 'w.bin'), 'weights');
    writeFileSync(join(folder, 'secret'), 'secret');
  });

  it('finds files in the folder and below it, and links within it', () => {
    symlinkSync('w.bin', join(folder, 'models', 'link'));
    for (const location of ['w.bin', './w.bin', 'sub/w.bin', 'link']) {
      expect(readFileSync(resolveExternalData(model(), location), 'utf8')).toBe('weights');
    }
  });

  it.each([
    ['../secret', /leads out/],
    ['sub/../../secret', /leads out/],
    ['..\\secret', /leads out/],
    ['/etc/passwd', /absolute/],
    ['C:\\secret', /absolute/],
    ['\\\\host\\share', /absolute/],
    ['', /not a file name/],
    ['w.bin\0', /not a file name/],
    ['sub', /not a regular file/],
    ['absent.bin', /missing/],
  ])('refuses %j', (location, sentence) => {
    expect(() => resolveExternalData(model(), location)).toThrow(sentence);
    expect(() => resolveExternalData(model(), location)).toThrow(expect.objectContaining({ code: 'external-data' }));
  });

  it('refuses symbolic links, linked folders and hard links that lead out', () => {
    symlinkSync('../secret', join(folder, 'models', 'link'));
    symlinkSync('..', join(folder, 'models', 'up'));
    linkSync(join(folder, 'secret'), join(folder, 'models', 'hard'));
    for (const location of ['link', 'up/secret', 'hard']) {
      expect(() => resolveExternalData(model(), location)).toThrow(/link/);
    }
  });

  it('refuses a range beyond the file, before anything is written', async () => {
    const whole = await prepare(unet, {});
    await runChain(whole, new Uint8Array(whole.graph.nodes.length), 1, {
      directory: folder,
      largestModelBytes: 20_000,
    });
    const path = join(folder, 'part1.onnx');
    const source = openFileSource(path);
    const external = [...readModel(source).graph.initializers.values()].find(
      ({ payload }) => payload.kind === 'external',
    );
    source.close();
    if (!external) throw new Error('no external tensor');
    expect(() => externalRange(external, 10)).toThrow(/which has only 10/);
    const subject = await prepare(path, {});
    copyFileSync(path, join(folder, 'models', 'part1.onnx'));
    writeFileSync(join(folder, 'models', 'part1.onnx.data'), 'short');
    const broken = { ...subject, path: join(folder, 'models', 'part1.onnx') };
    await expect(runChain(broken, prefixAssignment(subject.graph, 5), 2)).rejects.toThrow(/has only 5/);
  });
});
