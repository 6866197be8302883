import { describe, expect, it } from 'vitest';
import type { DType } from '../../../src/shared/vocabulary/dtype';
import { bytes, contrib, int32, omitted, real } from '../../support/contribModel';
import { expectAsInRun } from '../../support/expectAsInRun';
import { inferBuilt, inferredResult } from '../../support/inferBuilt';
import type { BuiltModel, BuiltTensor } from '../../support/onnxBuilder';

const symbols = { n: 2, s: 6, t: 3 };
const hidden = real('n', 's', 8);
const text = (...shape: (number | string)[]): BuiltTensor => ({ dtype: 'string', shape });
const int64 = (...shape: (number | string)[]): BuiltTensor => ({ dtype: 'int64', shape });
const constant = (dtype: DType, shape: readonly number[], values: readonly number[]): BuiltTensor => ({
  dtype,
  shape,
  values,
});
const filled = (dtype: DType, value: number, ...shape: readonly number[]): BuiltTensor =>
  constant(dtype, shape, new Array<number>(shape.reduce((product, dim) => product * dim, 1)).fill(value));
const flag = (value: boolean): BuiltTensor => constant('bool', [1], [value ? 1 : 0]);

/** Long short-term memory that attends to `t` entries of depth 3; `width` is that of what comes back into the cell. */
const attentive = (width: number, further: Record<string, BuiltTensor>): BuiltModel =>
  contrib(
    'AttnLSTM',
    {
      x: real('s', 'n', 5),
      w: real(1, 16, 5 + width),
      r: real(1, 16, 4),
      b: omitted,
      lengths: omitted,
      h: omitted,
      c: omitted,
      p: omitted,
      qw: real(1, 4, 6),
      mw: real(1, 3, 6),
      v: real(1, 6),
      m: real('n', 't', 3),
      entries: { dtype: 'int32', shape: ['n'], feed: [3, 3] },
      ...further,
    },
    { hidden_size: { int: 4 } },
    ['y', 'last', 'cell'],
  );

