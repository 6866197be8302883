import { describe, expect, test } from 'vitest';
import type { OnnxAttribute, OnnxModel, OnnxNode } from '../../../src/engine/onnx/model';
import { shapeText } from '../../../src/engine/shapes/algebra/dimText';
import type { InferredModel } from '../../../src/engine/shapes/facts/inferred';
import { inferModel } from '../../../src/engine/shapes/inferModel';
import {
  type GraphParts,
  int64Tensor,
  localFunction,
  model,
  node,
  untyped,
  value,
  weight,
} from '../../support/modelObjects';

/** The model with one object for equal attributes of nodes, as the reader makes it; results are only known again then. */
function sharing(apart: OnnxModel): OnnxModel {
  const known = new Map<string, OnnxNode['attributes']>();
  const share = (nodes: readonly OnnxNode[]) =>
    nodes.map((each) => {
      const key = JSON.stringify([...each.attributes]);
      const attributes = known.get(key) ?? each.attributes;
      known.set(key, attributes);
      return { ...each, attributes };
    });
  return {
    ...apart,
    graph: { ...apart.graph, nodes: share(apart.graph.nodes) },
    functions: apart.functions.map((each) => ({ ...each, nodes: share(each.nodes) })),
  };
}

/** What inference says of a model whose nodes share attributes, held against the same without. */
function inferShared(apart: OnnxModel): InferredModel {
  const [shared, alone] = [inferModel(sharing(apart), {}), inferModel(apart, {})];
  expect([...shared.tensors]).toEqual([...alone.tensors]);
  expect(shared.diagnostics).toEqual(alone.diagnostics);
  const withoutNode = ({ nodes }: InferredModel) => nodes.map(({ node: _, ...rest }) => rest);
  expect(withoutNode(shared)).toEqual(withoutNode(alone));
  return shared;
}

const int = (of: number): OnnxAttribute => ({ kind: 'int', value: of });
const inputs = [value('x', 'float32', [2, 12]), value('i', 'int64', [2, 12]), value('z', 'float32', [2, 12])];
// What nodes make shares its fact, and so their results may be known again.
const made = [node('Relu', ['x'], ['a']), node('Relu', ['z'], ['b'])];

function factsOf(parts: GraphParts, ...names: string[]): string[] {
  const { tensors } = inferShared(model({ inputs, outputs: [], ...parts, nodes: [...made, ...parts.nodes] }));
  return names.map((name) => {
    const fact = tensors.get(name);
    return `${fact?.dtype}${shapeText(fact?.shape)}`;
  });
}

