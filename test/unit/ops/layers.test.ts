import { describe, expect, it } from 'vitest';
import { expectAsInRun } from '../../support/expectAsInRun';
import { inferBuilt, inferredResult } from '../../support/inferBuilt';
import type { BuiltAttribute, BuiltModel, BuiltTensor } from '../../support/onnxBuilder';

const real = (...shape: (number | string)[]): BuiltTensor => ({ dtype: 'float32', shape });
const bytes = (...shape: (number | string)[]): BuiltTensor => ({ dtype: 'uint8', shape });
const scalar = (value: number): BuiltTensor => ({ dtype: 'int64', shape: [], values: [value] });

function single(
  op: string,
  opset: number,
  tensors: Record<string, BuiltTensor>,
  attributes: Record<string, BuiltAttribute> = {},
  outputs: readonly string[] = ['y'],
): BuiltModel {
  return { opset, tensors, nodes: [{ op, inputs: Object.keys(tensors), outputs, attributes }] };
}

const symbols = { n: 2, s: 6, t: 3 };

describe('normalizations against ONNX Runtime', () => {
  const image = real('n', 4, 's', 5);
  const channels = { scale: real(4), bias: real(4) };
  const models: Record<string, BuiltModel> = {
    'BatchNormalization 15': single('BatchNormalization', 15, { x: image, ...channels, mean: real(4), var: real(4) }),
    'BatchNormalization 15, training': single(
      'BatchNormalization',
      15,
      { x: image, ...channels, mean: real(4), var: real(4) },
      { training_mode: { int: 1 } },
      ['y', 'running_mean', 'running_var'],
    ),
    'InstanceNormalization 6': single('InstanceNormalization', 6, { x: image, ...channels }),
    'LayerNormalization 17': single(
      'LayerNormalization',
      17,
      { x: real('n', 's', 8), scale: real(8) },
      { axis: { int: -1 } },
      ['y', 'mean', 'inverse'],
    ),
    'LRN 13': single('LRN', 13, { x: image }, { size: { int: 3 } }),
    'LpNormalization 1': single('LpNormalization', 1, { x: image }),
    'MeanVarianceNormalization 13': single('MeanVarianceNormalization', 13, { x: image }),
    'GroupNormalization 21': single('GroupNormalization', 21, { x: image, ...channels }, { num_groups: { int: 2 } }),
    'RMSNormalization 23': single('RMSNormalization', 23, { x: real('n', 's', 8), scale: real(8) }),
    'SimplifiedLayerNormalization 1': single('SimplifiedLayerNormalization', 17, {
      x: real('n', 's', 8),
      scale: real(8),
    }),
    'Softmax 11': single('Softmax', 11, { x: image }, { axis: { int: 2 } }),
    'Hardmax 13': single('Hardmax', 13, { x: image }),
    'PRelu 16': single('PRelu', 16, { x: image, slope: real(4, 1, 1) }),
    'Gelu 20': single('Gelu', 20, { x: image }),
    'Swish 24': single('Swish', 24, { x: image }),
  };
  for (const [name, model] of Object.entries(models)) it(name, () => expectAsInRun(model, symbols));
});

describe('recurrent layers against ONNX Runtime', () => {
  const gates: Record<string, number> = { RNN: 1, GRU: 3, LSTM: 4 };
  for (const [op, count] of Object.entries(gates)) {
    for (const direction of ['forward', 'reverse', 'bidirectional']) {
      it(`${op}, ${direction}`, async () => {
        const directions = direction === 'bidirectional' ? 2 : 1;
        const tensors = {
          x: real('s', 'n', 7),
          w: real(directions, count * 5, 7),
          r: real(directions, count * 5, 5),
        };
        const attributes = { hidden_size: { int: 5 }, direction: { text: direction } };
        const outputs = op === 'LSTM' ? ['y', 'h', 'c'] : ['y', 'h'];
        const model = single(op, 14, tensors, attributes, outputs);
        await expectAsInRun(model, symbols);
        const [node] = inferBuilt(model, symbols).nodes;
        expect(node?.macs).toBe(6 * 2 * directions * count * 5 * (7 + 5));
      });
    }
  }

  it('batch first (opset 14; ONNX Runtime does not run it)', () => {
    const tensors = { x: real('n', 's', 7), w: real(1, 20, 7), r: real(1, 20, 5) };
    const model = single('LSTM', 14, tensors, { layout: { int: 1 }, hidden_size: { int: 5 } }, ['y', 'h', 'c']);
    const inferred = inferBuilt(model);
    expect(inferredResult(inferred, 'y').shape).toEqual(['n', 's', 1, 5]);
    expect(inferredResult(inferred, 'c').shape).toEqual(['n', 1, 5]);
  });
});

