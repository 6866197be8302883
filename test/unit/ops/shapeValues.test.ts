import { describe, expect, it } from 'vitest';
import { inferModel } from '../../../src/engine/shapes/inferModel';
import { expectAsInRun } from '../../support/expectAsInRun';
import { expectValuesAsInRun } from '../../support/expectValuesAsInRun';
import { GraphWriter } from '../../support/graphWriter';
import { inferBuilt, inferredResult } from '../../support/inferBuilt';

const symbols = { n: 2, s: 7, h: 9 };

/** A graph that begins with the shape [n, s, 4] of its input; all results of `build` must be followed to their elements. */
function expectValues(build: (g: GraphWriter, shape: string) => readonly string[], opset = 18): Promise<void> {
  const g = new GraphWriter();
  const shape = g.op('Shape', [g.input('x', 'float32', ['n', 's', 4])]);
  const known = build(g, shape);
  return expectValuesAsInRun(g.model(opset), symbols, known);
}

describe('elements of shape computations against ONNX Runtime', () => {
  it('integer division drops the fraction, whatever the signs are', () =>
    expectValues((g, shape) => {
      const lower = g.op('Sub', [shape, g.ints(8)]);
      return [
        g.op('Div', [shape, g.ints(-2)]),
        g.op('Div', [lower, g.ints(3)]),
        g.op('Div', [lower, g.ints(-3)]),
        g.op('Div', [g.op('Neg', [shape]), g.ints(2)]),
        g.op('Mod', [lower, g.ints(3)]),
        g.op('Mod', [shape, g.ints(3)], { fmod: 1 }),
      ];
    }));

  it('real division and back', () =>
    expectValues((g, shape) => {
      const third = g.op('Div', [g.op('Cast', [shape], { to: 1 }), g.floats(3)]);
      return [
        g.op('Cast', [g.op('Floor', [third])], { to: 7 }),
        g.op('Cast', [g.op('Ceil', [third])], { to: 7 }),
        g.op('Cast', [g.op('Mul', [third, g.floats(6)])], { to: 7 }),
      ];
    }));

  it('a conversion to integers drops the fraction, whatever the sign is', () =>
    expectValues((g, shape) => {
      const reals = (t: string): string => g.op('Mul', [g.op('Cast', [t], { to: 1 }), g.floats(0.3)]);
      const lower = g.op('Sub', [shape, g.ints(4)]);
      return [
        g.op('Cast', [reals(shape)], { to: 7 }),
        g.op('Cast', [reals(g.op('Neg', [shape]))], { to: 7 }),
        g.op('Cast', [reals(lower)], { to: 7 }),
        g.op('Neg', [g.op('Sub', [shape, shape])]),
        g.op('ReduceProd', [g.op('Concat', [g.ints([-1, 0]), g.op('Neg', [shape])], { axis: 0 })]),
      ];
    }));

  it('reductions along an axis, and running sums', () =>
    expectValues((g, shape) => {
      const rows = g.op('Tile', [g.op('Unsqueeze', [shape, g.ints([0])]), g.ints([2, 1])]);
      return [
        g.op('ReduceSum', [rows, g.ints([0])], { keepdims: 0 }),
        g.op('ReduceProd', [rows, g.ints([1])]),
        g.op('ReduceMax', [rows, g.ints([-1])], { keepdims: 0 }),
        g.op('CumSum', [shape, g.ints(0)]),
        g.op('CumSum', [shape, g.ints(0)], { exclusive: 1, reverse: 1 }),
        g.op('CumSum', [rows, g.ints(0)]),
      ];
    }));

  it('sums of products by Einsum', () =>
    expectValues((g, shape) => {
      const rows = g.op('Tile', [g.op('Unsqueeze', [shape, g.ints([0])]), g.ints([2, 1])]);
      return [
        g.op('Einsum', [shape, g.ints([1, 2, 3])], { equation: 'i,i->' }),
        g.op('Einsum', [shape, shape], { equation: 'i,j->ij' }),
        g.op('Einsum', [rows], { equation: 'ij->ji' }),
        g.op('Einsum', [rows, shape], { equation: '...j,j->...' }),
        g.op('Einsum', [g.op('Einsum', [shape, shape], { equation: 'i,j->ij' })], { equation: 'ii->i' }),
      ];
    }));

  it('the largest and the smallest, and where they are', () => {
    const g = new GraphWriter();
    const shape = g.op('Shape', [g.input('x', 'float32', [2, 7, 4, 7])]);
    const rows = g.constant('int64', [2, 3], [5, 9, 5, 1, -2, 8]);
    const known = [
      ...g.ops(2, 'TopK', [shape, g.ints([2])]),
      ...g.ops(2, 'TopK', [shape, g.ints([3])], { largest: 0 }),
      ...g.ops(2, 'TopK', [rows, g.ints([1])], { axis: 0 }),
      ...g.ops(2, 'TopK', [rows, g.ints([2])], { axis: 1, largest: 0 }),
      g.op('ArgMax', [g.op('Cast', [shape], { to: 6 })], { axis: 0, keepdims: 0 }),
      g.op('ArgMax', [g.op('Cast', [rows], { to: 6 })], { axis: 1, select_last_index: 1 }),
      g.op('ArgMin', [g.op('Cast', [rows], { to: 6 })], { axis: 0 }),
      ...g.ops(4, 'Unique', [shape]),
      ...g.ops(4, 'Unique', [shape], { sorted: 0 }),
    ];
    return expectValuesAsInRun(g.model(18), {}, known);
  });

  it('selections by what is certain of symbols', () =>
    expectValues((g, shape) => [
      g.op('NonZero', [shape]),
      g.op('Compress', [shape, g.constant('bool', [3], [1, 0, 1])]),
      g.op('Where', [g.op('Equal', [shape, g.ints(0)]), g.ints([9, 9, 9]), shape]),
      g.op('Pow', [shape, g.ints(0)]),
    ]));

  it('a backward slice to INT32_MAX goes to the beginning', () =>
    expectValues((g, shape) => [
      g.op('Slice', [shape, g.ints([-1]), g.ints([2147483647]), g.ints([0]), g.ints([-2])]),
    ]));

  it('a scalar counts as a vector where its places are asked for', () =>
    expectValues((g, shape) => [
      g.op('NonZero', [g.op('Squeeze', [g.op('Slice', [shape, g.ints([1]), g.ints([2])])])]),
    ]));
});

