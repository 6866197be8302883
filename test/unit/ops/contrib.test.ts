import { describe, expect, it } from 'vitest';
import { bytes, contrib, int32, omitted, real } from '../../support/contribModel';
import { expectAsInRun } from '../../support/expectAsInRun';
import { inferBuilt, inferredResult } from '../../support/inferBuilt';
import type { BuiltModel, BuiltTensor } from '../../support/onnxBuilder';

const symbols = { n: 2, s: 6, t: 3 };
const one: BuiltTensor = { dtype: 'float32', shape: [], values: [1] };
const zero: BuiltTensor = { dtype: 'uint8', shape: [], values: [0] };
const hidden = real('n', 's', 8);

const fused: Record<string, BuiltModel> = {
  FusedConv: contrib('FusedConv', { x: real('n', 4, 's', 9), w: real(6, 4, 3, 3) }, { activation: { text: 'Relu' } }),
  FusedGemm: contrib(
    'FusedGemm',
    { a: real('n', 5), b: real(7, 5) },
    { transB: { int: 1 }, activation: { text: 'Relu' } },
  ),
  'FusedMatMul, right transposed': contrib(
    'FusedMatMul',
    { a: real('n', 's', 5), b: real('n', 7, 5) },
    { transB: { int: 1 } },
  ),
  'FusedMatMul, batch moved': contrib(
    'FusedMatMul',
    { a: real('s', 'n', 5), b: real('n', 5, 7) },
    { transBatchA: { int: 1 } },
  ),
  TransposeMatMul: contrib('TransposeMatMul', { a: real(5, 's'), b: real(5, 7) }, { transA: { int: 1 } }),
  Gelu: contrib('Gelu', { x: hidden }),
  FastGelu: contrib('FastGelu', { x: hidden, bias: real(8) }),
  BiasGelu: contrib('BiasGelu', { x: hidden, bias: real(8) }),
  QuickGelu: contrib('QuickGelu', { x: hidden }),
  ExpandDims: contrib('ExpandDims', { x: hidden, axis: { dtype: 'int32', shape: [], values: [-1] } }),
  CDist: contrib('CDist', { a: real('n', 5), b: real('s', 5) }),
  Trilu: contrib('Trilu', { x: hidden }),
  GatherND: contrib('GatherND', { x: hidden, i: { dtype: 'int64', shape: ['t', 2] } }),
  MaxpoolWithMask: contrib(
    'MaxpoolWithMask',
    { x: real(1, 1, 's', 9), mask: int32(1, 1, 's', 9) },
    { kernel_shape: { ints: [2, 2] }, strides: { ints: [2, 2] } },
  ),
  MurmurHash3: contrib('MurmurHash3', { x: int32('n', 3) }),
  CropAndResize: contrib('CropAndResize', {
    x: real(1, 3, 8, 9),
    rois: real('n', 4),
    batch: int32('n'),
    size: { dtype: 'int32', shape: [2], values: [4, 5] },
  }),
};

