import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { onnx } from 'onnx-proto';
import { describe, expect, test } from 'vitest';
import { bufferSource } from '../../../src/engine/onnx/byteSource';
import { readModel } from '../../../src/engine/onnx/read/readModel';
import { inferModel } from '../../../src/engine/shapes/inferModel';
import { buildSplitGraph } from '../../../src/engine/split/buildSplitGraph';
import { fuzzPipeline, modelsToMutate } from '../../fuzz/fuzzPipeline';

const file = resolve(import.meta.dirname, '../../fixtures/models/s_inception1.onnx');

/** The split graph of a small model after a change to its nodes. */
function changed(change: (nodes: onnx.INodeProto[]) => void) {
  const model = onnx.ModelProto.decode(readFileSync(file));
  change(model.graph?.node ?? []);
  const bytes = onnx.ModelProto.encode(model).finish();
  return () => buildSplitGraph(inferModel(readModel(bufferSource(bytes)), {}));
}

describe('models that cannot run', () => {
  test('a node that needs its own result is named', () => {
    const first = changed((nodes) => {
      const input = nodes[0]?.input;
      if (input) input[0] = nodes.at(-1)?.output?.[0] ?? '';
    });
    expect(first).toThrow(/depends on its own result, so the model cannot run\. Break the cycle\.$/);
  });

  test('a tensor that is made twice is named, with the node that makes it again', () => {
    const twice = changed((nodes) => {
      nodes.push({ ...nodes[3], name: 'again' });
    });
    expect(twice).toThrow(/`again` makes tensor `.+`, which another node makes already/);
    expect(changed(() => undefined)).not.toThrow();
  });
});

test('mutated models are planned or refused, and nothing else happens', () => {
  const small = modelsToMutate(70_000).filter((path) => /[\\/]test[\\/](fixtures|workspace)[\\/]/.test(path));
  const report = fuzzPipeline(small, 3, (cases) => cases === 150);
  expect(report.crashes).toEqual([]);
  // The pipeline is asked to stop after 20 s; a case that gets there hangs.
  expect(report.refusals.get('canceled')).toBeUndefined();
  expect(report.accepted).toBeGreaterThan(40);
  expect(report.refusals.get('unsupported-model')).toBeGreaterThan(5);
}, 60_000);
