import { describe, expect, it } from 'vitest';
import { expectAsInRun } from '../../support/expectAsInRun';
import { GraphWriter } from '../../support/graphWriter';
import { inferBuilt, inferredResult } from '../../support/inferBuilt';
import type { BuiltModel, BuiltTensor } from '../../support/onnxBuilder';
import { runModel } from '../../support/runBuilt';

const symbols = { n: 2, s: 5, h: 3 };
const scalar = (dtype: BuiltTensor['dtype']): BuiltTensor => ({ dtype, shape: [] });
const untyped = undefined;

/** A loop over steps of a sequence that collects hidden states, as tf2onnx and scripted PyTorch write recurrent cells. */
function steps(): BuiltModel {
  const g = new GraphWriter();
  const x = g.input('x', 'float32', ['s', 'n', 4]);
  const length = g.size(x, 0);
  const start = g.op('ConstantOfShape', [g.shape(g.size(x, 1), 3)]);
  const b = new GraphWriter('b');
  const now = b.op('Gather', [x, 'i'], { axis: 0 });
  const joined = b.op('Concat', [now, 'state'], { axis: 1 });
  const next = b.op('Tanh', [b.op('MatMul', [joined, b.weight(7, 3)])]);
  const score = b.op('ReduceSum', [next, b.ints([1])], { keepdims: 0 });
  const going = b.op('Identity', ['going']);
  const body = b.body([going, next, b.op('Identity', [next]), score], {
    i: scalar('int64'),
    going: scalar('bool'),
    state: untyped,
  });
  const [last = '', all = ''] = g.ops(3, 'Loop', [length, '', start], { body });
  g.op('Transpose', [all], { perm: [1, 0, 2] });
  g.op('Gemm', [last, g.weight(2, 3)], { transB: 1 });
  return g.model(13);
}

/** A state that grows in each of a known number of rounds. */
function growing(rounds: number): BuiltModel {
  const g = new GraphWriter();
  const x = g.input('x', 'float32', [1, 'n']);
  const b = new GraphWriter('b');
  const more = b.op('Concat', ['kept', x], { axis: 0 });
  const body = b.body([b.op('Identity', ['going']), more, b.op('Size', [more])], {
    i: scalar('int64'),
    going: scalar('bool'),
    kept: untyped,
  });
  g.ops(2, 'Loop', [g.ints(rounds), g.constant('bool', [], [1]), x], { body });
  return g.model(13);
}

/** Scans in both directions, over other axes than the first. */
function scans(
  directions: readonly number[],
  inputAxis: number,
  outputAxis: number,
  outputDirection: number,
): BuiltModel {
  const g = new GraphWriter();
  const shape = inputAxis === 0 ? ['s', 'n', 4] : ['n', 's', 4];
  const xs = directions.map((_, index) => g.input(`x${index}`, 'float32', shape));
  const batch = g.size(xs[0] ?? '', inputAxis === 0 ? 1 : 0);
  const start = g.op('ConstantOfShape', [g.shape(batch, 4)]);
  const b = new GraphWriter('b');
  const sum = directions.reduce((total, _, index) => b.op('Add', [total, `now${index}`]), 'state');
  const body = b.body([sum, b.op('Neg', [sum]), b.op('ReduceMax', [sum], { axes: [1], keepdims: 0 })], {
    state: untyped,
    ...Object.fromEntries(directions.map((_, index) => [`now${index}`, untyped])),
  });
  g.ops(3, 'Scan', [start, ...xs], {
    body,
    num_scan_inputs: directions.length,
    scan_input_directions: directions,
    scan_input_axes: directions.map(() => inputAxis),
    scan_output_axes: [outputAxis, 0],
    scan_output_directions: [outputDirection, 0],
  });
  return g.model(13);
}

/** Branches on what shapes say, the condition known once dimensions are. */
function branches(): BuiltModel {
  const g = new GraphWriter();
  const x = g.input('x', 'float32', ['n', 's', 4]);
  const isLong = g.op('Greater', [g.size(x, 1), g.ints(3)]);
  const long = new GraphWriter('l');
  const cut = long.op('Slice', [x, long.ints([0]), long.ints([3]), long.ints([1])]);
  const short = new GraphWriter('k');
  const same = short.op('Identity', [x]);
  const [chosen = ''] = g.ops(1, 'If', [isLong], {
    then_branch: long.body([cut]),
    else_branch: short.body([same]),
  });
  g.op('MatMul', [chosen, g.weight(4, 2)]);
  // A squeeze that scripted models guard: only where the dimension is one.
  const isOne = g.op('Equal', [g.size(x, 0), g.ints(1)]);
  const squeeze = new GraphWriter('q');
  const squeezed = squeeze.op('Squeeze', [x, squeeze.ints([0])]);
  const keep = new GraphWriter('r');
  const kept = keep.op('Identity', [x]);
  g.ops(1, 'If', [isOne], { then_branch: squeeze.body([squeezed]), else_branch: keep.body([kept]) });
  return g.model(13);
}