const transformer: Record<string, BuiltModel> = {
  SkipLayerNormalization: contrib(
    'SkipLayerNormalization',
    { x: hidden, skip: hidden, gamma: real(8), beta: real(8) },
    {},
    ['y', '', '', 'sum'],
  ),
  SkipSimplifiedLayerNormalization: contrib('SkipSimplifiedLayerNormalization', {
    x: hidden,
    skip: hidden,
    gamma: real(8),
  }),
  EmbedLayerNormalization: contrib(
    'EmbedLayerNormalization',
    {
      ids: int32('n', 's'),
      segments: int32('n', 's'),
      words: real(20, 8),
      positions: real(16, 8),
      kinds: real(2, 8),
      gamma: real(8),
      beta: real(8),
      mask: int32('n', 's'),
    },
    {},
    ['y', 'lengths', 'sum'],
  ),
  Attention: contrib('Attention', { x: hidden, w: real(8, 24), b: real(24) }, { num_heads: { int: 2 } }, [
    'y',
    'present',
  ]),
  'Attention with a past': contrib(
    'Attention',
    { x: hidden, w: real(8, 24), b: real(24), mask: omitted, past: real(2, 'n', 2, 't', 4) },
    { num_heads: { int: 2 } },
    ['y', 'present'],
  ),
  QAttention: contrib(
    'QAttention',
    {
      x: bytes('n', 's', 8),
      w: { dtype: 'int8', shape: [8, 24] },
      b: real(24),
      xs: one,
      ws: one,
      mask: omitted,
      xz: zero,
      wz: { dtype: 'int8', shape: [], values: [0] },
    },
    { num_heads: { int: 2 } },
  ),
  MultiHeadAttention: contrib(
    'MultiHeadAttention',
    { q: hidden, k: real('n', 't', 8), v: real('n', 't', 12) },
    { num_heads: { int: 2 } },
  ),
  'MultiHeadAttention with a past': contrib(
    'MultiHeadAttention',
    {
      q: hidden,
      k: hidden,
      v: hidden,
      bias: omitted,
      mask: omitted,
      more: omitted,
      pk: real('n', 2, 't', 4),
      pv: real('n', 2, 't', 4),
    },
    { num_heads: { int: 2 } },
    ['y', 'key', 'value'],
  ),
  RotaryEmbedding: contrib('RotaryEmbedding', {
    x: real('n', 's', 16),
    positions: { dtype: 'int64', shape: ['n', 's'] },
    cos: real(32, 8),
    sin: real(32, 8),
  }),
};

const quantized: Record<string, BuiltModel> = {
  QLinearAdd: contrib('QLinearAdd', {
    a: bytes('n', 1, 4),
    as: one,
    az: zero,
    b: bytes('s', 4),
    bs: one,
    bz: zero,
    ys: one,
    yz: zero,
  }),
  QLinearMul: contrib('QLinearMul', {
    a: bytes('n', 4),
    as: one,
    az: zero,
    b: bytes(4),
    bs: one,
    bz: zero,
    ys: one,
    yz: zero,
  }),
  QLinearSigmoid: contrib('QLinearSigmoid', { x: bytes('n', 4), xs: one, xz: zero, ys: one, yz: zero }),
  QLinearLeakyRelu: contrib('QLinearLeakyRelu', { x: bytes('n', 4), xs: one, xz: zero, ys: one, yz: zero }),
  QLinearSoftmax: contrib(
    'QLinearSoftmax',
    { x: bytes('n', 4), xs: one, xz: zero, ys: one, yz: zero },
    { opset: { int: 13 } },
  ),
  QLinearConcat: contrib(
    'QLinearConcat',
    { ys: one, yz: zero, a: bytes('n', 4), as: one, az: zero, b: bytes('n', 3), bs: one, bz: zero },
    { axis: { int: 1 } },
  ),
  QLinearAveragePool: contrib(
    'QLinearAveragePool',
    { x: bytes('n', 9, 's', 4), xs: one, xz: zero, ys: one, yz: zero },
    { kernel_shape: { ints: [2, 2] }, strides: { ints: [2, 2] }, channels_last: { int: 1 } },
  ),
  QLinearGlobalAveragePool: contrib('QLinearGlobalAveragePool', {
    x: bytes('n', 4, 's', 5),
    xs: one,
    xz: zero,
    ys: one,
    yz: zero,
  }),
  QGemm: contrib('QGemm', { a: bytes('n', 5), as: one, az: zero, b: bytes(5, 7), bs: one, bz: zero }),
  DynamicQuantizeMatMul: contrib('DynamicQuantizeMatMul', { a: real('n', 's', 5), b: bytes(5, 7), bs: one }),
  MatMulIntegerToFloat: contrib('MatMulIntegerToFloat', { a: bytes('n', 5), b: bytes(5, 7), as: one, bs: one }),
  NhwcMaxPool: contrib(
    'NhwcMaxPool',
    { x: bytes('n', 's', 9, 4) },
    { kernel_shape: { ints: [3, 3] }, strides: { ints: [2, 2] } },
  ),
  'QLinearConv with channels last': contrib(
    'QLinearConv',
    { x: bytes('n', 's', 9, 4), xs: one, xz: zero, w: bytes(6, 4, 3, 3), ws: one, wz: zero, ys: one, yz: zero },
    { channels_last: { int: 1 } },
  ),
  MatMulNBits: contrib(
    'MatMulNBits',
    { a: real('n', 's', 32), b: bytes(5, 2, 8), scales: real(10) },
    { K: { int: 32 }, N: { int: 5 }, bits: { int: 4 }, block_size: { int: 16 } },
  ),
};

