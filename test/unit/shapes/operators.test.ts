import { describe, test } from 'vitest';
import { expectAsInRun } from '../../support/expectAsInRun';
import type { BuiltAttribute, BuiltModel, BuiltTensor } from '../../support/onnxBuilder';

/** Operators that move, make and compare tensors, against true runs in ONNX Runtime, with sizes and with symbols. */

const f = (...shape: (number | string)[]): BuiltTensor => ({ dtype: 'float32', shape });
const ints = (...values: number[]): BuiltTensor => ({ dtype: 'int64', shape: [values.length], values });
const scalar = (number: number): BuiltTensor => ({ dtype: 'int64', shape: [], values: [number] });

interface Case {
  readonly name: string;
  readonly op: string;
  readonly opset: number;
  readonly tensors: Readonly<Record<string, BuiltTensor>>;
  readonly attributes?: Readonly<Record<string, BuiltAttribute>>;
  readonly outputs?: number;
}

const symbols = { b: 2, s: 12, t: 5 };

const cases: Case[] = [
  { name: 'copies and infers', op: 'Reshape', opset: 14, tensors: { x: f('b', 's', 8), to: ints(0, -1, 4) } },
  { name: 'drops an axis', op: 'Reshape', opset: 13, tensors: { x: f('b', 's', 8), to: ints(-1, 8) } },
  {
    name: 'takes 0 as 0',
    op: 'Reshape',
    opset: 14,
    tensors: { x: f(0, 's'), to: ints(3, 0, 4) },
    attributes: { allowzero: { int: 1 } },
  },
  {
    name: 'from the back',
    op: 'Flatten',
    opset: 13,
    tensors: { x: f('b', 's', 3, 4) },
    attributes: { axis: { int: -1 } },
  },
  { name: 'of nothing', op: 'Flatten', opset: 13, tensors: { x: f('b', 's') }, attributes: { axis: { int: 0 } } },
  {
    name: 'axes as attribute',
    op: 'Squeeze',
    opset: 11,
    tensors: { x: f('b', 1, 's', 1) },
    attributes: { axes: { ints: [1, -1] } },
  },
  { name: 'an empty list of axes', op: 'Squeeze', opset: 13, tensors: { x: f(1, 3, 1), axes: ints() } },
  { name: 'axes as input', op: 'Squeeze', opset: 13, tensors: { x: f('b', 1, 's'), axes: ints(-2) } },
  { name: 'unsorted axes', op: 'Unsqueeze', opset: 13, tensors: { x: f('b', 's'), axes: ints(3, 0) } },
  {
    name: 'axes as attribute',
    op: 'Unsqueeze',
    opset: 11,
    tensors: { x: f('b', 's') },
    attributes: { axes: { ints: [1] } },
  },
  { name: 'reverses', op: 'Transpose', opset: 13, tensors: { x: f('b', 's', 3) } },
  {
    name: 'permutes',
    op: 'Transpose',
    opset: 13,
    tensors: { x: f('b', 's', 3) },
    attributes: { perm: { ints: [1, 2, 0] } },
  },
  { name: 'both ways', op: 'Expand', opset: 13, tensors: { x: f('b', 1, 3), to: ints(4, 1, 5, 1) } },
  { name: 'per axis', op: 'Tile', opset: 13, tensors: { x: f('b', 's', 3), n: ints(1, 2, 3) } },
  {
    name: 'adds up',
    op: 'Concat',
    opset: 13,
    tensors: { x: f('b', 's'), y: f('b', 't'), z: f('b', 3) },
    attributes: { axis: { int: -1 } },
  },
  {
    name: 'equal parts',
    op: 'Split',
    opset: 11,
    tensors: { x: f('b', 's') },
    attributes: { axis: { int: 1 } },
    outputs: 3,
  },
  {
    name: 'sizes as attribute',
    op: 'Split',
    opset: 11,
    tensors: { x: f('s', 9) },
    attributes: { axis: { int: 1 }, split: { ints: [2, 7] } },
    outputs: 2,
  },
  {
    name: 'sizes as input',
    op: 'Split',
    opset: 13,
    tensors: { x: f('s', 9), n: ints(4, 5) },
    attributes: { axis: { int: -1 } },
    outputs: 2,
  },
  {
    name: 'a smaller last part',
    op: 'Split',
    opset: 18,
    tensors: { x: f(7, 's') },
    attributes: { num_outputs: { int: 3 } },
    outputs: 3,
  },
  {
    name: 'attributes',
    op: 'Slice',
    opset: 9,
    tensors: { x: f('b', 's') },
    attributes: { starts: { ints: [1, -4] }, ends: { ints: [2, 9999] } },
  },
  {
    name: 'steps',
    op: 'Slice',
    opset: 13,
    tensors: { x: f('b', 's'), a: ints(1), z: ints(-1), axes: ints(1), step: ints(2) },
  },
  {
    name: 'backwards',
    op: 'Slice',
    opset: 13,
    tensors: { x: f('b', 's'), a: ints(-1), z: ints(-9223372036854775000), axes: ints(1), step: ints(-3) },
  },
  {
    name: 'backwards between',
    op: 'Slice',
    opset: 13,
    tensors: { x: f('b', 's'), a: ints(10), z: ints(1), axes: ints(-1), step: ints(-2) },
  },
  {
    name: 'beyond the end',
    op: 'Slice',
    opset: 13,
    tensors: { x: f('b', 's'), a: ints(0), z: ints(2 ** 62), axes: ints(0) },
  },
  { name: 'nothing left', op: 'Slice', opset: 13, tensors: { x: f('b', 's'), a: ints(5), z: ints(3), axes: ints(1) } },
  {
    name: 'attributes',
    op: 'Pad',
    opset: 10,
    tensors: { x: f('b', 's') },
    attributes: { pads: { ints: [0, 1, 2, 3] } },
  },
  { name: 'input', op: 'Pad', opset: 13, tensors: { x: f('b', 's'), pads: ints(1, 0, 0, 4) } },
  {
    name: 'one index',
    op: 'Gather',
    opset: 13,
    tensors: { x: f('b', 's', 3), i: scalar(1) },
    attributes: { axis: { int: -1 } },
  },
  {
    name: 'a matrix of indices',
    op: 'Gather',
    opset: 13,
    tensors: { x: f('b', 's'), i: { dtype: 'int64', shape: ['t', 3] } },
  },
  {
    name: 'by index',
    op: 'GatherElements',
    opset: 13,
    tensors: { x: f('b', 's'), i: { dtype: 'int64', shape: ['b', 't'] } },
    attributes: { axis: { int: 1 } },
  },
  {
    name: 'with a batch',
    op: 'GatherND',
    opset: 13,
    tensors: { x: f('b', 's', 3), i: { dtype: 'int64', shape: ['b', 't', 1] } },
    attributes: { batch_dims: { int: 1 } },
  },
  { name: 'blocks', op: 'GatherND', opset: 13, tensors: { x: f('b', 's', 3), i: { dtype: 'int64', shape: ['t', 2] } } },
  {
    name: 'keeps the data',
    op: 'ScatterND',
    opset: 16,
    tensors: { x: f('b', 's'), i: { dtype: 'int64', shape: ['t', 1] }, u: f('t', 's') },
  },
  {
    name: 'a new last axis',
    op: 'OneHot',
    opset: 11,
    tensors: {
      x: { dtype: 'int64', shape: ['b', 's'] },
      d: scalar(6),
      v: { dtype: 'float32', shape: [2], values: [0, 1] },
    },
  },
  { name: 'numbers', op: 'Range', opset: 11, tensors: { a: scalar(2), z: scalar(11), d: scalar(3) } },
  { name: 'backwards', op: 'Range', opset: 11, tensors: { a: scalar(9), z: scalar(-2), d: scalar(-4) } },
  {
    name: 'a part of the shape',
    op: 'Shape',
    opset: 15,
    tensors: { x: f('b', 's', 3) },
    attributes: { start: { int: 1 }, end: { int: -1 } },
  },
  { name: 'elements', op: 'Size', opset: 13, tensors: { x: f('b', 's', 3) } },
  {
    name: 'blocks to channels',
    op: 'SpaceToDepth',
    opset: 13,
    tensors: { x: f('b', 3, 's', 8) },
    attributes: { blocksize: { int: 2 } },
  },
  {
    name: 'channels to blocks',
    op: 'DepthToSpace',
    opset: 13,
    tensors: { x: f('b', 8, 's', 3) },
    attributes: { blocksize: { int: 2 } },
  },
  { name: 'keeps the shape', op: 'Trilu', opset: 14, tensors: { x: f('b', 's', 3) } },
  { name: 'sizes as input', op: 'HannWindow', opset: 17, tensors: { n: scalar(9) } },
  {
    name: 'broadcasts three',
    op: 'Where',
    opset: 16,
    tensors: { c: { dtype: 'bool', shape: ['s', 1] }, x: f('b', 1, 4), y: f(1) },
  },
  { name: 'broadcasts many', op: 'Max', opset: 13, tensors: { x: f('b', 1), y: f('s'), z: f(1, 1) } },
  { name: 'compares', op: 'GreaterOrEqual', opset: 16, tensors: { x: f('b', 's'), y: f('s') } },
  { name: 'mask as well', op: 'Dropout', opset: 13, tensors: { x: f('b', 's') }, outputs: 2 },
  { name: 'to a type', op: 'Cast', opset: 13, tensors: { x: f('b', 's') }, attributes: { to: { int: 7 } } },
  { name: 'a matrix like', op: 'EyeLike', opset: 9, tensors: { x: f('b', 's') }, attributes: { dtype: { int: 6 } } },
  { name: 'like another', op: 'RandomNormalLike', opset: 1, tensors: { x: f('b', 's') } },
  {
    name: 'samples',
    op: 'Multinomial',
    opset: 7,
    tensors: { x: f('b', 's') },
    attributes: { sample_size: { int: 5 } },
  },
];

