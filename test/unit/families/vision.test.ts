import { describe, it } from 'vitest';
import { expectAsInRun } from '../../support/expectAsInRun';
import { GraphWriter } from '../../support/graphWriter';
import type { BuiltModel } from '../../support/onnxBuilder';

const image = (g: GraphWriter, channels = 3): string =>
  g.input('image', 'float32', ['batch', channels, 'height', 'width']);
const conv = (g: GraphWriter, x: string, from: number, to: number, kernel: number, stride = 1): string =>
  g.op('Conv', [x, g.weight(to, from, kernel, kernel)], {
    kernel_shape: [kernel, kernel],
    strides: [stride, stride],
    pads: new Array<number>(4).fill(Math.floor(kernel / 2)),
  });
const endOfAxis = 9223372036854775000;

/** U-Net: what comes up is padded by the difference to what went down, with the pads reordered as torch's exporter does it. */
function unet(): BuiltModel {
  const g = new GraphWriter();
  const down = g.op('Relu', [conv(g, image(g), 3, 4, 3)]);
  const pooled = g.op('MaxPool', [down], { kernel_shape: [2, 2], strides: [2, 2] });
  const up = g.op('ConvTranspose', [conv(g, pooled, 4, 8, 3), g.weight(8, 4, 2, 2)], {
    kernel_shape: [2, 2],
    strides: [2, 2],
  });
  const difference = (axis: number): string => g.op('Sub', [g.size(down, axis), g.size(up, axis)]);
  const [dy, dx] = [difference(2), difference(3)];
  const half = (x: string): string => g.op('Div', [x, g.ints(2)]);
  const pads = g.shape(half(dx), g.op('Sub', [dx, half(dx)]), half(dy), g.op('Sub', [dy, half(dy)]));
  // Zeros for the dimensions in front, then pairs in reverse order, begins before ends.
  const missing = g.op('Sub', [g.op('Mul', [g.op('Size', [g.op('Shape', [up])]), g.ints(2)]), g.op('Size', [pads])]);
  const zeros = g.op('ConstantOfShape', [g.op('Unsqueeze', [missing, g.ints([0])])], {
    value: { tensor: { dtype: 'int64', shape: [1], values: [0] } },
  });
  const pairs = g.op('Reshape', [g.op('Concat', [pads, zeros], { axis: 0 }), g.ints([-1, 2])]);
  const reversed = g.op('Slice', [pairs, g.ints([-1]), g.ints([-endOfAxis]), g.ints([0]), g.ints([-1])]);
  const ordered = g.op('Reshape', [g.op('Transpose', [reversed], { perm: [1, 0] }), g.ints([-1])]);
  const padded = g.op('Pad', [up, g.op('Cast', [ordered], { to: 7 }), g.floats(0)], { mode: 'constant' });
  conv(g, g.op('Concat', [down, padded], { axis: 1 }), 8, 2, 1);
  return g.model(13);
}

/** Shifted windows: the size is padded up to a multiple, rolled, cut into windows and put together again. */
function windows(): BuiltModel {
  const g = new GraphWriter();
  const side = 3;
  const x = g.input('x', 'float32', ['batch', 'height', 'width', 4]);
  const missing = (axis: number): string => {
    const size = g.size(x, axis);
    const rest = g.op('Mod', [size, g.ints(side)]);
    return g.op('Mod', [g.op('Sub', [g.ints(side), rest]), g.ints(side)]);
  };
  const pads = g.shape(0, 0, 0, 0, 0, missing(1), missing(2), 0);
  const padded = g.op('Pad', [x, pads]);
  const roll = (t: string, axis: number): string => {
    const head = g.op('Slice', [t, g.ints([-1]), g.ints([endOfAxis]), g.ints([axis]), g.ints([1])]);
    const tail = g.op('Slice', [t, g.ints([0]), g.ints([-1]), g.ints([axis]), g.ints([1])]);
    return g.op('Concat', [head, tail], { axis });
  };
  const rolled = roll(roll(padded, 1), 2);
  const count = (axis: number): string => g.op('Div', [g.size(rolled, axis), g.ints(side)]);
  const [batch, rows, columns] = [g.size(rolled, 0), count(1), count(2)];
  const grid = g.op('Reshape', [rolled, g.shape(batch, rows, side, columns, side, 4)]);
  const tokens = g.op('Reshape', [
    g.op('Transpose', [grid], { perm: [0, 1, 3, 2, 4, 5] }),
    g.ints([-1, side * side, 4]),
  ]);
  const mixed = g.op('MatMul', [tokens, g.weight(4, 4)]);
  const counted = g.op('Div', [g.size(mixed, 0), g.op('Mul', [rows, columns])]);
  const back = g.op('Reshape', [mixed, g.shape(counted, rows, columns, side, side, -1)]);
  const whole = g.op('Reshape', [
    g.op('Transpose', [back], { perm: [0, 1, 3, 2, 4, 5] }),
    g.shape(batch, g.op('Mul', [rows, g.ints(side)]), g.op('Mul', [columns, g.ints(side)]), 4),
  ]);
  const one = (t: string): string => g.op('Unsqueeze', [t, g.ints([0])]);
  const cropped = g.op('Slice', [whole, g.ints([0]), one(g.size(x, 1)), g.ints([1])]);
  g.op('Add', [x, g.op('Slice', [cropped, g.ints([0]), one(g.size(x, 2)), g.ints([2])])]);
  return g.model(13);
}