describe('sizes that follow from values', () => {
  it('counting upwards with NonZero of ConstantOfShape, as old exporters do', async () => {
    const g = new GraphWriter();
    const length = g.size(g.input('ids', 'int64', ['n', 's']), 1);
    const ones = g.op('ConstantOfShape', [g.shape(length)], {
      value: { tensor: { dtype: 'int64', shape: [1], values: [1] } },
    });
    const places = g.op('Squeeze', [g.op('Transpose', [g.op('NonZero', [ones])]), g.ints([1])]);
    g.op('Add', [places, g.ints(1)]);
    await expectAsInRun(g.model(13), symbols);
  });

  it('say which binding would settle them where arithmetic ends', () => {
    const g = new GraphWriter();
    const shape = g.op('Cast', [g.op('Shape', [g.input('image', 'float32', [1, 3, 'h', 'w'])])], { to: 1 });
    // 800 / min(h, w), as detectors resize their images.
    const smaller = g.op('ReduceMin', [g.op('Slice', [shape, g.ints([2]), g.ints([4])])], { keepdims: 0 });
    const scale = g.op('Div', [g.floats(800), smaller]);
    const scales = g.op('Concat', [g.floats([1, 1]), ...[0, 1].map(() => g.op('Unsqueeze', [scale, g.ints([0])]))], {
      axis: 0,
    });
    const resized = g.op('Resize', ['image', '', scales]);
    const model = g.model(13);
    const open = inferBuilt(model);
    expect(open.tensors.get(resized)?.shape?.map((dim) => (typeof dim === 'number' ? dim : dim.symbols))).toEqual([
      1,
      3,
      ['h', 'w'],
      ['h', 'w'],
    ]);
    expect(open.openSymbols.map((each) => each.symbol)).toEqual(['h', 'w']);
    expect(inferredResult(inferBuilt(model, { h: 400, w: 600 }), resized).shape).toEqual([1, 3, 800, 1200]);
  });

  it('stay open for good where only the data decides', () => {
    const g = new GraphWriter();
    const x = g.input('x', 'float32', ['n', 's']);
    const places = g.op('NonZero', [x]);
    const inferred = inferBuilt(g.model(13));
    expect(inferred.tensors.get(places)?.shape?.[1]).toMatchObject({ cause: '0', symbols: [] });
    expect(inferred.openSymbols.map((each) => each.tensors)).toEqual([1, 1]);
    expect(inferred.diagnostics).toEqual([
      {
        severity: 'information',
        message:
          'One tensor has a size that stays open: what NonZero makes depends on data, or on sizes that are not bound.',
        nodeId: '0',
      },
    ]);
    expect(inferBuilt(g.model(13), { n: 2, s: 3 }).diagnostics.map((each) => each.message)).toEqual([
      'One tensor has a size known only at run time: what NonZero makes depends on data.',
    ]);
  });

  it('stay open for good even where an output has a name for them', () => {
    const g = new GraphWriter();
    const places = g.op('Transpose', [g.op('NonZero', [g.input('x', 'float32', [2, 3])])]);
    const { model } = inferBuilt(g.model(13));
    const type = { kind: 'tensor', dtype: 'int64', shape: ['found', 2] } as const;
    const outputs = model.graph.outputs.map((each) => (each.name === places ? { ...each, type } : each));
    const inferred = inferModel({ ...model, graph: { ...model.graph, outputs } }, {});
    expect(inferred.openSymbols).toEqual([{ symbol: 'found', tensors: 1 }]);
    expect(inferred.diagnostics.map((each) => each.message)).toEqual([
      'One tensor has a size known only at run time: what NonZero makes depends on data.',
    ]);
  });

  it('are blamed on the operators that make them, most frequent first', () => {
    const g = new GraphWriter();
    const x = g.input('x', 'float32', ['n', 's']);
    for (let index = 0; index < 3; index++) g.op('Transpose', [g.op('NonZero', [x])]);
    g.op('Compress', [x, g.input('flags', 'bool', ['n'])]);
    expect(inferBuilt(g.model(13)).diagnostics.map((each) => each.message)).toEqual([
      '7 tensors have sizes that stay open: what NonZero (3 nodes) and Compress make depends on data, or on sizes that are not bound.',
    ]);
  });

  it('say where the rank is lost', () => {
    const g = new GraphWriter();
    const reshaped = g.op('Reshape', [g.input('x', 'float32', [4, 4]), g.input('target', 'int64', ['length'])]);
    g.op('Relu', [reshaped]);
    // It has two dimensions again, and is no reason of its own.
    g.op('Transpose', [reshaped], { perm: [1, 0] });
    expect(inferBuilt(g.model(13)).diagnostics).toEqual([
      {
        severity: 'information',
        message:
          '2 tensors have ranks that stay open: what Reshape makes depends on data, or on sizes that are not bound.',
        nodeId: '0',
      },
    ]);
  });
});
