import { describe, expect, it } from 'vitest';
import { expectAsInRun } from '../../support/expectAsInRun';
import { GraphWriter } from '../../support/graphWriter';
import { inferBuilt, inferredResult } from '../../support/inferBuilt';
import type { BuiltModel, BuiltTensor } from '../../support/onnxBuilder';
import { runModel } from '../../support/runBuilt';

const scalar = (dtype: BuiltTensor['dtype']): BuiltTensor => ({ dtype, shape: [] });
const loopInputs = { i: scalar('int64'), going: scalar('bool') };

/** A scripted loop that appends to a list in either branch, stacked afterwards. */
function appendInBranches(): BuiltModel {
  const g = new GraphWriter();
  const x = g.input('x', 'float32', ['n', 's', 4]);
  const b = new GraphWriter('b');
  const row = b.op('Gather', [x, 'i'], { axis: 0 });
  const isLarge = b.op('Greater', [b.op('ReduceSum', [row], { keepdims: 0 }), b.floats(1)]);
  const [yes, no] = [new GraphWriter('y'), new GraphWriter('z')];
  const [list = ''] = b.ops(1, 'If', [isLarge], {
    then_branch: yes.body([yes.op('SequenceInsert', ['rows', row])]),
    else_branch: no.body([no.op('SequenceInsert', ['rows', no.op('Neg', [row])])]),
  });
  const body = b.body([b.op('Identity', ['going']), list], { ...loopInputs, rows: undefined });
  const empty = g.op('SequenceEmpty', [], { dtype: 1 });
  const [rows = ''] = g.ops(1, 'Loop', [g.size(x, 0), g.constant('bool', [], [1]), empty], { body });
  g.op('ConcatFromSequence', [rows], { axis: 0, new_axis: 1 });
  return g.model(13, { except: [empty, rows, list] });
}

/** How PyTorch writes repeat_interleave: parts of the tensor and of the repeats, taken one by one. */
function repeatInterleave(): BuiltModel {
  const g = new GraphWriter();
  const x = g.input('x', 'float32', ['n', 'h', 3]);
  const size = g.op('Unsqueeze', [g.size(x, 1), g.ints([0])]);
  const repeats = g.op('Expand', [g.ints(2), size]);
  const ones = g.op('ConstantOfShape', [g.op('Shape', [repeats])], {
    value: { tensor: { dtype: 'int64', shape: [1], values: [1] } },
  });
  const counts = g.op('SplitToSequence', [repeats, ones], { axis: 0 });
  const parts = g.op('SplitToSequence', [x, ones], { axis: 1 });
  const b = new GraphWriter('b');
  const part = b.op('Unsqueeze', [b.op('SequenceAt', [parts, 'i']), b.ints([2])]);
  const target = b.op('Concat', [b.ints([-1, 1]), b.op('SequenceAt', [counts, 'i']), b.ints([-1])], { axis: 0 });
  const same = b.op('Equal', [target, b.ints([-1, -1, -1, -1])]);
  const repeated = b.op('Expand', [part, b.op('Where', [same, b.ints([1, 1, 1, 1]), target])]);
  const flat = b.op('Reshape', [repeated, b.ints([0, -1, 3])]);
  const body = b.body([b.op('Identity', ['going']), b.op('SequenceInsert', ['rows', flat])], {
    ...loopInputs,
    rows: undefined,
  });
  const empty = g.op('SequenceEmpty', [], { dtype: 1 });
  const [rows = ''] = g.ops(1, 'Loop', [size, g.constant('bool', [], [1]), empty], { body });
  g.op('ConcatFromSequence', [rows], { axis: 1 });
  return g.model(13, { except: [counts, parts, empty, rows] });
}

/** Parts of an axis of open size: how many there are follows from it. */
function openParts(): BuiltModel {
  const g = new GraphWriter();
  const x = g.input('x', 'float32', ['n', 's', 4]);
  const parts = g.op('SplitToSequence', [x, g.ints(2)], { axis: 1 });
  const count = g.op('SequenceLength', [parts]);
  const more = g.op('SequenceInsert', [parts, g.weight(2, 2, 4)]);
  const fewer = g.op('SequenceErase', [more, g.ints(0)]);
  g.op('Add', [g.op('SequenceLength', [more]), g.op('SequenceLength', [fewer])]);
  g.op('ConstantOfShape', [g.op('Unsqueeze', [count, g.ints([0])])]);
  const singles = g.op('SplitToSequence', [x], { axis: 1, keepdims: 0 });
  g.op('ConcatFromSequence', [singles], { axis: 1, new_axis: 1 });
  const slices = g.op('SplitToSequence', [x], { axis: 1 });
  g.op('ConcatFromSequence', [slices], { axis: 1 });
  return g.model(17, { except: [parts, more, fewer, singles, slices] });
}