const runnable: Record<string, BuiltModel> = {
  CausalConvWithState: contrib(
    'CausalConvWithState',
    { x: real('n', 4, 's'), w: real(4, 1, 3), b: omitted, past: real('n', 4, 2) },
    { activation: { text: 'silu' } },
    ['y', 'state'],
  ),
  'CausalConvWithState without a past': contrib('CausalConvWithState', { x: real('n', 4, 's'), w: real(4, 1, 3) }, {}, [
    'y',
    'state',
  ]),
  LinearAttention: contrib(
    'LinearAttention',
    {
      q: hidden,
      k: hidden,
      v: real('n', 's', 12),
      past: real('n', 2, 4, 6),
      decay: real('n', 's', 2),
      beta: real('n', 's', 2),
    },
    { q_num_heads: { int: 2 }, kv_num_heads: { int: 2 } },
    ['y', 'state'],
  ),
  'LinearAttention with more states than queries': contrib(
    'LinearAttention',
    {
      q: real('n', 's', 4),
      k: hidden,
      v: real('n', 's', 12),
      past: omitted,
      decay: real('n', 's', 2),
      beta: real('n', 's', 2),
    },
    { q_num_heads: { int: 1 }, kv_num_heads: { int: 2 } },
    ['y', 'state'],
  ),
  LinearAttentionGate: contrib('LinearAttentionGate', { a: hidden, bias: real(8), scale: real(8), b: hidden }, {}, [
    'decay',
    'beta',
  ]),
  GatedRMSNorm: contrib('GatedRMSNorm', { x: hidden, scale: real(4), gate: hidden }),
  GatedAdd: contrib('GatedAdd', { x: hidden, z: hidden, gate: real('n', 's', 1) }),
  MRotaryEmbedding: contrib(
    'MRotaryEmbedding',
    { x: real('n', 's', 16), positions: int64(3, 'n', 's'), cos: real(32, 4), sin: real(32, 4) },
    { num_heads: { int: 2 }, rotary_embedding_dim: { int: 8 }, mrope_section: { ints: [1, 2, 1] } },
  ),
  'GatherBlockQuantized, two values in a byte': contrib(
    'GatherBlockQuantized',
    { data: filled('uint8', 0, 4, 16), i: int64('n', 's'), scales: filled('float32', 1, 4, 2) },
    { bits: { int: 4 }, block_size: { int: 16 }, quantize_axis: { int: 1 } },
  ),
  'GatherBlockQuantized, bytes': contrib(
    'GatherBlockQuantized',
    { data: filled('uint8', 0, 4, 32), i: int64('n'), scales: filled('float32', 1, 4, 2) },
    { bits: { int: 8 }, block_size: { int: 16 }, quantize_axis: { int: 1 } },
  ),
  MatMulFpQ4: contrib(
    'MatMulFpQ4',
    {
      a: real('n', 's', 32),
      b: filled('uint8', 0, 100),
      shape: constant('int64', [2], [32, 5]),
    },
    { blk_quant_type: { int: 0 } },
  ),
  MatMulBnb4: contrib(
    'MatMulBnb4',
    { a: real('n', 's', 32), b: filled('uint8', 0, 80), scales: filled('float32', 1, 10) },
    { K: { int: 32 }, N: { int: 5 }, block_size: { int: 16 }, quant_type: { int: 1 } },
  ),
  DynamicQuantizeLSTM: contrib(
    'DynamicQuantizeLSTM',
    {
      x: real('s', 'n', 5),
      w: filled('uint8', 0, 1, 5, 16),
      r: filled('uint8', 0, 1, 4, 16),
      b: omitted,
      lengths: omitted,
      h: omitted,
      c: omitted,
      p: omitted,
      ws: filled('float32', 1, 1),
      wz: filled('uint8', 0, 1),
      rs: filled('float32', 1, 1),
      rz: filled('uint8', 0, 1),
    },
    { hidden_size: { int: 4 } },
    ['y', 'last', 'cell'],
  ),
  AttnLSTM: attentive(3, {}),
  'AttnLSTM with an attention layer': attentive(7, { aw: real(1, 7, 7) }),
  ConvTransposeWithDynamicPads: contrib(
    'ConvTransposeWithDynamicPads',
    { x: real('n', 4, 's', 5), w: real(4, 3, 3, 3), pads: constant('int64', [4], [1, 0, 1, 1]) },
    { strides: { ints: [2, 2] } },
  ),
  Pad: contrib('Pad', { x: real('n', 's'), pads: constant('int64', [4], [0, 1, 2, 3]) }),
  NGramRepeatBlock: contrib(
    'NGramRepeatBlock',
    { ids: int64('n', 's'), scores: real('n', 9) },
    { ngram_size: { int: 2 } },
  ),
  NGramHashMapping: contrib(
    'NGramHashMapping',
    { ids: int64('n', 's'), factors: filled('int64', 1, 3), sizes: filled('int64', 5, 8) },
    { max_ngram_size: { int: 3 }, n_head_per_ngram: { int: 4 }, pad_id: { int: 0 } },
    ['y', 'present'],
  ),
  WordConvEmbedding: contrib('WordConvEmbedding', {
    words: { dtype: 'int32', shape: ['n', 's'], feed: new Array<number>(12).fill(1) },
    w: real(7, 1, 3, 5),
    b: real(7),
    c: real(9, 5),
  }),
  SampleOp: contrib('SampleOp', { x: hidden }),
  MatMulInteger16: contrib('MatMulInteger16', {
    a: { dtype: 'int16', shape: ['n', 5] },
    b: { dtype: 'int16', shape: [5, 7] },
  }),
  'MultiHeadAttention into a shared buffer': contrib(
    'MultiHeadAttention',
    {
      q: real('n', 1, 8),
      k: real('n', 1, 8),
      v: real('n', 1, 8),
      bias: omitted,
      mask: omitted,
      more: omitted,
      pk: real('n', 2, 16, 4),
      pv: real('n', 2, 16, 4),
      past: { dtype: 'int32', shape: [1], feed: [3] },
      beams: int32('n', 1, 16),
    },
    { num_heads: { int: 2 } },
    ['y', 'key', 'value'],
  ),
  'GroupQueryAttention with its scores': contrib(
    'GroupQueryAttention',
    {
      q: real('n', 's', 32),
      k: real('n', 's', 16),
      v: real('n', 's', 16),
      pk: real('n', 2, 0, 8),
      pv: real('n', 2, 0, 8),
      lengths: constant('int32', [2], [5, 5]),
      total: constant('int32', [], [6]),
    },
    { num_heads: { int: 4 }, kv_num_heads: { int: 2 }, qk_output: { int: 1 } },
    ['y', 'key', 'value', 'scores'],
  ),
  'GroupQueryAttention with a cache longer than the text': contrib(
    'GroupQueryAttention',
    {
      q: real(1, 1, 32),
      k: real(1, 1, 16),
      v: real(1, 1, 16),
      pk: real(1, 2, 20, 8),
      pv: real(1, 2, 20, 8),
      lengths: constant('int32', [1], [3]),
      total: constant('int32', [], [4]),
    },
    { num_heads: { int: 4 }, kv_num_heads: { int: 2 } },
    ['y', 'key', 'value'],
  ),
  'GroupQueryAttention with a cache that slides': contrib(
    'GroupQueryAttention',
    {
      q: real(1, 1, 32),
      k: real(1, 1, 16),
      v: real(1, 1, 16),
      pk: real(1, 2, 8, 8),
      pv: real(1, 2, 8, 8),
      lengths: constant('int32', [1], [11]),
      total: constant('int32', [], [12]),
    },
    {
      num_heads: { int: 4 },
      kv_num_heads: { int: 2 },
      local_window_size: { int: 8 },
      sliding_window_cache: { int: 1 },
    },
    ['y', 'key', 'value'],
  ),
  MoE: contrib(
    'MoE',
    { x: real(2, 6, 8), router: real(12, 4), w1: real(4, 16, 8), b1: omitted, w2: real(4, 8, 16) },
    { k: { int: 2 } },
  ),
  QMoE: contrib(
    'QMoE',
    {
      x: real(2, 6, 8),
      router: real(12, 4),
      w1: bytes(4, 16, 4),
      s1: real(4, 16),
      b1: omitted,
      w2: bytes(4, 8, 8),
      s2: real(4, 8),
    },
    { k: { int: 2 }, expert_weight_bits: { int: 4 } },
  ),
};

