import { describe, it } from 'vitest';
import { expectAsInRun } from '../../support/expectAsInRun';
import { GraphWriter } from '../../support/graphWriter';
import type { BuiltModel } from '../../support/onnxBuilder';

const heads = 2;
const size = 4;
const width = heads * size;

/** A projection of the last dimension with a bias. */
function linear(g: GraphWriter, x: string, from: number, to: number): string {
  return g.op('Add', [g.op('MatMul', [x, g.weight(from, to)]), g.weight(to)]);
}

/**
 * A decoder with a cache as PyTorch's TorchScript exporter writes it: sizes read with Shape and Gather, the causal mask cut
 * out of a constant, everything in terms of `batch`, `seq` and `past`.
 */
function scriptedDecoder(opset: number): BuiltModel {
  const g = new GraphWriter();
  const ids = g.input('input_ids', 'int64', ['batch', 'seq']);
  const mask = g.input('attention_mask', 'int64', ['batch', 'past + seq']);
  const pastKey = g.input('past_key', 'float32', ['batch', heads, 'past', size]);
  const pastValue = g.input('past_value', 'float32', ['batch', heads, 'past', size]);
  const batch = g.size(ids, 0);
  const seq = g.size(ids, 1);
  const past = g.size(pastKey, -2);
  // Flattened ids, and positions from the length of the past on.
  const flat = g.op('Reshape', [ids, g.shape(-1, seq)]);
  const total = g.op('Add', [seq, past]);
  const range = g.op('Range', [past, total, g.ints(1)]);
  const positions = g.op('Reshape', [g.op('Unsqueeze', [range, g.ints([0])]), g.shape(-1, seq)]);
  const embedded = g.op('Add', [
    g.op('Gather', [g.weight(32, width), flat]),
    g.op('Gather', [g.weight(64, width), positions]),
  ]);
  // The mask: [batch, 1, 1, past + seq], added to the scores.
  const rows = g.op('Reshape', [mask, g.shape(batch, -1)]);
  const wide = g.op('Unsqueeze', [g.op('Unsqueeze', [rows, g.ints([1])]), g.ints([2])]);
  const penalty = g.op('Mul', [g.op('Sub', [g.floats(1), g.op('Cast', [wide], { to: 1 })]), g.floats(-10000)]);
  // One projection, split in three.
  const [q = '', k = '', v = ''] = g.ops(
    3,
    'Split',
    [linear(g, embedded, width, 3 * width), g.ints([width, width, width])],
    {
      axis: 2,
    },
  );
  const toHeads = (x: string): string => {
    const shape = g.shape(g.size(x, 0), g.size(x, 1), heads, g.op('Div', [g.size(x, -1), g.ints(heads)]));
    return g.op('Transpose', [g.op('Reshape', [x, shape])], { perm: [0, 2, 1, 3] });
  };
  const query = toHeads(q);
  const key = g.op('Concat', [pastKey, toHeads(k)], { axis: -2 });
  const value = g.op('Concat', [pastValue, toHeads(v)], { axis: -2 });
  const scores = g.op('Div', [g.op('MatMul', [query, g.op('Transpose', [key], { perm: [0, 1, 3, 2] })]), g.floats(2)]);
  // Rows `total - seq` to `total`, columns up to `total` of a constant triangle.
  const triangle = g.constant('uint8', [1, 1, 16, 16], new Array<number>(256).fill(1));
  const keys = g.size(key, -2);
  const start = g.op('Sub', [keys, g.size(query, -2)]);
  const one = (x: string): string => g.op('Unsqueeze', [x, g.ints([0])]);
  const cut = g.op('Slice', [triangle, one(start), one(keys), g.ints([2]), g.ints([1])]);
  const corner = g.op('Slice', [cut, g.ints([0]), one(keys), g.ints([3]), g.ints([1])]);
  const causal = g.op('Where', [g.op('Cast', [corner], { to: 9 }), scores, g.floats(-10000)]);
  const weights = g.op('Softmax', [g.op('Add', [causal, penalty])], { axis: 3 });
  const merged = g.op('Transpose', [g.op('MatMul', [weights, value])], { perm: [0, 2, 1, 3] });
  const shape = g.shape(g.size(merged, 0), g.size(merged, 1), g.op('Mul', [g.size(merged, -2), g.size(merged, -1)]));
  const hidden = linear(g, g.op('Reshape', [merged, shape]), width, width);
  // The last token's logits.
  const last = g.op('Slice', [hidden, g.ints([-1]), g.ints([9223372036854775000]), g.ints([1]), g.ints([1])]);
  g.op('MatMul', [g.op('Squeeze', [last, g.ints([1])]), g.weight(width, 32)]);
  g.op('ArgMax', [hidden], { axis: -1, keepdims: 0 });
  return g.model(opset);
}