/** A loop that exchanges the members of a list in every trip. */
function exchanging(trips: number): BuiltModel {
  const g = new GraphWriter();
  const pair = g.op('SequenceConstruct', [g.ints([2, 4]), g.ints([3, 4])]);
  const b = new GraphWriter('b');
  const first = b.op('SequenceAt', ['list', b.ints(0)]);
  const rest = b.op('SequenceErase', ['list', b.ints(0)]);
  const body = b.body([b.op('Identity', ['going']), b.op('SequenceInsert', [rest, first])], {
    ...loopInputs,
    list: undefined,
  });
  const [list = ''] = g.ops(1, 'Loop', [g.ints(trips), g.constant('bool', [], [1]), pair], { body });
  g.op('ConstantOfShape', [g.op('SequenceAt', [list, g.ints(0)])]);
  return g.model(13, { except: [pair, list] });
}

describe('lists of scripted models, every tensor against ONNX Runtime', () => {
  // Both branches append, so the list is as long as there were trips; before n is bound, nobody can go through them.
  it('a list that either branch makes longer', async () => {
    const sizes = { n: 3, s: 5 };
    const inferred = inferBuilt(appendInBranches(), sizes);
    const run = await runModel(appendInBranches(), sizes);
    for (const [name, expected] of run) expect(inferredResult(inferred, name), name).toEqual(expected);
  });

  it('repeats that come out of a list', async () => {
    const sizes = { n: 2, h: 3 };
    const inferred = inferBuilt(repeatInterleave(), sizes);
    const run = await runModel(repeatInterleave(), sizes);
    for (const [name, expected] of run) expect(inferredResult(inferred, name), name).toEqual(expected);
  });

  it('as many parts as an open axis has', async () => {
    for (const s of [5, 6]) await expectAsInRun(openParts(), { n: 2, s });
  });

  it('as many results as members', () => {
    const g = new GraphWriter();
    const parts = g.op('SplitToSequence', [g.input('x', 'float32', ['n', 's', 4])], { axis: 1, keepdims: 0 });
    const b = new GraphWriter('b');
    const mapped = g.op('SequenceMap', [parts], { body: b.body([b.op('Relu', ['e'])], { e: undefined }) });
    const joined = g.op('ConcatFromSequence', [mapped], { axis: 0, new_axis: 1 });
    expect(inferredResult(inferBuilt(g.model(17)), joined, { n: 2, s: 5 }).shape).toEqual([5, 2, 4]);
  });

  it('members that change places', async () => {
    for (const trips of [1, 2, 3]) await expectAsInRun(exchanging(trips), {});
  });
});

describe('ends of loops', () => {
  /** Counts up to 5, or to `limit` where that comes first. */
  function counting(limit: (g: GraphWriter) => string): BuiltModel {
    const g = new GraphWriter();
    const b = new GraphWriter('b');
    const next = b.op('Add', ['now', b.ints(1)]);
    const body = b.body([b.op('Less', [next, b.ints(5)]), next, b.op('Identity', [next])], {
      ...loopInputs,
      now: scalar('int64'),
    });
    g.ops(2, 'Loop', [limit(g), g.constant('bool', [], [1]), g.ints(0)], { body });
    return g.model(13);
  }

  it('a condition ends a loop that has no trip count, or a huge one', async () => {
    await expectAsInRun(
      counting(() => ''),
      {},
    );
    await expectAsInRun(
      counting((g) => g.ints(2 ** 40)),
      {},
    );
  });

  it('a trip count that only a run knows leaves the number of trips open', async () => {
    const model = counting((g) => g.input('limit', 'int64', [], [2]));
    const [last = '', all = ''] = model.outputs ?? [];
    expect((await runModel(model)).get(all)?.shape).toEqual([2]);
    const inferred = inferBuilt(model);
    expect(inferred.tensors.get(all)?.shape).toEqual([expect.objectContaining({ cause: '0' })]);
    expect(inferred.tensors.get(last)?.value?.[0]).not.toBe(5);
  });

  it('a loop that nothing ends is not gone through', () => {
    const g = new GraphWriter();
    const x = g.input('x', 'float32', ['n']);
    const b = new GraphWriter('b');
    const body = b.body([b.constant('bool', [], [1]), b.op('Relu', ['kept'])], { ...loopInputs, kept: undefined });
    const [y = ''] = g.ops(1, 'Loop', ['', '', x], { body });
    const inferred = inferBuilt(g.model(13));
    expect(inferredResult(inferred, y, { n: 2 }).shape).toEqual([2]);
    expect(inferred.nodes[0]?.elementwiseOps).toBeUndefined();
  });
});

it('two sizes that data chooses between are settled by no binding', () => {
  const g = new GraphWriter();
  const x = g.input('x', 'float32', ['n', 4]);
  const [yes, no] = [new GraphWriter('y'), new GraphWriter('z')];
  const branches = {
    then_branch: yes.body([yes.op('Concat', [x, x], { axis: 0 })]),
    else_branch: no.body([no.op('Relu', [x])]),
  };
  const [byData = ''] = g.ops(1, 'If', [g.input('flag', 'bool', [])], branches);
  const [byShape = ''] = g.ops(1, 'If', [g.op('Greater', [g.size(x, 0), g.ints(3)])], branches);
  const { tensors, openSymbols } = inferBuilt(g.model(13));
  expect(tensors.get(byData)?.shape?.[0]).toMatchObject({ symbols: [], cause: expect.any(String) });
  expect(tensors.get(byShape)?.shape?.[0]).toMatchObject({ symbols: ['n'] });
  expect(openSymbols).toEqual([{ symbol: 'n', tensors: 2 }]);
});