/** A detection head: three scales flattened and joined, anchors from ranges, the best few by TopK. */
function detector(opset: number): BuiltModel {
  const g = new GraphWriter();
  const features = [8, 16].map((_, index) => conv(g, image2(g, index), 3, 4, 3, index + 1));
  const flat = features.map((x) => {
    const shape = g.shape(g.size(x, 0), 2, 2, g.size(x, 2), g.size(x, 3));
    const cells = g.op('Transpose', [g.op('Reshape', [x, shape])], { perm: [0, 3, 4, 1, 2] });
    return g.op('Reshape', [cells, g.shape(g.size(x, 0), -1, 2)]);
  });
  const all = g.op('Concat', flat, { axis: 1 });
  // Grid points: x of every column, y of every row.
  const points = features.map((x) => {
    const range = (axis: number): string => g.op('Range', [g.ints(0), g.size(x, axis), g.ints(1)]);
    const target = g.shape(g.size(x, 2), g.size(x, 3));
    const across = g.op('Expand', [g.op('Unsqueeze', [range(3), g.ints([0])]), target]);
    const along = g.op('Expand', [g.op('Unsqueeze', [range(2), g.ints([1])]), target]);
    const pairs = g.op(
      'Concat',
      [across, along].map((t) => g.op('Unsqueeze', [t, g.ints([2])])),
      { axis: 2 },
    );
    return g.op('Reshape', [pairs, g.ints([-1, 2])]);
  });
  const anchors = g.op('Tile', [g.op('Cast', [g.op('Concat', points, { axis: 0 })], { to: 1 }), g.ints([2, 1])]);
  const boxes = g.op('Add', [all, g.op('Unsqueeze', [anchors, g.ints([0])])]);
  const scores = g.op('Squeeze', [
    g.op('Slice', [g.op('Sigmoid', [all]), g.ints([0]), g.ints([1]), g.ints([2])]),
    g.ints([2]),
  ]);
  // k = min(5, number of boxes), as a vector of one element.
  const least = g.op(
    'ReduceMin',
    [g.op('Concat', [g.ints([5]), g.op('Unsqueeze', [g.size(scores, 1), g.ints([0])])], { axis: 0 })],
    {
      keepdims: 0,
    },
  );
  const [, places = ''] = g.ops(2, 'TopK', [scores, g.op('Reshape', [least, g.ints([-1])])], { axis: 1 });
  const wide = g.op('Tile', [g.op('Unsqueeze', [places, g.ints([2])]), g.ints([1, 1, 2])]);
  const chosen = g.op('GatherElements', [boxes, wide], { axis: 1 });
  g.op('ReduceMax', [chosen], { keepdims: 0 });
  return g.model(opset);
}

function image2(g: GraphWriter, index: number): string {
  return g.input(`scale${index}`, 'float32', ['batch', 3, `height${index}`, `width${index}`]);
}

