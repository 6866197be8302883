import { describe, expect, it } from 'vitest';
import { structureHash } from '../../../src/app/model/structureHash';
import { bufferSource } from '../../../src/engine/onnx/byteSource';
import { readModel } from '../../../src/engine/onnx/read/readModel';
import { type BuiltAttribute, type BuiltModel, type BuiltNode, buildModel } from '../../support/onnxBuilder';

const hashOf = (model: BuiltModel) => structureHash(readModel(bufferSource(buildModel(model))));

const body = (axis: number, constant = 0): BuiltAttribute => ({
  body: {
    constants: { k: { dtype: 'int64', shape: [1], values: [constant] } },
    nodes: [{ op: 'Softmax', inputs: ['x'], outputs: ['z'], attributes: { axis: { int: axis } } }],
    outputs: ['z'],
  },
});

/** An operator with an attribute of each kind that ONNX has most of. */
const attributes: Readonly<Record<string, BuiltAttribute>> = {
  int: { int: 3 },
  ints: { ints: [3, 5] },
  float: { float: 0.5 },
  floats: { floats: [0.5, 0.25] },
  text: { text: 'edge' },
  texts: { texts: ['edge', 'cloud'] },
  tensor: { tensor: { dtype: 'int64', shape: [2], values: [7, 11] } },
  body: body(1),
};

const node = (change: Partial<BuiltNode> = {}): BuiltNode => ({
  op: 'Made',
  domain: 'local.test',
  name: 'one',
  inputs: ['x', 'w', 'shape'],
  outputs: ['y'],
  attributes,
  ...change,
});

function model(change: Partial<BuiltModel> = {}): BuiltModel {
  return {
    opset: 17,
    domains: { 'local.test': 1 },
    tensors: {
      x: { dtype: 'float32', shape: ['n', 4] },
      w: { dtype: 'float32', shape: [4, 2], values: [1, 2, 3, 4, 5, 6, 7, 8] },
      shape: { dtype: 'int64', shape: [2], values: [4, 2] },
    },
    nodes: [node()],
    ...change,
  };
}

const tensors = model().tensors;
const hash = hashOf(model());

describe('the hash of a structure', () => {
  it('is the same for the same structure, whatever the weights', () => {
    expect(hash).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(hashOf(model())).toBe(hash);
    const trained = {
      ...tensors,
      w: { dtype: 'float32', shape: [4, 2], values: new Array<number>(8).fill(9) },
    } as const;
    expect(hashOf(model({ tensors: trained }))).toBe(hash);
    const reordered = Object.fromEntries(Object.entries(attributes).reverse());
    expect(hashOf(model({ nodes: [node({ attributes: reordered })] }))).toBe(hash);
  });

  const others: Readonly<Record<string, BuiltAttribute>> = {
    int: { int: 4 },
    ints: { ints: [5, 3] },
    float: { float: 0.25 },
    floats: { floats: [0.5] },
    text: { text: 'cloud' },
    texts: { texts: ['cloud', 'edge'] },
    tensor: { tensor: { dtype: 'int64', shape: [2], values: [11, 7] } },
    body: body(2),
  };
  it.each(Object.keys(attributes))('changes with an attribute of kind %s, its name, and without it', (kind) => {
    const { [kind]: own = { int: 0 }, ...rest } = attributes;
    const made = [{ ...attributes, [kind]: others[kind] ?? own }, { ...rest, [`${kind}2`]: own }, rest];
    const hashes = made.map((changed) => hashOf(model({ nodes: [node({ attributes: changed })] })));
    expect(new Set([hash, ...hashes]).size).toBe(4);
  });

  it.each<[string, Partial<BuiltModel>]>([
    ['the version of the operators', { opset: 18 }],
    ['the type of an input', { tensors: { ...tensors, x: { dtype: 'float16', shape: ['n', 4] } } }],
    ['the shape of an input', { tensors: { ...tensors, x: { dtype: 'float32', shape: ['m', 4] } } }],
    [
      'the shape of a weight',
      { tensors: { ...tensors, w: { dtype: 'float32', shape: [2, 4], values: new Array<number>(8).fill(1) } } },
    ],
    ['a constant shape', { tensors: { ...tensors, shape: { dtype: 'int64', shape: [2], values: [2, 4] } } }],
    ['a constant in a body', { nodes: [node({ attributes: { ...attributes, body: body(1, 1) } })] }],
    ['an operator', { nodes: [node({ op: 'Other' })] }],
    ['a domain', { nodes: [node({ domain: '' })] }],
    ['the name of a node', { nodes: [node({ name: 'two' })] }],
    ['the order of inputs', { nodes: [node({ inputs: ['x', 'shape', 'w'] })] }],
    ['the name of an output', { nodes: [node({ outputs: ['z'] })] }],
    ['another node', { nodes: [node(), node({ inputs: ['y'], outputs: ['z'] })], outputs: ['y'] }],
    ['another output', { nodes: [node({ outputs: ['y', 'z'] })], outputs: ['z'] }],
  ])('changes with %s', (_, change) => {
    expect(hashOf(model(change))).not.toBe(hash);
  });
});