describe('published com.microsoft operators against ONNX Runtime', () => {
  for (const [name, model] of Object.entries(runnable)) it(name, () => expectAsInRun(model, symbols));

  it('leaves to the run what only a run can tell', () => {
    const tokens = contrib(
      'Tokenizer',
      { x: text('n', 's') },
      { mark: { int: 1 }, mincharnum: { int: 1 }, pad_value: { text: '#' }, separators: { texts: [' '] } },
    );
    expect(inferredResult(inferBuilt(tokens), 'y').shape).toEqual(['n', 's', '0:tokens']);
    const path = contrib('DynamicTimeWarping', { x: real('s', 't') });
    expect(inferredResult(inferBuilt(path), 'y').shape).toEqual([2, '0:points']);
  });
});

interface Stated {
  readonly model: BuiltModel;
  /** Type and shape by output, as in the published description. */
  readonly results: Readonly<Record<string, string>>;
}

const cached = {
  q: real('s', 'n', 8),
  k: real('t', 'n', 8),
  qw: real(8, 8),
  kvw: real(8, 16),
  bias: real(24),
  mask: omitted,
  kc: real('n', 2, 'c', 4),
  vc: real('n', 2, 'c', 4),
} as const;
const decoder = (crosses: boolean, uses: boolean): BuiltModel =>
  contrib(
    'DecoderAttention',
    { ...cached, crosses: flag(crosses), uses: flag(uses), keeps: flag(true), masks: flag(false) },
    { num_heads: { int: 2 } },
    ['y', 'key', 'value'],
  );

const beams = {
  ids: int32('n', 's'),
  longest: constant('int32', [1], [20]),
  shortest: omitted,
  width: constant('int32', [1], [4]),
  returned: constant('int32', [1], [2]),
} as const;

