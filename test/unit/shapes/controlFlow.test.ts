import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { OnnxModel } from '../../../src/engine/onnx/model';
import { shapeText } from '../../../src/engine/shapes/algebra/dimText';
import type { InferredModel } from '../../../src/engine/shapes/facts/inferred';
import { inferModel } from '../../../src/engine/shapes/inferModel';
import { body, boolTensor, int64Tensor, model, node, untyped, value, weight } from '../../support/modelObjects';
import { readFile } from './compareWithOracle';

const fixtures = join(import.meta.dirname, '../../fixtures/models');

function shapeOf(inferred: InferredModel, name: string): string {
  const fact = inferred.tensors.get(name);
  return `${fact?.dtype} ${shapeText(fact?.shape)}`;
}

function infer(built: OnnxModel, bindings: Record<string, number> = {}): InferredModel {
  return inferModel(built, bindings);
}

describe('If', () => {
  const branches = (wide: number) => ({
    inputs: [value('x', 'float32', ['batch', 8]), value('flag', 'bool', [])],
    outputs: [untyped('y')],
    weights: [weight('small', [8, 4]), weight('large', [8, wide])],
    nodes: [
      node('If', ['flag'], ['y'], {
        attributes: {
          then_branch: body({ outputs: [untyped('a')], nodes: [node('MatMul', ['x', 'small'], ['a'])] }),
          else_branch: body({ outputs: [untyped('b')], nodes: [node('MatMul', ['x', 'large'], ['b'])] }),
        },
      }),
    ],
  });

  test('what both branches agree on is known, what they capture is read, the larger one counts', () => {
    const inferred = infer(model(branches(4)), { batch: 3 });
    expect(shapeOf(inferred, 'y')).toBe('float32 [3, 4]');
    expect([...(inferred.nodes[0]?.reads ?? [])].sort()).toEqual(['flag', 'large', 'small', 'x']);
    expect(inferred.nodes[0]?.macs).toBe(3 * 8 * 4);
    expect(infer(model(branches(6)), { batch: 3 }).nodes[0]?.macs).toBe(3 * 8 * 6);
  });

  test('a dimension in which the branches differ is unknown, and the node is its cause', () => {
    const fact = infer(model(branches(6)), { batch: 3 }).tensors.get('y');
    expect(fact?.shape?.[0]).toBe(3);
    expect(fact?.shape?.[1]).toMatchObject({ cause: '0' });
  });

  test('a condition that is known chooses the branch', () => {
    const built = branches(6);
    const inputs = built.inputs.slice(0, 1);
    const inferred = infer(model({ ...built, inputs, weights: [...built.weights, boolTensor('flag', false)] }));
    expect(shapeOf(inferred, 'y')).toBe('float32 [batch, 6]');
  });

  test('a branch that contradicts the shapes leaves the decision to the other', () => {
    const built = branches(6);
    const inferred = infer(model({ ...built, weights: [weight('small', [8, 4]), weight('large', [7, 6])] }), {
      batch: 2,
    });
    expect(shapeOf(inferred, 'y')).toBe('float32 [2, 4]');
    expect(inferred.nodes[0]?.macs).toBe(2 * 8 * 4);
    expect(inferred.diagnostics.map((each) => each.severity)).toEqual(['information']);
  });

  test('the scripted If of the fixture reads what its bodies capture', () => {
    const inferred = infer(readFile(join(fixtures, 's_if_capture.onnx')));
    const branch = inferred.nodes.find((each) => each.node.op === 'If');
    expect(branch?.reads.length).toBeGreaterThan(1);
    for (const name of branch?.reads ?? []) expect(inferred.tensors.has(name), name).toBe(true);
    expect(shapeOf(inferred, branch?.writes[0] ?? '')).toBe('float32 [1, 10]');
  });
});

