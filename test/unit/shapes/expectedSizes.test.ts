import { describe, expect, it } from 'vitest';
import { buildSplitGraph } from '../../../src/engine/split/buildSplitGraph';
import { GraphWriter } from '../../support/graphWriter';
import { inferBuilt, inferredResult } from '../../support/inferBuilt';
import type { BuiltModel } from '../../support/onnxBuilder';

interface Found {
  readonly model: BuiltModel;
  readonly count: string;
  readonly halved: string;
  readonly size: string;
  readonly product: string;
}

/** What is above zero in a vector, as many rows of a table, a layer on each, and on every second one. */
function found(): Found {
  const g = new GraphWriter();
  const places = g.op('NonZero', [g.input('x', 'float32', ['n'])]);
  const rows = g.op('Gather', [g.weight(9, 4), g.op('Squeeze', [places, g.ints([0])])]);
  const product = g.op('MatMul', [rows, g.weight(4, 5)]);
  const halved = g.op('Slice', [rows, g.ints([0]), g.ints([2 ** 31 - 1]), g.ints([0]), g.ints([2])]);
  g.op('MatMul', [halved, g.weight(4, 3)]);
  const size = g.op('Shape', [rows]);
  g.op('ReduceSum', [g.op('Expand', [product, g.op('Concat', [g.ints([2]), g.ints([1]), g.ints([1])], { axis: 0 })])]);
  return { model: g.model(13), count: '0:count', halved, size, product };
}

describe('sizes that are expected of what only a run decides', () => {
  const { model, count, halved, size, product } = found();
  const open = inferBuilt(model, { n: 9 });
  const expecting = inferBuilt(model, { n: 9, [count]: 7 });

  it('are asked for, with the tensors that they settle', () => {
    expect(open.madeDimensions).toEqual([{ symbol: count, tensors: 7 }]);
    expect(open.openSymbols).toEqual([]);
    expect(expecting.madeDimensions).toEqual([]);
    expect(open.diagnostics).toHaveLength(1);
    expect(expecting.diagnostics).toEqual([]);
  });

  it('count bytes and work, expressions included', () => {
    const macs = (inferred: typeof open) =>
      inferred.nodes.flatMap(({ node, macs }) => (node.op === 'MatMul' ? [macs] : []));
    expect(macs(open)).toEqual([undefined, undefined]);
    expect(macs(expecting)).toEqual([7 * 4 * 5, 4 * 4 * 3]);
    const bytes = (inferred: typeof open, name: string) =>
      buildSplitGraph(inferred).tensors.find((tensor) => tensor.name === name)?.bytes;
    expect([bytes(open, product), bytes(expecting, product)]).toEqual([undefined, 4 * 7 * 5]);
    expect(bytes(expecting, halved)).toBe(4 * 4 * 4);
  });

  it('stay open in shapes and elements, so that no export is bound to them', () => {
    for (const name of [product, halved]) expect(inferredResult(expecting, name)).toEqual(inferredResult(open, name));
    expect(expecting.tensors.get(size)?.value?.map((each) => typeof each)).toEqual(['object', 'number']);
    expect(buildSplitGraph(expecting).nodes.map(({ op }) => op)).toEqual(
      buildSplitGraph(open).nodes.map(({ op }) => op),
    );
    expect(buildSplitGraph(expecting).nodes.map(({ op }) => op)).toContain('Shape');
  });
});

it('trips that are expected of a loop count its work', () => {
  const g = new GraphWriter();
  const trips = g.op('ReduceSum', [g.input('lengths', 'int64', [3])], { keepdims: 0 });
  const x = g.input('x', 'float32', [2, 4]);
  const b = new GraphWriter('b');
  const body = b.body([b.op('Identity', ['going']), b.op('MatMul', [x, b.weight(4, 4)])], {
    i: { dtype: 'int64', shape: [] },
    going: { dtype: 'bool', shape: [] },
  });
  const [all = ''] = g.ops(1, 'Loop', [trips, ''], { body });
  const model = g.model(13);
  const [made] = inferBuilt(model).madeDimensions;
  expect(made?.tensors).toBe(1);
  const inferred = inferBuilt(model, { [made?.symbol ?? '']: 10 });
  expect(inferred.nodes.map(({ macs }) => macs)).toEqual([0, 10 * 2 * 4 * 4]);
  expect(inferredResult(inferred, all).shape).toEqual([expect.any(String), 2, 4]);
});
