import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onnx } from 'onnx-proto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { analyzeFile } from '../../../src/app/model/analyzeFile';
import { GraphWriter } from '../../support/graphWriter';
import { buildModel } from '../../support/onnxBuilder';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dnnsplit-constants-'));
  mkdirSync(join(folder, 'models'));
});
afterEach(() => rmSync(folder, { recursive: true }));
const path = (): string => join(folder, 'models', 'm.onnx');

/** Writes a model whose every constant, shapes among them, lies in a file that `fileOf` chooses by its index. */
function writeModel(fileOf: (index: number) => string): { readonly reshaped: string; readonly resized: string } {
  const g = new GraphWriter();
  const x = g.input('x', 'float32', [2, 12]);
  const reshaped = g.op('Reshape', [g.op('MatMul', [x, g.weight(12, 24)]), g.ints([0, 2, 3, -1])]);
  const resized = g.op('Resize', [reshaped, '', g.floats([1, 1, 2, 1.5])]);
  const model = onnx.ModelProto.decode(buildModel(g.model(13)));
  const files = new Map<string, Uint8Array[]>();
  for (const [index, tensor] of (model.graph?.initializer ?? []).entries()) {
    const file = fileOf(index);
    const parts = files.get(file) ?? [];
    const offset = parts.reduce((sum, part) => sum + part.length, 0);
    const bytes = tensor.rawData ?? new Uint8Array();
    files.set(file, [...parts, bytes]);
    tensor.rawData = new Uint8Array();
    tensor.dataLocation = onnx.TensorProto.DataLocation.EXTERNAL;
    tensor.externalData = [
      { key: 'location', value: file },
      { key: 'offset', value: String(offset) },
      { key: 'length', value: String(bytes.length) },
    ];
  }
  writeFileSync(path(), onnx.ModelProto.encode(model).finish());
  for (const [file, parts] of files) writeFileSync(join(folder, 'models', file), Buffer.concat(parts));
  return { reshaped, resized };
}

function shapesOf(names: ReturnType<typeof writeModel>): unknown {
  const { tensors } = analyzeFile(path(), {}).inferred;
  return [tensors.get(names.reshaped)?.shape, tensors.get(names.resized)?.shape];
}

const known = [
  [2, 2, 3, 4],
  [2, 2, 6, 6],
];

describe('small constants in files beside the model', () => {
  it('are read, from one file or from one file each', () => {
    expect(shapesOf(writeModel(() => 'm.data'))).toEqual(known);
    expect(shapesOf(writeModel((index) => `constant${index}`))).toEqual(known);
  });

  it('leave open what follows from them where the file is missing or too short, and the reason is said', () => {
    const names = writeModel(() => 'm.data');
    for (const spoil of [
      () => truncateSync(join(folder, 'models', 'm.data'), 1160),
      () => rmSync(join(folder, 'models', 'm.data')),
    ]) {
      spoil();
      const { inferred } = analyzeFile(path(), {});
      expect(inferred.tensors.get(names.reshaped)?.shape?.every((dim) => typeof dim === 'number')).toBe(false);
      expect(inferred.diagnostics.map(({ message }) => message)).toEqual([
        expect.stringMatching(
          /what Reshape .*depends on data, or on constants in "m.data", which could not be read\.$/,
        ),
      ]);
    }
  });

  it('are not read from outside of the model folder', () => {
    const names = writeModel(() => '../secret');
    const { inferred } = analyzeFile(path(), {});
    expect(inferred.tensors.get(names.reshaped)?.shape?.every((dim) => typeof dim === 'number')).toBe(false);
    expect(inferred.diagnostics.map(({ message }) => message)).toEqual([expect.stringContaining('could not be read')]);
  });
});
