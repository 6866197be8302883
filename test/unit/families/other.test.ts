import { describe, expect, it } from 'vitest';
import { expectAsInRun } from '../../support/expectAsInRun';
import { GraphWriter } from '../../support/graphWriter';
import { inferBuilt } from '../../support/inferBuilt';
import type { BuiltModel } from '../../support/onnxBuilder';

const endOfAxis = 2147483647;

/** tf2onnx: transposes around every convolution, strided slices as Slice and Squeeze, sizes packed in int32. */
function converted(opset: number): BuiltModel {
  const g = new GraphWriter();
  const x = g.input('serving_default_input:0', 'float32', ['unk__1', 'unk__2', 'unk__3', 3]);
  const first = g.op('Transpose', [x], { perm: [0, 3, 1, 2] });
  const conv = g.op('Conv', [first, g.weight(8, 3, 3, 3)], {
    auto_pad: 'SAME_UPPER',
    strides: [2, 2],
    kernel_shape: [3, 3],
  });
  const back = g.op('Transpose', [g.op('Clip', [conv, g.floats(0), g.floats(6)])], { perm: [0, 2, 3, 1] });
  const shape = g.op('Cast', [g.op('Shape', [back])], { to: 6 });
  const part = (from: number, to: number): string => g.op('Slice', [shape, g.ints([from]), g.ints([to]), g.ints([0])]);
  const height = g.op('Squeeze', [part(1, 2), g.ints([0])]);
  const doubled = g.op('Mul', [part(1, 3), g.constant('int32', [2], [2, 2])]);
  const sizes = g.op(
    'Concat',
    [g.op('Slice', [g.op('Shape', [conv]), g.ints([0]), g.ints([2]), g.ints([0])]), g.op('Cast', [doubled], { to: 7 })],
    { axis: 0 },
  );
  g.op('Resize', [conv, '', '', sizes], { mode: 'linear', coordinate_transformation_mode: 'half_pixel' });
  const packed = g.op('Concat', [g.op('Unsqueeze', [height, g.ints([0])]), g.constant('int32', [1], [-1])], {
    axis: 0,
  });
  g.op('Reshape', [back, g.op('Concat', [g.op('Cast', [part(0, 1)], { to: 7 }), g.ints([-1, 8])], { axis: 0 })]);
  g.op('Cast', [packed], { to: 7 });
  // Global pooling as a mean, and a dense layer on what is left.
  const mean = g.op('Squeeze', [g.op('GlobalAveragePool', [conv]), g.ints([2, 3])]);
  g.op('Add', [g.op('MatMul', [mean, g.weight(8, 4)]), g.weight(4)]);
  // Space to batch, pooling with ceil, depthwise.
  g.op('Conv', [conv, g.weight(8, 1, 3, 3)], { group: 8, dilations: [2, 2], pads: [2, 2, 2, 2], kernel_shape: [3, 3] });
  g.op('MaxPool', [conv], { kernel_shape: [3, 3], strides: [2, 2], auto_pad: 'SAME_LOWER' });
  return g.model(opset);
}