/** Operators without a kernel for CPUs, or whose types ONNX Runtime does not infer: as published. */
const published: Record<string, Stated> = {
  'LinearAttention with a window of states': {
    model: contrib(
      'LinearAttention',
      { q: hidden, k: hidden, v: real('n', 's', 12) },
      { q_num_heads: { int: 2 }, kv_num_heads: { int: 2 }, update_rule: { text: 'linear' }, state_window: { int: 3 } },
      ['y', 'state'],
    ),
    results: { y: 'float32 [n, s, 12]', state: 'float32 [3, n, 2, 4, 6]' },
  },
  'CausalConvWithState, channels last and dilated': {
    model: contrib(
      'CausalConvWithState',
      { x: real('n', 's', 2, 4), w: real(8, 1, 3) },
      { channels_last: { int: 1 }, dilation: { int: 2 } },
      ['y', 'state'],
    ),
    results: { y: 'float32 [n, s, 2, 4]', state: 'float32 [n, 4, 2, 4]' },
  },
  VarlenCausalConvWithState: {
    model: contrib(
      'VarlenCausalConvWithState',
      {
        x: real('t', 4),
        w: real(4, 1, 3),
        bounds: int32('b'),
        bias: omitted,
        past: real('n', 4, 2),
        captures: int32('n'),
      },
      { state_update_capacity: { int: 5 } },
      ['y', 'state', 'changes'],
    ),
    results: { y: 'float32 [t, 4]', state: 'float32 [n, 4, 2]', changes: 'float32 [n, 5, 4]' },
  },
  GatedDeltaNet: {
    model: contrib(
      'GatedDeltaNet',
      {
        q: real('t', 2, 4),
        k: real('t', 2, 4),
        v: real('t', 6, 5),
        bounds: int32(4),
        decay: real('t', 6),
        beta: real('t', 6),
      },
      { state_update_capacity: { int: 2 } },
      ['y', 'state', 'changes'],
    ),
    results: { y: 'float32 [t, 6, 5]', state: 'float32 [3, 6, 5, 4]', changes: 'float32 [3, 88]' },
  },
  'GatedDeltaNet over a batch': {
    model: contrib('GatedDeltaNet', { q: real('n', 's', 2, 4), k: real('n', 's', 2, 4), v: real('n', 's', 2, 5) }, {}, [
      'y',
      'state',
    ]),
    results: { y: 'float32 [n, s, 2, 5]', state: 'float32 [n, 2, 5, 4]' },
  },
  EngramGate: {
    model: contrib(
      'EngramGate',
      {
        k: real('n', 's', 3, 8),
        q: real('n', 's', 3, 8),
        v: hidden,
        ks: real(3, 8),
        qs: real(3, 8),
        cs: real(3, 8),
      },
      {},
      ['y', 'normed'],
    ),
    results: { y: 'float32 [n, s, 3, 8]', normed: 'float32 [n, s, 3, 8]' },
  },
  GemmaRotaryEmbedding: {
    model: contrib(
      'GemmaRotaryEmbedding',
      {
        emb: real('n', 's', 8),
        q: { dtype: 'float16', shape: ['n', 4, 's', 8] },
        qr: { dtype: 'float16', shape: ['n', 4, 's', 8] },
        k: { dtype: 'float16', shape: ['n', 2, 's', 8] },
        kr: { dtype: 'float16', shape: ['n', 2, 's', 8] },
      },
      {},
      ['y', 'key'],
    ),
    results: { y: 'float16 [n, 4, s, 8]', key: 'float16 [n, 2, s, 8]' },
  },
  BitmaskDropout: {
    model: contrib('BitmaskDropout', { x: real(5, 13) }, {}, ['y', 'mask']),
    results: { y: 'float32 [5, 13]', mask: 'uint32 [3]' },
  },
  BitmaskBiasDropout: {
    model: contrib('BitmaskBiasDropout', { x: real(4, 16), bias: real(16) }, {}, ['y', 'mask']),
    results: { y: 'float32 [4, 16]', mask: 'uint32 [2]' },
  },
  'MatMulBnb4, weights not transposed': {
    model: contrib(
      'MatMulBnb4',
      { a: real('n', 5), b: bytes(80), scales: real(10) },
      { K: { int: 32 }, N: { int: 5 }, block_size: { int: 16 }, quant_type: { int: 1 }, transB: { int: 0 } },
    ),
    results: { y: 'float32 [n, 32]' },
  },
  MatMulNBitsMlp: {
    model: contrib(
      'MatMulNBitsMlp',
      { a: real('n', 's', 32), skip: real('n', 's', 32), norm: real(32), gb: bytes(5, 1, 16), gs: real(5) },
      { K: { int: 32 }, N: { int: 5 }, block_size: { int: 32 }, activation: { text: 'silu' } },
      ['y', 'sum'],
    ),
    results: { y: 'float32 [n, s, 5]', sum: 'float32 [n, s, 32]' },
  },
  MatMulNBitsQkv: {
    model: contrib(
      'MatMulNBitsQkv',
      { a: real('n', 's', 32), skip: omitted, norm: real(32) },
      { K: { int: 32 }, Nq: { int: 24 }, Nkv: { int: 8 }, block_size: { int: 32 } },
      ['y', 'key', 'value'],
    ),
    results: { y: 'float32 [n, s, 24]', key: 'float32 [n, s, 8]', value: 'float32 [n, s, 8]' },
  },
  MatMulBlockQuantizedFp4Weight: {
    model: contrib('MatMulBlockQuantizedFp4Weight', {
      a: { dtype: 'float16', shape: ['n', 32] },
      b: bytes(7, 16),
      s: bytes(7, 2),
      g: real(),
    }),
    results: { y: 'float16 [n, 7]' },
  },
  MatMulBlockQuantizedFp8Weight: {
    model: contrib('MatMulBlockQuantizedFp8Weight', {
      a: { dtype: 'float16', shape: ['n', 32] },
      b: { dtype: 'float8e4m3fn', shape: [7, 32] },
      s: real(7, 1),
    }),
    results: { y: 'float16 [n, 7]' },
  },
  GemmFloat8: {
    model: contrib(
      'GemmFloat8',
      { a: { dtype: 'float8e4m3fn', shape: ['n', 16] }, b: { dtype: 'float8e4m3fn', shape: [7, 16] } },
      { transB: { int: 1 }, dtype: { int: 10 } },
    ),
    results: { y: 'float16 [n, 7]' },
  },
  'DecoderAttention over another text': {
    model: decoder(true, false),
    results: { y: 'float32 [s, n, 8]', key: 'float32 [n, 2, t, 4]', value: 'float32 [n, 2, t, 4]' },
  },
  'DecoderAttention over another text, cached': {
    model: decoder(true, true),
    results: { y: 'float32 [s, n, 8]', key: 'float32 [n, 2, c, 4]', value: 'float32 [n, 2, c, 4]' },
  },
  'DecoderAttention over its own text': {
    model: decoder(false, true),
    results: { y: 'float32 [s, n, 8]', key: 'float32 [n, 2, c+s, 4]', value: 'float32 [n, 2, c+s, 4]' },
  },
  PackedMultiHeadAttention: {
    model: contrib('PackedMultiHeadAttention', { q: real('t', 2, 3, 4) }, { num_heads: { int: 2 } }),
    results: { y: 'float32 [t, 8]' },
  },
  PagedAttention: {
    model: contrib(
      'PagedAttention',
      { q: real('t', 64), k: omitted, v: omitted, kc: real(9, 16, 2, 8), vc: real(9, 16, 2, 8) },
      { num_heads: { int: 4 }, kv_num_heads: { int: 2 } },
      ['y', 'key', 'value'],
    ),
    results: { y: 'float32 [t, 32]', key: 'float32 [9, 16, 2, 8]', value: 'float32 [9, 16, 2, 8]' },
  },
  'PagedAttention with latent values': {
    model: contrib(
      'PagedAttention',
      { q: real('t', 48), k: real('t', 12), v: omitted, kc: real(9, 16, 1, 12) },
      { num_heads: { int: 4 }, kv_num_heads: { int: 1 }, kv_cache_layout: { text: 'LATENT' }, v_head_size: { int: 8 } },
    ),
    results: { y: 'float32 [t, 32]' },
  },
  ReduceSumInteger: {
    model: contrib('ReduceSumInteger', { x: bytes('n', 's', 3) }, { axes: { ints: [1] }, keepdims: { int: 0 } }),
    results: { y: 'uint32 [n, 3]' },
  },
  'MatMulInteger16 without signs': {
    model: contrib('MatMulInteger16', {
      a: { dtype: 'uint16', shape: ['n', 5] },
      b: { dtype: 'uint16', shape: [5, 7] },
    }),
    results: { y: 'uint32 [n, 7]' },
  },
  'MultiHeadAttention with its scores': {
    model: contrib(
      'MultiHeadAttention',
      { q: hidden, k: real('n', 't', 8), v: real('n', 't', 12) },
      { num_heads: { int: 2 } },
      ['y', '', '', 'scores'],
    ),
    results: { y: 'float32 [n, s, 12]', scores: 'float32 [n, 2, s, t]' },
  },
  SparseToDenseMatMul: {
    model: contrib('SparseToDenseMatMul', { a: real(5, 's'), b: real('n', 5, 7) }, { transA: { int: 1 } }),
    results: { y: 'float32 [n, s, 7]' },
  },
  QuantizeBFP: {
    model: contrib('QuantizeBFP', { x: hidden }, { bfp_type: { int: 0 } }, ['y', 'shape', 'strides']),
    results: { y: 'uint8 [0:bytes]', shape: 'int64 [3]', strides: 'int64 [3]' },
  },
  DequantizeBFP: {
    model: contrib(
      'DequantizeBFP',
      { x: bytes('b'), shape: constant('int64', [2], [4, 5]), strides: constant('int64', [2], [5, 1]) },
      { bfp_type: { int: 0 }, dtype: { int: 16 } },
    ),
    results: { y: 'bfloat16 [4, 5]' },
  },
  QuantizeWithOrder: {
    model: contrib('QuantizeWithOrder', { x: hidden, scale: real() }),
    results: { y: 'int8 [n, s, 8]' },
  },
  DequantizeWithOrder: {
    model: contrib(
      'DequantizeWithOrder',
      { x: { dtype: 'int8', shape: ['n', 8] }, scale: real() },
      { to: { int: 10 } },
    ),
    results: { y: 'float16 [n, 8]' },
  },
  QOrderedMatMul: {
    model: contrib('QOrderedMatMul', {
      a: { dtype: 'int8', shape: ['n', 's', 8] },
      as: real(),
      b: { dtype: 'int8', shape: [8, 5] },
      bs: real(),
      ys: real(),
    }),
    results: { y: 'int8 [n, s, 5]' },
  },
  GreedySearch: {
    model: contrib('GreedySearch', { ids: int32('n', 's'), longest: constant('int32', [1], [20]) }),
    results: { y: 'int32 [n, 20]' },
  },
  Sampling: {
    model: contrib(
      'Sampling',
      { ids: int32('n', 's'), longest: constant('int32', [1], [20]) },
      { vocab_size: { int: 99 } },
      ['y', 'logits'],
    ),
    results: { y: 'int32 [n, 20]', logits: 'float32 [n, 99]' },
  },
  BeamSearch: {
    model: contrib('BeamSearch', beams, { vocab_size: { int: 99 } }, ['y', 'scores', 'steps']),
    results: { y: 'int32 [n, 2, 20]', scores: 'float32 [n, 2]', steps: 'float32 [-s+20, n, 4, 99]' },
  },
  WhisperBeamSearch: {
    model: contrib(
      'WhisperBeamSearch',
      { ...beams, penalty: { dtype: 'float16', shape: [1] } },
      { model_type: { int: 2 } },
      ['y', 'scores', '', '', 'silence'],
    ),
    results: { y: 'int32 [n, 2, 20]', scores: 'float16 [n, 2]', silence: 'float16 [n]' },
  },
  BifurcationDetector: {
    model: contrib('BifurcationDetector', { a: int64(4), b: int64('t'), place: int64() }, {}, ['y', 'next']),
    results: { y: 'int64 [0:tokens]', next: 'int64 []' },
  },
  VarlenNGramHashMapping: {
    model: contrib(
      'VarlenNGramHashMapping',
      { ids: int64('t'), factors: int64(3), sizes: int64(8), bounds: int32(4) },
      { max_ngram_size: { int: 3 }, n_head_per_ngram: { int: 4 }, pad_id: { int: 0 } },
      ['y', 'present', 'segments'],
    ),
    results: { y: 'int64 [t, 8]', present: 'int64 [3, 2]', segments: 'int32 [3, 2]' },
  },
  AllGather: {
    model: contrib('AllGather', { x: hidden }, { axis: { int: 1 }, group_size: { int: 4 } }),
    results: { y: 'float32 [n, 4*s, 8]' },
  },
};