describe('com.microsoft operators against ONNX Runtime', () => {
  for (const [name, model] of Object.entries({ ...fused, ...transformer, ...quantized })) {
    it(name, () => expectAsInRun(model, symbols));
  }

  it('GroupQueryAttention, with the total length as a constant', async () => {
    const model = contrib(
      'GroupQueryAttention',
      {
        q: real('n', 's', 32),
        k: real('n', 's', 16),
        v: real('n', 's', 16),
        pk: real('n', 2, 0, 8),
        pv: real('n', 2, 0, 8),
        lengths: { dtype: 'int32', shape: [2], values: [5, 5] },
        total: { dtype: 'int32', shape: [], values: [6] },
      },
      { num_heads: { int: 4 }, kv_num_heads: { int: 2 } },
      ['y', 'key', 'value'],
    );
    await expectAsInRun(model, symbols);
    // Twice (queries by keys, weights by values) n x 4 heads x s x 6 keys x 8.
    expect(inferBuilt(model, symbols).nodes[0]?.macs).toBe(2 * (2 * 4 * 6 * 6 * 8));
  });

  it('Unique keeps one place for each element', () => {
    const model = contrib('Unique', { x: real('n') }, {}, ['y', 'places', 'counts']);
    const inferred = inferBuilt(model);
    expect(inferredResult(inferred, 'places')).toEqual({ dtype: 'int64', shape: ['n'] });
    expect(inferredResult(inferred, 'counts').shape).toEqual(inferredResult(inferred, 'y').shape);
  });

  it('NhwcConv keeps the channels of its filters last too', () => {
    const inferred = inferBuilt(contrib('NhwcConv', { x: real(1, 's', 9, 4), w: real(6, 3, 5, 4) }), symbols);
    expect(inferredResult(inferred, 'y').shape).toEqual([1, 4, 5, 6]);
    expect(inferred.nodes[0]?.macs).toBe(4 * 5 * 6 * (3 * 5 * 4));
  });

  it('counts the products inside fused operators', () => {
    const macs = (name: string): number | undefined => {
      const model = { ...fused, ...transformer, ...quantized }[name];
      return model && inferBuilt(model, symbols).nodes[0]?.macs;
    };
    const { n, s, t } = symbols;
    expect(macs('FusedConv')).toBe(n * 6 * (s - 2) * 7 * 4 * 9);
    expect(macs('FusedMatMul, right transposed')).toBe(n * s * 7 * 5);
    expect(macs('TransposeMatMul')).toBe(s * 7 * 5);
    expect(macs('MatMulNBits')).toBe(n * s * 5 * 32);
    // Projection, then queries by keys and weights by values.
    expect(macs('Attention')).toBe(n * s * 8 * 24 + 2 * n * s * s * 8);
    expect(macs('Attention with a past')).toBe(n * s * 8 * 24 + 2 * n * s * (s + t) * 8);
    expect(macs('MultiHeadAttention')).toBe(n * s * t * 8 + n * s * t * 12);
  });
});