/** Speech: frames of a signal by a strided convolution, positions cut to its length, attention over time, both directions. */
function speech(): BuiltModel {
  const g = new GraphWriter();
  const wave = g.input('wave', 'float32', ['batch', 'samples']);
  const framed = g.op('Conv', [g.op('Unsqueeze', [wave, g.ints([1])]), g.weight(10, 1, 16)], {
    strides: [4],
    kernel_shape: [16],
  });
  const [real = '', imaginary = ''] = g.ops(2, 'Split', [framed, g.ints([5, 5])], { axis: 1 });
  const power = g.op('Sqrt', [g.op('Add', [g.op('Mul', [real, real]), g.op('Mul', [imaginary, imaginary])])]);
  const down = g.op('Conv', [power, g.weight(8, 5, 3)], { strides: [2], pads: [1, 1], kernel_shape: [3] });
  const tokens = g.op('Transpose', [g.op('Gelu', [down])], { perm: [0, 2, 1] });
  const length = g.op('Slice', [g.op('Shape', [tokens]), g.ints([1]), g.ints([2])]);
  const cut = g.op('Slice', [g.weight(64, 8), g.ints([0]), length, g.ints([0])]);
  const placed = g.op('Add', [tokens, cut]);
  const time = g.op('Transpose', [placed], { perm: [1, 0, 2] });
  const [, last = ''] = g.ops(3, 'LSTM', [time, g.weight(2, 12, 8), g.weight(2, 12, 3)], {
    hidden_size: 3,
    direction: 'bidirectional',
  });
  g.op('Reshape', [g.op('Transpose', [last], { perm: [1, 0, 2] }), g.ints([0, -1])]);
  const [all = ''] = g.ops(2, 'GRU', [time, g.weight(1, 9, 8), g.weight(1, 9, 3)], {
    hidden_size: 3,
    linear_before_reset: 1,
  });
  g.op('Squeeze', [all, g.ints([1])]);
  // Relative positions: a table is cut around the middle, and one step is shifted by a pad and a reshape.
  const steps = g.size(placed, 1);
  const scores = g.op('MatMul', [placed, g.op('Transpose', [placed], { perm: [0, 2, 1] })]);
  const padded = g.op('Pad', [scores, g.ints([0, 0, 1, 0, 0, 0])]);
  const batch = g.size(placed, 0);
  const shifted = g.op('Reshape', [padded, g.shape(batch, g.op('Add', [steps, g.ints(1)]), steps)]);
  const rest = g.op('Slice', [shifted, g.ints([1]), g.ints([endOfAxis]), g.ints([1])]);
  g.op('Reshape', [rest, g.op('Shape', [scores])]);
  g.op('STFT', [g.op('Unsqueeze', [wave, g.ints([-1])]), g.ints(4), g.weight(16), g.ints(16)]);
  return g.model(20);
}

/** Quantized with QuantizeLinear and DequantizeLinear around every operator, weights per channel. */
function quantizedPairs(): BuiltModel {
  const g = new GraphWriter();
  const scale = (): string => g.floats(0.1);
  const zero = (): string => g.constant('uint8', [], [128]);
  const pair = (t: string): string => {
    const [s, z] = [scale(), zero()];
    return g.op('DequantizeLinear', [g.op('QuantizeLinear', [t, s, z]), s, z]);
  };
  const weights = (...shape: readonly number[]): string => {
    const count = shape.reduce((product, dim) => product * dim, 1);
    const bytes = g.constant('int8', shape, new Array<number>(count).fill(1));
    const channels = shape[0] ?? 1;
    const s = g.floats(new Array<number>(channels).fill(0.1));
    return g.op('DequantizeLinear', [bytes, s, g.constant('int8', [channels], new Array<number>(channels).fill(0))], {
      axis: 0,
    });
  };
  const x = pair(g.input('x', 'float32', ['batch', 3, 'height', 'width']));
  const conv = pair(g.op('Relu', [g.op('Conv', [x, weights(4, 3, 3, 3)], { pads: [1, 1, 1, 1], strides: [2, 2] })]));
  const pooled = pair(g.op('GlobalAveragePool', [conv]));
  const flat = pair(g.op('Flatten', [pooled]));
  g.op('Gemm', [flat, weights(5, 4)], { transB: 1 });
  const [bytes = '', s = '', z = ''] = g.ops(3, 'DynamicQuantizeLinear', [flat]);
  const product = g.op('MatMulInteger', [bytes, g.constant('int8', [4, 6], new Array<number>(24).fill(1)), z]);
  g.op('Mul', [g.op('Cast', [product], { to: 1 }), s]);
  return g.model(13);
}