function built(each: Case): BuiltModel {
  const outputs = Array.from({ length: each.outputs ?? 1 }, (_, index) => `out${index}`);
  const node = { op: each.op, inputs: Object.keys(each.tensors), outputs, attributes: each.attributes ?? {} };
  return { opset: each.opset, tensors: each.tensors, nodes: [node] };
}

describe('operators that move, make and compare', () => {
  test.each(cases)('$op (opset $opset): $name', async (each) => {
    await expectAsInRun(built(each), symbols);
  });

  test('shape arithmetic as exporters write it folds away', async () => {
    await expectAsInRun(
      {
        opset: 13,
        tensors: {
          x: f('b', 's', 8),
          zero: ints(0),
          one: ints(1),
          two: ints(2),
          minus: ints(-1),
          axis: ints(0),
          repeats: ints(1, 3, 1),
          half: { dtype: 'float32', shape: [1], values: [0.5] },
        },
        nodes: [
          { op: 'Shape', inputs: ['x'], outputs: ['dims'] },
          { op: 'Gather', inputs: ['dims', 'zero'], outputs: ['batch'] },
          { op: 'Slice', inputs: ['dims', 'one', 'two', 'axis'], outputs: ['length'] },
          { op: 'Mul', inputs: ['length', 'two'], outputs: ['double'] },
          { op: 'Add', inputs: ['double', 'length'], outputs: ['triple'] },
          { op: 'Concat', inputs: ['batch', 'minus', 'triple'], outputs: ['target'], attributes: { axis: { int: 0 } } },
          { op: 'Tile', inputs: ['x', 'repeats'], outputs: ['tiled'] },
          { op: 'Reshape', inputs: ['tiled', 'target'], outputs: ['shaped'] },
          { op: 'Equal', inputs: ['target', 'minus'], outputs: ['is'] },
          { op: 'Where', inputs: ['is', 'one', 'target'], outputs: ['full'] },
          { op: 'ConstantOfShape', inputs: ['full'], outputs: ['made'] },
          { op: 'Cast', inputs: ['length'], outputs: ['real'], attributes: { to: { int: 1 } } },
          { op: 'Mul', inputs: ['real', 'half'], outputs: ['halved'] },
          { op: 'Floor', inputs: ['halved'], outputs: ['whole'] },
          { op: 'Cast', inputs: ['whole'], outputs: ['count'], attributes: { to: { int: 7 } } },
          { op: 'Slice', inputs: ['x', 'zero', 'count', 'one'], outputs: ['front'] },
          { op: 'Expand', inputs: ['half', 'full'], outputs: ['wide'] },
        ],
        outputs: ['shaped', 'made', 'front', 'wide'],
      },
      symbols,
    );
  });
});