describe('published com.microsoft operators as described', () => {
  for (const [name, { model, results }] of Object.entries(published)) {
    it(name, () => {
      const inferred = inferBuilt(model);
      for (const [output, stated] of Object.entries(results)) {
        const { dtype, shape } = inferredResult(inferred, output);
        expect(`${dtype} [${shape?.join(', ')}]`, output).toBe(stated);
      }
      expect(inferred.diagnostics.filter((each) => each.severity !== 'information')).toEqual([]);
    });
  }

  it('holders of compiled graphs say why nothing is known of them', () => {
    const inferred = inferBuilt(contrib('EPContext', { x: hidden }));
    expect(inferredResult(inferred, 'y')).toEqual({ dtype: 'undefined', shape: undefined });
    expect(inferred.diagnostics.map((each) => each.message)).toEqual([
      'Operator com.microsoft.EPContext is not known (it holds a graph that is compiled for one device): its results have the types that the file states for them, if any.',
    ]);
    expect(inferred.nodes[0]?.macs).toBeUndefined();
  });
});

describe('multiply-accumulates of published com.microsoft operators', () => {
  const { n, s, t } = symbols;
  const macs = (name: string): number | undefined => {
    const model = runnable[name] ?? published[name]?.model;
    return model && inferBuilt(model, { ...symbols, c: 5 }).nodes[0]?.macs;
  };

  it('convolutions, recurrences and attention', () => {
    expect(macs('CausalConvWithState')).toBe(n * 4 * s * 3);
    // For each token and head: the update, what the state holds already, and the answer, 4 x 6 each.
    expect(macs('LinearAttention')).toBe(n * s * 2 * 3 * 4 * 6);
    // The plain rule looks nothing up before it adds.
    expect(macs('LinearAttention with a window of states')).toBe(n * s * 2 * 2 * 4 * 6);
    expect(macs('LinearAttention with more states than queries')).toBe(n * s * 2 * 3 * 4 * 6);
    expect(macs('GatedDeltaNet')).toBe(t * 6 * 3 * 4 * 5);
    expect(macs('DynamicQuantizeLSTM')).toBe(s * n * (5 * 16 + 4 * 16));
    const cell = s * n * (16 * (5 + 3) + 16 * 4);
    // Queries by their weights, the memory by its own, the score of each pair, and the sum of the memory.
    expect(macs('AttnLSTM')).toBe(cell + s * n * 4 * 6 + n * t * 3 * 6 + s * n * t * (6 + 3));
    expect(macs('MultiHeadAttention into a shared buffer')).toBe(n * 16 * (8 + 8));
    expect(macs('GroupQueryAttention with a cache longer than the text')).toBe(2 * 4 * 32);
    expect(macs('GroupQueryAttention with a cache that slides')).toBe(2 * 8 * 32);
    // Queries are projected; keys and values come from the cache, or are made from the text.
    expect(macs('DecoderAttention over another text, cached')).toBe(s * n * 64 + 2 * s * n * 8 * 5);
    expect(macs('DecoderAttention over its own text')).toBe(s * n * 64 + s * n * 128 + 2 * s * n * 8 * (s + 5));
  });

  it('products by weights of few bits', () => {
    expect(macs('MatMulFpQ4')).toBe(n * s * 32 * 5);
    expect(macs('MatMulBnb4')).toBe(n * s * 32 * 5);
    expect(macs('MatMulBnb4, weights not transposed')).toBe(n * 5 * 32);
    expect(macs('MatMulNBitsMlp')).toBe(2 * n * s * 32 * 5);
    expect(macs('MatMulNBitsQkv')).toBe(n * s * 32 * (24 + 8 + 8));
    expect(macs('MatMulBlockQuantizedFp4Weight')).toBe(n * 32 * 7);
    expect(macs('MatMulInteger16')).toBe(n * 5 * 7);
    // Two experts for each of twelve tokens, 16 x 8 in and 8 x 16 out; QMoE keeps two weights in a byte.
    expect(macs('MoE')).toBe(12 * 2 * 2 * 16 * 8);
    expect(macs('QMoE')).toBe(12 * 2 * 2 * 16 * 8);
    expect(macs('WordConvEmbedding')).toBe(n * (s - 2) * 7 * 3 * 5);
    expect(macs('ConvTransposeWithDynamicPads')).toBe(n * 4 * s * 5 * 3 * 9);
  });

  it('no number where only a run decides', () => {
    for (const name of ['GreedySearch', 'BeamSearch', 'PackedMultiHeadAttention', 'PagedAttention']) {
      expect(macs(name), name).toBeUndefined();
    }
  });
});