/** Quantized with operators on bytes. */
function quantizedOperators(): BuiltModel {
  const g = new GraphWriter();
  const s = (): string => g.floats(0.1);
  const z = (): string => g.constant('uint8', [], [128]);
  const x = g.op('QuantizeLinear', [g.input('x', 'float32', ['batch', 3, 'height', 'width']), s(), z()]);
  const w = g.constant('uint8', [4, 3, 3, 3], new Array<number>(108).fill(1));
  const conv = g.op('QLinearConv', [x, s(), z(), w, s(), z(), s(), z()], { pads: [1, 1, 1, 1], kernel_shape: [3, 3] });
  const [sum = ''] = g.ops(1, 'QLinearAdd', [conv, s(), z(), conv, s(), z(), s(), z()], {}, 'com.microsoft');
  const [pooled = ''] = g.ops(1, 'QLinearGlobalAveragePool', [sum, s(), z(), s(), z()], {}, 'com.microsoft');
  const [joined = ''] = g.ops(
    1,
    'QLinearConcat',
    [s(), z(), pooled, s(), z(), pooled, s(), z()],
    { axis: 1 },
    'com.microsoft',
  );
  const flat = g.op('Reshape', [joined, g.ints([0, -1])]);
  const product = g.op('QLinearMatMul', [
    flat,
    s(),
    z(),
    g.constant('uint8', [8, 5], new Array<number>(40).fill(1)),
    s(),
    z(),
    s(),
    z(),
  ]);
  g.op('DequantizeLinear', [product, s(), z()]);
  g.op('MaxPool', [conv], { kernel_shape: [2, 2], strides: [2, 2] });
  return g.model(12, { domains: { 'com.microsoft': 1 } });
}

/** A sentence encoder: ids, masks in several forms, heads put together with Einsum and with Reshape, pooled over the mask. */
function encoder(): BuiltModel {
  const g = new GraphWriter();
  const ids = g.input('ids', 'int64', ['batch', 'seq']);
  const mask = g.input('mask', 'int64', ['batch', 'seq']);
  const kinds = g.op('ConstantOfShape', [g.op('Shape', [ids])], {
    value: { tensor: { dtype: 'int64', shape: [1], values: [0] } },
  });
  const seq = g.size(ids, 1);
  const positions = g.op('Slice', [
    g.constant(
      'int64',
      [1, 32],
      Array.from({ length: 32 }, (_, index) => index),
    ),
    g.ints([0]),
    g.op('Unsqueeze', [seq, g.ints([0])]),
    g.ints([1]),
  ]);
  const table = (): string => g.weight(64, 8);
  const x = g.op('Add', [
    g.op('Add', [g.op('Gather', [table(), ids]), g.op('Gather', [table(), kinds])]),
    g.op('Gather', [table(), positions]),
  ]);
  const normed = g.op('LayerNormalization', [x, g.weight(8), g.weight(8)]);
  const heads = (t: string): string => g.op('Reshape', [g.op('MatMul', [t, g.weight(8, 8)]), g.ints([0, 0, 2, 4])]);
  const [q, k, v] = [heads(normed), heads(normed), heads(normed)];
  const scores = g.op('Einsum', [q, k], { equation: 'bqhd,bkhd->bhqk' });
  const extended = g.op('Unsqueeze', [mask, g.ints([1, 2])]);
  const wide = g.op('Expand', [
    extended,
    g.op('Concat', [g.op('Shape', [mask], { end: 1 }), g.ints([1]), g.op('Shape', [ids], { start: 1 }), g.ints([1])], {
      axis: 0,
    }),
  ]);
  const hides = g.op('Equal', [wide, g.ints(0)]);
  const masked = g.op('Where', [hides, g.floats(-1000), scores]);
  const context = g.op('Einsum', [g.op('Softmax', [masked]), v], { equation: 'bhqk,bkhd->bqhd' });
  const merged = g.op('Reshape', [
    context,
    g.op('Concat', [g.op('Shape', [context], { end: 2 }), g.ints([-1])], { axis: 0 }),
  ]);
  const hidden = g.op('Add', [normed, g.op('MatMul', [merged, g.weight(8, 8)])]);
  // The mean over what the mask keeps, and the first token.
  const keep = g.op('Cast', [g.op('Expand', [g.op('Unsqueeze', [mask, g.ints([-1])]), g.op('Shape', [hidden])])], {
    to: 1,
  });
  const summed = g.op('ReduceSum', [g.op('Mul', [hidden, keep]), g.ints([1])], { keepdims: 0 });
  g.op('Div', [summed, g.op('Clip', [g.op('ReduceSum', [keep, g.ints([1])], { keepdims: 0 }), g.floats(1e-9)])]);
  g.op('Gather', [hidden, g.ints(0)], { axis: 1 });
  const cumulative = g.op('CumSum', [mask, g.ints(1)]);
  g.op('Mul', [cumulative, mask]);
  g.op('Trilu', [g.op('Expand', [g.floats(1), g.shape(seq, seq)]), g.ints(0)], { upper: 0 });
  g.op('OneHot', [ids, g.ints(7), g.floats([0, 1])], { axis: -1 });
  return g.model(17);
}