/** Grouped attention with rotary positions as the dynamo exporter writes it: expanded keys, masks from comparisons of ranges. */
function tracedDecoder(opset: number): BuiltModel {
  const g = new GraphWriter();
  const shared = 1;
  const x = g.input('hidden', 'float32', ['batch', 'seq', width]);
  const pastKey = g.input('past_key', 'float32', ['batch', shared, 'past', size]);
  const positions = g.input('positions', 'int64', ['batch', 'seq']);
  const shapeOf = g.op('Shape', [x], { start: 0, end: 2 });
  const shapeTo = (count: number): string => g.op('Concat', [shapeOf, g.ints([count, size])], { axis: 0 });
  const project = (count: number): string =>
    g.op('Transpose', [g.op('Reshape', [g.op('MatMul', [x, g.weight(width, count * size)]), shapeTo(count)])], {
      perm: [0, 2, 1, 3],
    });
  // Angles: [batch, size / 2, 1] x [batch, 1, seq], transposed.
  const inverse = g.op(
    'Expand',
    [g.weight(1, size / 2, 1), g.op('Concat', [g.op('Shape', [x], { end: 1 }), g.ints([-1, 1])], { axis: 0 })].map(
      (name, index) => (index === 1 ? g.op('Abs', [name]) : name),
    ),
  );
  const angles = g.op(
    'Transpose',
    [g.op('MatMul', [inverse, g.op('Cast', [g.op('Unsqueeze', [positions, g.ints([1])])], { to: 1 })])],
    { perm: [0, 2, 1] },
  );
  const both = g.op('Concat', [angles, angles], { axis: -1 });
  const cos = g.op('Unsqueeze', [g.op('Cos', [both]), g.ints([1])]);
  const rotate = (t: string): string => {
    const half = size / 2;
    const low = g.op('Slice', [t, g.ints([0]), g.ints([half]), g.ints([3]), g.ints([1])]);
    const high = g.op('Slice', [t, g.ints([half]), g.ints([9223372036854775000]), g.ints([3]), g.ints([1])]);
    return g.op('Mul', [g.op('Concat', [g.op('Neg', [high]), low], { axis: -1 }), cos]);
  };
  const query = rotate(project(heads));
  const key = g.op('Concat', [pastKey, rotate(project(shared))], { axis: -2 });
  // Keys repeated for every group: [batch, shared, groups, keys, size] flattened.
  const groups = heads / shared;
  const keyShape = g.op('Shape', [key]);
  const parts = [0, 1, 2, 3].map((axis) => g.op('Slice', [keyShape, g.ints([axis]), g.ints([axis + 1]), g.ints([0])]));
  const target = g.op('Concat', [parts[0] ?? '', parts[1] ?? '', g.ints([groups]), parts[2] ?? '', parts[3] ?? ''], {
    axis: 0,
  });
  const expanded = g.op('Expand', [g.op('Unsqueeze', [key, g.ints([2])]), target]);
  const flat = g.op('Concat', [parts[0] ?? '', g.ints([-1]), parts[2] ?? '', parts[3] ?? ''], { axis: 0 });
  const repeated = g.op('Reshape', [expanded, flat]);
  // The causal mask: columns not beyond the position of the row.
  const pastLength = g.size(pastKey, 2);
  const sequence = g.size(x, 1);
  const total = g.op('Add', [pastLength, sequence]);
  const columns = g.op('Range', [g.ints(0), total, g.ints(1)]);
  const rows = g.op('Reshape', [g.op('Range', [pastLength, total, g.ints(1)]), g.ints([-1, 1])]);
  const hides = g.op('Greater', [columns, rows]);
  const blank = g.op('Expand', [g.floats(-1000), g.shape(sequence, total)]);
  const mask = g.op('Mul', [blank, g.op('Cast', [hides], { to: 1 })]);
  const mask4 = g.op('Expand', [
    g.op('Unsqueeze', [mask, g.ints([0, 1])]),
    g.op('Concat', [g.op('Shape', [x], { end: 1 }), g.ints([1, 1, 1])], { axis: 0 }),
  ]);
  const scores = g.op('MatMul', [query, g.op('Transpose', [repeated], { perm: [0, 1, 3, 2] })]);
  const cutMask = g.op('Slice', [
    mask4,
    g.ints([0]),
    g.op('Slice', [g.op('Shape', [repeated]), g.ints([2]), g.ints([3])]),
    g.ints([3]),
  ]);
  const weights = g.op('Softmax', [g.op('Add', [scores, cutMask])], { axis: -1 });
  const context = g.op('Transpose', [g.op('MatMul', [weights, repeated])], { perm: [0, 2, 1, 3] });
  g.op('Reshape', [context, g.op('Concat', [shapeOf, g.ints([-1])], { axis: 0 })]);
  return g.model(opset);
}

describe('decoders with a cache, every tensor against ONNX Runtime', () => {
  const symbols = { batch: 2, seq: 3, past: 5, 'past + seq': 8 };
  for (const opset of [13, 17]) it(`scripted, opset ${opset}`, () => expectAsInRun(scriptedDecoder(opset), symbols));
  it('scripted, first step', () => expectAsInRun(scriptedDecoder(14), { batch: 1, seq: 6, past: 0, 'past + seq': 6 }));
  it('traced, opset 18', () => expectAsInRun(tracedDecoder(18), symbols));
});
