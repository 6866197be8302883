import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { shapeText } from '../../../src/engine/shapes/algebra/dimText';
import { inferModel } from '../../../src/engine/shapes/inferModel';
import { body, localFunction, model, node, untyped, value, weight } from '../../support/modelObjects';
import { readFile } from './compareWithOracle';

const input = value('x', 'float32', [2, 8]);
const local = (op: string, inputs: string[], outputs: string[], parts = {}) =>
  node(op, inputs, outputs, { domain: 'local', ...parts });

describe('local functions', () => {
  test('calls become nodes with unique names; the results keep the names of the call', () => {
    const half = localFunction({
      name: 'Half',
      inputs: ['in', 'w'],
      outputs: ['out'],
      nodes: [node('MatMul', ['in', 'w'], ['x']), node('Relu', ['x'], ['out'])],
    });
    const inferred = inferModel(
      model(
        {
          inputs: [input],
          outputs: [untyped('y')],
          weights: [weight('w1', [8, 4]), weight('w2', [4, 2])],
          nodes: [local('Half', ['x', 'w1'], ['h'], { name: 'first' }), local('Half', ['h', 'w2'], ['y'])],
        },
        [half],
      ),
      {},
    );
    expect(inferred.nodes.map((each) => each.id)).toEqual(['0/0', '0/1', '1/0', '1/1']);
    expect(inferred.nodes.map((each) => each.node.op)).toEqual(['MatMul', 'Relu', 'MatMul', 'Relu']);
    expect(inferred.nodes[0]?.reads).toEqual(['x', 'w1']);
    expect(inferred.nodes[0]?.modulePath).toBe('first');
    expect(shapeText(inferred.tensors.get('0/x')?.shape)).toBe('[2, 4]');
    expect(shapeText(inferred.tensors.get('x')?.shape)).toBe('[2, 8]');
    expect(shapeText(inferred.tensors.get('y')?.shape)).toBe('[2, 2]');
    expect(inferred.diagnostics).toEqual([]);
  });

  test('attribute references take the value of the call, else the default, also inside of bodies and nested calls', () => {
    const reference = (name: string) => ({ axis: { kind: 'reference', value: name } }) as const;
    const inner = localFunction({
      name: 'Inner',
      inputs: ['a'],
      outputs: ['b'],
      attributes: ['where'],
      nodes: [node('Softmax', ['a'], ['s']), node('Concat', ['s', 'a'], ['b'], { attributes: reference('where') })],
    });
    const outer = localFunction({
      name: 'Outer',
      inputs: ['p', 'flag'],
      outputs: ['q'],
      defaults: { axis: { kind: 'int', value: 1 } },
      nodes: [
        node('If', ['flag'], ['q'], {
          attributes: {
            then_branch: body({
              outputs: [untyped('t')],
              nodes: [local('Inner', ['p'], ['t'], { attributes: { where: { kind: 'reference', value: 'axis' } } })],
            }),
            else_branch: body({
              outputs: [untyped('e')],
              nodes: [node('Concat', ['p', 'p'], ['e'], { attributes: reference('axis') })],
            }),
          },
        }),
      ],
    });
    const inferred = inferModel(
      model(
        {
          inputs: [input, value('flag', 'bool', [])],
          nodes: [
            local('Outer', ['x', 'flag'], ['wide']),
            local('Outer', ['x', 'flag'], ['tall'], { attributes: { axis: { kind: 'int', value: 0 } } }),
          ],
        },
        [inner, outer],
      ),
      {},
    );
    expect(shapeText(inferred.tensors.get('wide')?.shape)).toBe('[2, 16]');
    expect(shapeText(inferred.tensors.get('tall')?.shape)).toBe('[4, 8]');
    expect(inferred.nodes[0]?.reads).toEqual(['flag', 'x']);
    expect(inferred.diagnostics).toEqual([]);
  });

  test('the overload decides which function is called', () => {
    const make = (overload: string, op: string) =>
      localFunction({ name: 'F', overload, inputs: ['a'], outputs: ['b'], nodes: [node(op, ['a'], ['b'])] });
    const inferred = inferModel(
      model({ inputs: [input], nodes: [local('F', ['x'], ['y'], { overload: 'second' })] }, [
        make('', 'Relu'),
        make('second', 'Shape'),
      ]),
      {},
    );
    expect(inferred.tensors.get('y')).toMatchObject({ dtype: 'int64', shape: [2], value: [2, 8] });
  });

  test('an input that is passed through reaches the output', () => {
    const pass = localFunction({
      name: 'Pass',
      inputs: ['a'],
      outputs: ['a', 'b'],
      nodes: [node('Relu', ['a'], ['b'])],
    });
    const inferred = inferModel(
      model({ inputs: [input], nodes: [local('Pass', ['x'], ['same', 'relu'])] }, [pass]),
      {},
    );
    expect(shapeText(inferred.tensors.get('same')?.shape)).toBe('[2, 8]');
    expect(shapeText(inferred.tensors.get('relu')?.shape)).toBe('[2, 8]');
  });

  test('functions that call each other without end, or too often, are reported and left unknown', () => {
    const self = localFunction({ name: 'A', inputs: ['a'], outputs: ['b'], nodes: [local('B', ['a'], ['b'])] });
    const other = localFunction({ name: 'B', inputs: ['a'], outputs: ['b'], nodes: [local('A', ['a'], ['b'])] });
    const endless = inferModel(model({ inputs: [input], nodes: [local('A', ['x'], ['y'])] }, [self, other]), {});
    expect(endless.diagnostics.map((each) => each.message).join()).toMatch(/calls itself/);
    expect(endless.tensors.get('y')?.shape).toBeUndefined();

    // Each level calls the one below twice: 2^40 nodes if nobody stopped it.
    const levels = Array.from({ length: 40 }, (_, level) => {
      const below = level === 0 ? 'Relu' : `L${level - 1}`;
      const call = (from: string, to: string) => (level === 0 ? node(below, [from], [to]) : local(below, [from], [to]));
      return localFunction({
        name: `L${level}`,
        inputs: ['a'],
        outputs: ['c'],
        nodes: [call('a', 'b'), call('b', 'c')],
      });
    });
    const huge = inferModel(model({ inputs: [input], nodes: [local('L39', ['x'], ['y'])] }, levels), {});
    expect(huge.diagnostics.map((each) => each.message).join()).toMatch(/too many nodes/);
  });

  test("the fixture's functions are inlined to its true shapes", () => {
    const inferred = inferModel(readFile(join(import.meta.dirname, '../../fixtures/models/s_functions.onnx')), {});
    expect(inferred.nodes.every((each) => each.node.domain === '')).toBe(true);
    for (const name of ['h0', 'h1', 'h2', 'y']) expect(shapeText(inferred.tensors.get(name)?.shape)).toBe('[1, 8, 32]');
    expect(inferred.nodes.reduce((sum, each) => sum + (each.macs ?? 0), 0)).toBe(98304);
  });
});