/** Before opset 7: broadcasting by attribute, Reshape by attribute, BatchNormalization in test mode, initializers as inputs. */
function ancient(): BuiltModel {
  const g = new GraphWriter();
  const x = g.input('data_0', 'float32', [1, 3, 12, 12]);
  const conv = g.op('Conv', [x, g.weight(4, 3, 3, 3), g.weight(4)], {
    kernel_shape: [3, 3],
    strides: [2, 2],
    pads: [1, 1, 1, 1],
  });
  const normed = g.op('BatchNormalization', [conv, g.weight(4), g.weight(4), g.weight(4), g.weight(4)], {
    epsilon: { float: 1e-5 },
  });
  const pooled = g.op('MaxPool', [g.op('Relu', [normed])], { kernel_shape: [3, 3], strides: [2, 2] });
  const local = g.op('LRN', [pooled], { size: 5 });
  const [dropped = ''] = g.ops(2, 'Dropout', [local], { ratio: { float: 0.5 } });
  const flat = g.op('Reshape', [dropped, g.ints([1, -1])]);
  const dense = g.op('Gemm', [flat, g.weight(5, 16), g.weight(5)], {
    transB: 1,
    alpha: { float: 1 },
    beta: { float: 1 },
  });
  g.op('Softmax', [dense], { axis: 1 });
  g.op('Concat', [pooled, pooled], { axis: 1 });
  g.op('Pad', [x], { pads: [0, 0, 1, 1, 0, 0, 1, 1], mode: 'constant' });
  g.op('Upsample', [pooled], { scales: { floats: [1, 1, 2, 2] }, mode: 'nearest' });
  g.op('Slice', [x], { starts: [1, 2], ends: [9, -1], axes: [1, 2] });
  return g.model(8, { irVersion: 3 });
}

describe('other families, every tensor against ONNX Runtime', () => {
  it('converted from TensorFlow', async () => {
    for (const [height, width] of [
      [8, 8],
      [9, 13],
    ] as const) {
      await expectAsInRun(converted(13), { unk__1: 2, unk__2: height, unk__3: width });
    }
  });
  it('speech', async () => {
    await expectAsInRun(speech(), { batch: 2, samples: 100 });
    await expectAsInRun(speech(), { batch: 1, samples: 67 });
  });
  it('quantized by pairs', () => expectAsInRun(quantizedPairs(), { batch: 2, height: 7, width: 8 }));
  it('quantized operators', () => expectAsInRun(quantizedOperators(), { batch: 1, height: 7, width: 8 }));
  it('sentence encoder', () => expectAsInRun(encoder(), { batch: 2, seq: 5 }));
  it('from before opset 9', () => expectAsInRun(ancient()));
  it('nothing is blamed on a node where bindings settle it', () => {
    for (const model of [converted(13), speech(), quantizedPairs(), encoder()]) {
      for (const { shape } of inferBuilt(model).tensors.values()) {
        for (const dim of shape ?? []) expect(typeof dim === 'number' ? undefined : dim.cause).toBeUndefined();
      }
    }
  });
});