describe('quantization against ONNX Runtime', () => {
  const x = real('n', 4);
  const scale = real();
  const models: Record<string, BuiltModel> = {
    'QuantizeLinear without a zero point': single('QuantizeLinear', 13, { x, scale }),
    'QuantizeLinear by its zero point': single('QuantizeLinear', 13, { x, scale, zero: { dtype: 'int8', shape: [] } }),
    'QuantizeLinear by output_dtype': single('QuantizeLinear', 21, { x, scale }, { output_dtype: { int: 3 } }),
    'DequantizeLinear 13': single('DequantizeLinear', 13, { x: bytes('n', 4), scale }),
    'DequantizeLinear 21': single('DequantizeLinear', 21, { x: bytes('n', 4), scale }),
    DynamicQuantizeLinear: single('DynamicQuantizeLinear', 11, { x }, {}, ['y', 'scale', 'zero']),
  };
  for (const [name, model] of Object.entries(models)) it(name, () => expectAsInRun(model, symbols));
});

describe('signals against ONNX Runtime', () => {
  const models: Record<string, BuiltModel> = {
    'DFT 17': single('DFT', 17, { x: real('n', 's', 1) }, { axis: { int: 1 }, onesided: { int: 1 } }),
    'DFT 17 of a length': single('DFT', 17, { x: real('n', 's', 2), length: scalar(9) }),
    'DFT 20': {
      opset: 20,
      tensors: { x: real('n', 's', 7, 1), axis: scalar(1) },
      nodes: [{ op: 'DFT', inputs: ['x', '', 'axis'], outputs: ['y'] }],
    },
    STFT: {
      opset: 17,
      tensors: { x: real('n', 40, 1), step: scalar(3), length: scalar(9) },
      nodes: [{ op: 'STFT', inputs: ['x', 'step', '', 'length'], outputs: ['y'] }],
    },
    MelWeightMatrix: single('MelWeightMatrix', 17, {
      bins: scalar(8),
      length: scalar(16),
      rate: scalar(8192),
      low: { dtype: 'float32', shape: [], values: [0] },
      high: { dtype: 'float32', shape: [], values: [4000] },
    }),
  };
  for (const [name, model] of Object.entries(models)) it(name, () => expectAsInRun(model, symbols));
});

describe('attention against ONNX Runtime', () => {
  const heads = { q_num_heads: { int: 4 }, kv_num_heads: { int: 2 } };
  const flat = { q: real('n', 's', 32), k: real('n', 't', 16), v: real('n', 't', 12) };
  const deep = { q: real('n', 4, 's', 8), k: real('n', 2, 't', 8), v: real('n', 2, 't', 6) };

  it('Attention 23 with flat heads', async () => {
    const model = single('Attention', 23, flat, heads);
    await expectAsInRun(model, symbols);
    // Queries by keys: n x 4 heads x s x t x 8; weights by values: n x 4 x s x t x 6.
    expect(inferBuilt(model, symbols).nodes[0]?.macs).toBe(2 * 4 * 6 * 3 * (8 + 6));
  });

  it('Attention 23 with separate heads', async () => {
    const model = single('Attention', 23, deep);
    await expectAsInRun(model, symbols);
    expect(inferBuilt(model, symbols).nodes[0]?.macs).toBe(2 * 4 * 6 * 3 * (8 + 6));
  });

  it('Attention 23 with a past', async () => {
    const tensors = { ...deep, mask: real('s', 8), pk: real('n', 2, 5, 8), pv: real('n', 2, 5, 6) };
    const model = single('Attention', 23, tensors, {}, ['y', 'key', 'value', 'scores']);
    await expectAsInRun(model, symbols);
    expect(inferBuilt(model, symbols).nodes[0]?.macs).toBe(2 * 4 * 6 * 8 * (8 + 6));
  });

  it('RotaryEmbedding 23', () => {
    const tensors = { x: real('n', 4, 's', 8), cos: real('n', 's', 4), sin: real('n', 's', 4) };
    return expectAsInRun(single('RotaryEmbedding', 23, tensors), symbols);
  });
});

describe('losses and rearrangement against ONNX Runtime', () => {
  const classes: BuiltTensor = { dtype: 'int64', shape: ['n', 's'] };
  it('SoftmaxCrossEntropyLoss', () =>
    expectAsInRun(
      single('SoftmaxCrossEntropyLoss', 13, { x: real('n', 4, 's'), classes }, { reduction: { text: 'none' } }, [
        'y',
        'log',
      ]),
      symbols,
    ));
  it('NegativeLogLikelihoodLoss', () =>
    expectAsInRun(single('NegativeLogLikelihoodLoss', 13, { x: real('n', 4, 's'), classes }), symbols));
  it('Col2Im', () => {
    const list = (...values: number[]): BuiltTensor => ({ dtype: 'int64', shape: [values.length], values });
    const tensors = { x: real('n', 12, 16), image: list(5, 6), block: list(2, 3) };
    const model = single('Col2Im', 18, tensors);
    return expectAsInRun(model, symbols);
  });
  it('DeformConv 19', () => {
    const tensors = { x: real('n', 2, 9, 's'), w: real(3, 2, 3, 3), offset: real('n', 18, 7, 's') };
    const inferred = inferBuilt(single('DeformConv', 19, tensors));
    expect(inferredResult(inferred, 'y').shape).toEqual(['n', 3, 7, 's-2']);
  });
});