/** Sequences of parts, changed and joined again. */
function sequences(): BuiltModel {
  const g = new GraphWriter();
  const x = g.input('x', 'float32', ['n', 5, 4]);
  const parts = g.op('SplitToSequence', [x, g.ints([2, 3])], { axis: 1 });
  const first = g.op('SequenceAt', [parts, g.ints(0)]);
  const last = g.op('SequenceAt', [parts, g.ints(-1)]);
  const longer = g.op('SequenceInsert', [parts, g.op('Relu', [first])]);
  const joined = g.op('ConcatFromSequence', [longer], { axis: 1 });
  const shorter = g.op('SequenceErase', [longer, g.ints(1)]);
  const count = g.op('SequenceLength', [shorter]);
  const stacked = g.op('ConcatFromSequence', [shorter], { axis: 0, new_axis: 1 });
  const singles = g.op('SplitToSequence', [x], { axis: 1, keepdims: 0 });
  g.op('SequenceAt', [singles, g.ints(4)]);
  // As PyTorch's dynamo exporter writes `unbind`.
  const unbound = g.op('SplitToSequence', [x, g.ints(1)], { axis: 1, keepdims: 0 });
  g.op('SequenceAt', [unbound, g.ints(1)]);
  const kept = g.op('SplitToSequence', [x, g.ints([1, 1, 1, 1, 1])], { axis: 1, keepdims: 0 });
  g.op('SequenceAt', [kept, g.ints(1)]);
  const made = g.op('SequenceConstruct', [last, last]);
  g.op('ConcatFromSequence', [made], { axis: -1 });
  const chunks = g.op('SplitToSequence', [x, g.ints(2)], { axis: 1 });
  g.op('SequenceAt', [chunks, g.ints(2)]);
  g.op('Mul', [count, g.ints(2)]);
  g.op('Add', [stacked, stacked]);
  g.op('Neg', [joined]);
  return g.model(13, { except: [parts, longer, shorter, singles, made, chunks, unbound, kept] });
}

/** A loop that collects rows in a sequence, joined afterwards. */
function collecting(): BuiltModel {
  const g = new GraphWriter();
  const x = g.input('x', 'float32', [4, 'n']);
  const empty = g.op('SequenceEmpty', [], { dtype: 1 });
  const b = new GraphWriter('b');
  const row = b.op('Gather', [x, 'i'], { axis: 0 });
  const next = b.op('SequenceInsert', ['rows', b.op('Unsqueeze', [row, b.ints([0])])]);
  const body = b.body([b.op('Identity', ['going']), next], {
    i: scalar('int64'),
    going: scalar('bool'),
    rows: untyped,
  });
  const [rows = ''] = g.ops(1, 'Loop', [g.ints(4), g.constant('bool', [], [1]), empty], { body });
  const all = g.op('ConcatFromSequence', [rows], { axis: 0 });
  g.op('SequenceLength', [rows]);
  g.op('Relu', [all]);
  return g.model(13, { except: [empty, rows] });
}

/** Functions that call functions, with names that repeat outside. */
function functions(): BuiltModel {
  const inner = new GraphWriter('t');
  const scaled = inner.op('Mul', ['x', inner.floats(0.5)]);
  const outer = new GraphWriter('t');
  const [once = ''] = outer.ops(1, 'Halve', ['a'], {}, 'local');
  const turned = outer.op('Transpose', [once], { perm: [0, 2, 1] });
  const product = outer.op('MatMul', ['b', turned]);
  const g = new GraphWriter('t');
  const x = g.input('x', 'float32', ['n', 's', 4]);
  const y = g.input('y', 'float32', ['n', 'h', 4]);
  const [scores = '', half = ''] = g.ops(2, 'Scores', [x, y], {}, 'local');
  g.op('Softmax', [scores], { axis: -1 });
  g.op('Add', [half, x]);
  return g.model(15, {
    functions: [inner.function('Halve', ['x'], [scaled]), outer.function('Scores', ['a', 'b'], [product, once])],
  });
}

describe('control flow, sequences and functions, every tensor against ONNX Runtime', () => {
  it('a loop over steps', () => expectAsInRun(steps(), symbols));
  it('a state that grows', async () => {
    for (const rounds of [0, 1, 3]) {
      const model = growing(rounds);
      const inferred = inferBuilt(model, symbols);
      const [last = '', sizes = ''] = model.outputs ?? [];
      expect(inferredResult(inferred, sizes).shape).toEqual([rounds]);
      expect(inferred.tensors.get(last)?.shape?.[1]).toBe(2);
    }
  });
  for (const [directions, inputAxis, outputAxis, outputDirection] of [
    [[0], 0, 0, 0],
    [[0, 1], 0, 0, 1],
    [[1], 1, 1, 0],
    [[0, 0], 1, -1, 0],
  ] as const) {
    it(`a scan with directions ${directions} of axis ${inputAxis} onto axis ${outputAxis}`, () =>
      expectAsInRun(scans(directions, inputAxis, outputAxis, outputDirection), symbols));
  }
  it('branches, once it can be said which is taken', async () => {
    for (const sizes of [
      { n: 2, s: 5 },
      { n: 1, s: 2 },
    ]) {
      const run = await runModel(branches(), sizes);
      const inferred = inferBuilt(branches(), sizes);
      for (const [name, expected] of run) expect(inferredResult(inferred, name), name).toEqual(expected);
    }
    // Before, no node is to blame: the sizes are open until n and s are bound.
    const open = inferBuilt(branches());
    for (const [name, { shape }] of open.tensors) {
      for (const dim of shape ?? []) expect(typeof dim === 'number' ? undefined : dim.cause, name).toBeUndefined();
    }
  });
  it('sequences', () => expectAsInRun(sequences(), symbols));
  it('a loop that collects', () => expectAsInRun(collecting(), symbols));
  it('functions', () => expectAsInRun(functions(), symbols));
});