describe('Loop', () => {
  const loop = (grow: boolean, trips: number) =>
    model({
      inputs: [value('x', 'float32', [2, 4])],
      outputs: [untyped('last'), untyped('all')],
      weights: [int64Tensor('trips', [], [trips]), weight('w', [4, 4])],
      nodes: [
        node('Loop', ['trips', '', 'x'], ['last', 'all'], {
          attributes: {
            body: body({
              inputs: [untyped('i'), untyped('going'), untyped('state')],
              outputs: [untyped('on'), untyped('next'), untyped('seen')],
              nodes: [
                node('Identity', ['going'], ['on']),
                node('MatMul', ['state', 'w'], ['seen']),
                grow
                  ? node('Concat', ['state', 'seen'], ['next'], { attributes: { axis: { kind: 'int', value: 0 } } })
                  : node('Add', ['state', 'seen'], ['next']),
              ],
            }),
          },
        }),
      ],
    });

  test('states keep their shape, scan outputs gain the trips, work is counted for every trip', () => {
    const inferred = infer(loop(false, 5));
    expect(shapeOf(inferred, 'last')).toBe('float32 [2, 4]');
    expect(shapeOf(inferred, 'all')).toBe('float32 [5, 2, 4]');
    expect(inferred.nodes[0]?.macs).toBe(5 * 2 * 4 * 4);
    expect(inferred.nodes[0]?.reads).toEqual(['trips', 'x', 'w']);
  });

  test('a state that grows is followed trip by trip where they are counted, and so is the work', () => {
    const inferred = infer(loop(true, 5));
    expect(shapeOf(inferred, 'last')).toBe('float32 [64, 4]');
    expect(inferred.nodes[0]?.macs).toBe((2 + 4 + 8 + 16 + 32) * 4 * 4);
    expect(shapeOf(infer(loop(true, 0)), 'last')).toBe('float32 [2, 4]');
    expect(infer(loop(true, 0)).nodes[0]?.macs).toBe(0);
  });

  test('a state that grows in too many trips has an unknown size but a known rest', () => {
    const inferred = infer(loop(true, 100_000));
    expect(inferred.tensors.get('last')?.shape?.[0]).toMatchObject({ cause: '0' });
    expect(inferred.tensors.get('last')?.shape?.[1]).toBe(4);
    expect(inferred.nodes[0]?.macs).toBeUndefined();
  });

  test('a condition that ends it counts the trips', () => {
    const counting = (last: number) =>
      model({
        inputs: [value('x', 'float32', [2, 4])],
        outputs: [untyped('last'), untyped('all')],
        weights: [int64Tensor('endless', [], [2 ** 31 - 1]), int64Tensor('limit', [], [last]), weight('w', [4, 4])],
        nodes: [
          node('Loop', ['endless', '', 'x'], ['last', 'all'], {
            attributes: {
              body: body({
                inputs: [untyped('i'), untyped('going'), untyped('state')],
                outputs: [untyped('on'), untyped('next'), untyped('seen')],
                nodes: [
                  node('Less', ['i', 'limit'], ['on']),
                  node('MatMul', ['state', 'w'], ['seen']),
                  node('Add', ['state', 'seen'], ['next']),
                ],
              }),
            },
          }),
        ],
      });
    // The condition is looked at after a trip: 0, 1 and 2 go on, 3 is the last.
    const inferred = infer(counting(3));
    expect(shapeOf(inferred, 'all')).toBe('float32 [4, 2, 4]');
    expect(inferred.nodes[0]?.macs).toBe(4 * 2 * 4 * 4);
    const endless = infer(counting(10 ** 9));
    expect(endless.tensors.get('all')?.shape?.[0]).toMatchObject({ cause: '0' });
    expect(endless.nodes[0]?.macs).toBeUndefined();
  });
});

describe('Scan', () => {
  test('slices go in, results are stacked, states stay', () => {
    const inferred = infer(
      model({
        inputs: [value('h', 'float32', ['n', 6]), value('xs', 'float32', ['n', 'time', 3])],
        outputs: [untyped('hn'), untyped('ys')],
        weights: [weight('w', [3, 6])],
        nodes: [
          node('Scan', ['h', 'xs'], ['hn', 'ys'], {
            attributes: {
              num_scan_inputs: { kind: 'int', value: 1 },
              scan_input_axes: { kind: 'ints', value: [1] },
              scan_output_axes: { kind: 'ints', value: [1] },
              body: body({
                inputs: [untyped('s'), untyped('x')],
                outputs: [untyped('s2'), untyped('y')],
                nodes: [
                  node('MatMul', ['x', 'w'], ['p']),
                  node('Add', ['s', 'p'], ['s2']),
                  node('Identity', ['s2'], ['y']),
                ],
              }),
            },
          }),
        ],
      }),
      { n: 2, time: 7 },
    );
    expect(shapeOf(inferred, 'hn')).toBe('float32 [2, 6]');
    expect(shapeOf(inferred, 'ys')).toBe('float32 [2, 7, 6]');
    expect(inferred.nodes[0]?.macs).toBe(7 * 2 * 3 * 6);
  });
});

describe('sequences', () => {
  test('members are followed one by one, and joined', () => {
    const inferred = infer(
      model({
        inputs: [value('x', 'float32', [7, 4])],
        weights: [int64Tensor('size', [], [3]), int64Tensor('second', [], [-1])],
        nodes: [
          node('SplitToSequence', ['x', 'size'], ['parts']),
          node('SequenceAt', ['parts', 'second'], ['last']),
          node('SequenceLength', ['parts'], ['count']),
          node('SequenceErase', ['parts', 'second'], ['rest']),
          node('ConcatFromSequence', ['rest'], ['joined'], { attributes: { axis: { kind: 'int', value: 0 } } }),
        ],
      }),
    );
    expect(shapeOf(inferred, 'last')).toBe('float32 [1, 4]');
    expect(inferred.tensors.get('count')?.value).toEqual([3]);
    expect(shapeOf(inferred, 'joined')).toBe('float32 [6, 4]');
  });
});