/** Upsampling as PyTorch writes it at opset 11 and 13: the size of another map, or scales computed from sizes. */
function pyramid(): BuiltModel {
  const g = new GraphWriter();
  const large = conv(g, image(g), 3, 4, 3);
  const small = g.op('AveragePool', [large], {
    kernel_shape: [3, 3],
    strides: [2, 2],
    pads: [1, 1, 1, 1],
    ceil_mode: 1,
  });
  const front = g.op('Slice', [g.op('Shape', [small]), g.ints([0]), g.ints([2]), g.ints([0])]);
  const back = g.op('Slice', [g.op('Shape', [large]), g.ints([2]), g.ints([4]), g.ints([0])]);
  const sizes = g.op('Concat', [front, g.op('Cast', [back], { to: 7 })], { axis: 0 });
  const nearest = g.op('Resize', [small, '', '', sizes], {
    mode: 'nearest',
    coordinate_transformation_mode: 'asymmetric',
  });
  g.op('Add', [large, nearest]);
  const doubled = g.op('Resize', [small, '', g.floats([1, 1, 2, 2])], { mode: 'linear' });
  // Cropped to the larger map again, from the middle.
  const height = g.size(large, 2);
  const start = g.op('Div', [g.op('Sub', [g.size(doubled, 2), height]), g.ints(2)]);
  const one = (t: string): string => g.op('Unsqueeze', [t, g.ints([0])]);
  g.op('Slice', [doubled, one(start), one(g.op('Add', [start, height])), g.ints([2])]);
  // Pixel shuffle by hand.
  const [b, h, w] = [g.size(large, 0), g.size(large, 2), g.size(large, 3)];
  const six = g.op('Reshape', [large, g.shape(b, 1, 2, 2, h, w)]);
  const turned = g.op('Transpose', [six], { perm: [0, 1, 4, 2, 5, 3] });
  g.op('Reshape', [turned, g.shape(b, 1, g.op('Mul', [h, g.ints(2)]), g.op('Mul', [w, g.ints(2)]))]);
  g.op('DepthToSpace', [large], { blocksize: 2 });
  return g.model(13);
}

/** Adaptive pooling over a size that is read from the tensor, squeeze-and-excitation, and a classifier on a flattened map. */
function classifier(opset: number): BuiltModel {
  const g = new GraphWriter();
  const x = conv(g, image(g), 3, 8, 7, 2);
  const pooled = g.op('GlobalAveragePool', [x]);
  const gate = g.op('Sigmoid', [conv(g, g.op('HardSwish', [conv(g, pooled, 8, 2, 1)]), 2, 8, 1)]);
  const scaled = g.op('Mul', [x, gate]);
  const mean = g.op('ReduceMean', [scaled], { axes: [2, 3], keepdims: 0 });
  const flat = g.op('Flatten', [pooled], { axis: 1 });
  const view = g.op('Reshape', [pooled, g.shape(g.size(pooled, 0), -1)]);
  g.op('Gemm', [flat, g.weight(5, 8), g.weight(5)], { transB: 1 });
  g.op('Softmax', [g.op('Add', [g.op('MatMul', [view, g.weight(8, 5)]), g.weight(5)])], { axis: 1 });
  g.op('LogSoftmax', [mean], { axis: -1 });
  // Shuffled channels: [n, 2, 4, h, w] turned and put together.
  const grouped = g.op('Reshape', [x, g.shape(g.size(x, 0), 2, 4, g.size(x, 2), g.size(x, 3))]);
  const shuffled = g.op('Reshape', [
    g.op('Transpose', [grouped], { perm: [0, 2, 1, 3, 4] }),
    g.shape(g.size(x, 0), -1, g.size(x, 2), g.size(x, 3)),
  ]);
  const [left = '', right = ''] = g.ops(2, 'Split', [shuffled], { axis: 1 });
  g.op('Concat', [left, g.op('Relu', [right])], { axis: 1 });
  return g.model(opset);
}

describe('vision models, every tensor against ONNX Runtime', () => {
  for (const [height, width] of [
    [16, 16],
    [17, 23],
    [9, 12],
  ] as const) {
    const symbols = { batch: 2, height, width };
    it(`U-Net over ${height}x${width}`, () => expectAsInRun(unet(), symbols));
    it(`windows over ${height}x${width}`, () => expectAsInRun(windows(), symbols));
    it(`pyramid over ${height}x${width}`, () => expectAsInRun(pyramid(), { batch: 1, height, width }));
    it(`classifier over ${height}x${width}`, () => expectAsInRun(classifier(14), symbols));
  }
  it('detector', () => expectAsInRun(detector(13), { batch: 1, height0: 4, width0: 5, height1: 6, width1: 7 }));
  it('detector with fewer boxes than it wants', () =>
    expectAsInRun(detector(13), { batch: 1, height0: 1, width0: 1, height1: 1, width1: 1 }));
});