describe('results that are known from an earlier node', () => {
  test('nodes alike share what is known of their results, counts included', () => {
    const w = [weight('w1', [12, 4]), weight('w2', [12, 4])];
    const nodes = [...made, node('MatMul', ['a', 'w1'], ['c']), node('MatMul', ['b', 'w2'], ['d'])];
    const { tensors, nodes: all } = inferShared(model({ inputs, outputs: [], weights: w, nodes }));
    expect(tensors.get('w2')).toBe(tensors.get('w1'));
    expect(tensors.get('d')).toBe(tensors.get('c'));
    expect(all.map(({ macs }) => macs)).toEqual([0, 0, 96, 96]);
  });

  test('not of another operator, nor of its namesake of another domain', () => {
    const other = [
      node('Relu', ['a'], ['c']),
      node('IsNaN', ['b'], ['d']),
      node('Relu', ['b'], ['e'], { domain: 'own' }),
    ];
    // Version 1 is that of a domain which the file states none for.
    const { tensors } = inferShared(model({ inputs, outputs: [], nodes: [...made, ...other] }, [], 1));
    const types = ['c', 'd', 'e'].map((name) => tensors.get(name)?.dtype);
    expect(types).toEqual(['float32', 'bool', 'undefined']);
  });

  test('not with other attributes', () => {
    const cast = (from: string, to: string, type: number) =>
      node('Cast', [from], [to], { attributes: { to: int(type) } });
    expect(factsOf({ nodes: [cast('a', 'c', 7), cast('b', 'd', 9)] }, 'c', 'd')).toEqual([
      'int64[2, 12]',
      'bool[2, 12]',
    ]);
  });

  test('not with another number of outputs or inputs', () => {
    const axis = { attributes: { axis: int(1) } };
    const nodes = [
      node('Split', ['a'], ['c1', 'c2'], axis),
      node('Split', ['b'], ['d1', 'd2', 'd3'], axis),
      node('Concat', ['a', 'b'], ['e'], axis),
      node('Concat', ['a', 'b', 'x'], ['f'], axis),
      node('Concat', ['a', 'b', 'f'], ['g'], axis),
    ];
    expect(factsOf({ nodes }, 'c1', 'd1', 'e', 'f', 'g')).toEqual([
      'float32[2, 6]',
      'float32[2, 4]',
      'float32[2, 24]',
      'float32[2, 36]',
      'float32[2, 60]',
    ]);
  });

  test('not with a weight of another type or shape, nor with other elements', () => {
    const parts = {
      weights: [
        weight('w1', [12, 4]),
        weight('w2', [12, 6]),
        weight('w3', [12, 4], 'float16'),
        int64Tensor('s1', [2], [4, 6]),
        int64Tensor('s2', [2], [3, 8]),
      ],
      nodes: [
        node('MatMul', ['a', 'w1'], ['c']),
        node('MatMul', ['b', 'w2'], ['d']),
        node('Transpose', ['w1'], ['t1']),
        node('Transpose', ['w3'], ['t3']),
        node('Reshape', ['a', 's1'], ['e']),
        node('Reshape', ['b', 's2'], ['f']),
      ],
    };
    expect(factsOf(parts, 'c', 'd', 't1', 't3', 'e', 'f')).toEqual([
      'float32[2, 4]',
      'float32[2, 6]',
      'float32[4, 12]',
      'float16[4, 12]',
      'float32[4, 6]',
      'float32[3, 8]',
    ]);
  });

  test('what follows from weights alone is not what follows from data', () => {
    const nodes = [...made, node('Neg', ['a'], ['c']), node('Neg', ['w'], ['d'])];
    const { tensors } = inferShared(model({ inputs, outputs: [], weights: [weight('w', [2, 12])], nodes }));
    expect([tensors.get('c')?.constant, tensors.get('d')?.constant]).toEqual([false, true]);
  });

  test('a size that a node makes is its own', () => {
    const nodes = [node('NonZero', ['a'], ['c']), node('NonZero', ['b'], ['d'])];
    expect(new Set(factsOf({ nodes }, 'c', 'd')).size).toBe(2);
  });

  test('a contradiction and an unknown operator are reported of each node', () => {
    const nodes = [
      ...made,
      node('MatMul', ['a', 'w'], ['c']),
      node('MatMul', ['b', 'w'], ['d']),
      node('Own', ['a'], ['e'], { domain: 'own' }),
      node('Own', ['b'], ['f'], { domain: 'own' }),
    ];
    const { diagnostics } = inferShared(model({ inputs, outputs: [], weights: [weight('w', [5, 4])], nodes }));
    expect(diagnostics.slice(0, 3).map(({ nodeId }) => nodeId)).toEqual(['2', '3', '4']);
    expect(diagnostics.filter(({ nodeId }) => nodeId === '5')).toHaveLength(1);
  });

  test('what the file states is held against each', () => {
    const nodes = [...made, node('Neg', ['a'], ['c']), node('Neg', ['b'], ['d'])];
    const parts = { inputs, outputs: [], valueInfo: [value('d', 'float32', [2, 13])], nodes };
    const { diagnostics } = inferShared(model(parts));
    expect(diagnostics.map(({ tensor }) => tensor)).toEqual(['d']);
    const open = model({
      inputs,
      outputs: [],
      valueInfo: [value('d', 'float32', [2, 7])],
      nodes: [...made, node('NonZero', ['a'], ['c']), node('NonZero', ['b'], ['d'])],
    });
    expect(shapeText(inferShared(open).tensors.get('d')?.shape)).toBe('[2, 7]');
  });

  test('not of another version of the operators, nor of a call with another attribute', () => {
    const to: OnnxAttribute = { kind: 'reference', value: 'to' };
    const called = localFunction({
      name: 'Both',
      inputs: ['in'],
      outputs: ['out', 'mask', 'cast'],
      attributes: ['to'],
      nodes: [node('Dropout', ['in'], ['out', 'mask']), node('Cast', ['in'], ['cast'], { attributes: { to } })],
    });
    const call = (from: string, name: string, type: number) =>
      node('Both', [from], [`${name}.out`, `${name}.mask`, `${name}.cast`], {
        domain: 'local',
        attributes: { to: int(type) },
      });
    const nodes = [...made, node('Dropout', ['a'], ['c', 'mask']), call('a', 'one', 7), call('b', 'two', 9)];
    const { tensors } = inferShared(model({ inputs, outputs: [untyped('c')], nodes }, [called], 9));
    const types = ['mask', 'one.mask', 'one.cast', 'two.mask', 'two.cast'].map((name) => tensors.get(name)?.dtype);
    expect(types).toEqual(['float32', 'bool', 'int64', 'bool', 'bool']);
  });
});
