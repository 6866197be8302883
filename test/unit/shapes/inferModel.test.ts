import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { OnnxModel } from '../../../src/engine/onnx/model';
import { shapeText } from '../../../src/engine/shapes/algebra/dimText';
import type { InferredModel } from '../../../src/engine/shapes/facts/inferred';
import { inferModel } from '../../../src/engine/shapes/inferModel';
import { DnnSplitError } from '../../../src/shared/work/errors';
import { int64Tensor, model, node, untyped, value, weight } from '../../support/modelObjects';
import { readFile } from './compareWithOracle';

const shapeOf = (inferred: InferredModel, name: string): string => shapeText(inferred.tensors.get(name)?.shape);

describe('dimensions of inputs', () => {
  const flat = (...dims: (number | string | undefined)[]): OnnxModel =>
    model({
      inputs: [value('x', 'float32', dims)],
      outputs: [untyped('y')],
      nodes: [node('Flatten', ['x'], ['y'])],
    });

  test('names are bound; what is not bound stays a symbol that is asked for', () => {
    const inferred = inferModel(flat('batch', 3, 'size', 'size'), { batch: 2 });
    expect(shapeOf(inferred, 'y')).toBe('[2, 3*size*size]');
    expect(inferred.openSymbols).toEqual([{ symbol: 'size', tensors: 2 }]);
    expect(shapeOf(inferModel(flat('batch', 3, 'size', 'size'), { batch: 2, size: 4 }), 'y')).toBe('[2, 48]');
  });

  test('a dimension without a usable name is called by its input and axis', () => {
    const inferred = inferModel(flat(undefined, -1, '?', 'None'), {});
    expect(shapeOf(inferred, 'x')).toBe('[x.0, x.1, x.2, x.3]');
    expect(shapeOf(inferModel(flat(undefined, -1, '?', 'None'), { 'x.0': 2, 'x.1': 3, 'x.2': 4, None: 5 }), 'y')).toBe(
      '[2, 60]',
    );
  });

  test('the place of a dimension goes before its name', () => {
    expect(shapeOf(inferModel(flat('n', 'n'), { n: 2, 'x.1': 7 }), 'y')).toBe('[2, 7]');
  });

  test('exporters write expressions as names', () => {
    const inferred = inferModel(flat('past + new', '2*new', '(new - 1)//2', 'batch-size'), { past: 10 });
    expect(shapeOf(inferred, 'x')).toBe('[new+10, 2*new, floor((new+1)/2)-1, batch-size]');
    expect(shapeOf(inferModel(flat('past + new', 1), { 'past + new': 6 }), 'y')).toBe('[6, 1]');
  });

  test('names that objects have by birth are only names', () => {
    expect(shapeOf(inferModel(flat('constructor', 'toString'), {}), 'x')).toBe('[constructor, toString]');
  });
});

describe('what the file states', () => {
  const stated = (shape: (number | string)[], op = 'Relu') =>
    model({
      inputs: [value('x', 'float32', [1, 4])],
      outputs: [untyped('z')],
      valueInfo: [value('y', 'float32', shape)],
      nodes: [node(op, ['x'], ['y'], op === 'Relu' ? {} : { domain: 'custom' }), node('Relu', ['y'], ['z'])],
    });

  test('a wrong type of a tensor is reported, and what was inferred counts', () => {
    const inferred = inferModel(stated([1, 5]), {});
    expect(shapeOf(inferred, 'z')).toBe('[1, 4]');
    expect(inferred.diagnostics).toMatchObject([{ severity: 'warning', tensor: 'y' }]);
    expect(inferModel(stated([1, 4]), {}).diagnostics).toEqual([]);
  });

  test('an operator that nobody knows has the types that the file states', () => {
    const inferred = inferModel(stated(['n', 5], 'Mystery'), { n: 3 });
    expect(shapeOf(inferred, 'z')).toBe('[3, 5]');
    expect(inferred.nodes[0]?.macs).toBeUndefined();
    expect(inferred.diagnostics).toMatchObject([{ severity: 'information', nodeId: '0' }]);
  });
});

describe('constants and weights', () => {
  const inferred = inferModel(
    model({
      inputs: [value('x', 'float32', ['n', 8]), value('w', 'float32', [8, 4])],
      outputs: [untyped('y')],
      weights: [weight('w', [8, 4]), int64Tensor('minus', [1], [-1])],
      nodes: [
        node('Shape', ['x'], ['dims']),
        node('ConstantOfShape', ['dims'], ['zeros']),
        node('Add', ['zeros', 'x'], ['sum']),
        node('Transpose', ['w'], ['wt']),
        node('RandomNormal', [], ['noise'], { attributes: { shape: { kind: 'ints', value: [4] } } }),
        node('Constant', [], ['c'], { attributes: { value_ints: { kind: 'ints', value: [1, 2, 3] } } }),
        node('MatMul', ['sum', 'w'], ['y']),
      ],
    }),
    { n: 600 },
  );
  const isConstant = (name: string) => inferred.tensors.get(name)?.constant;

  test('an initializer that is listed as an input is not an input', () => {
    expect(inferred.inputs).toEqual(['x']);
  });

  test('constness follows from weights and bound dimensions, not from chance', () => {
    expect(['w', 'wt', 'c', 'dims', 'zeros'].filter((name) => isConstant(name) !== true)).toEqual([]);
    expect(['x', 'sum', 'noise', 'y'].filter((name) => isConstant(name) !== false)).toEqual([]);
    expect(inferred.tensors.get('dims')?.value).toEqual([600, 8]);
    const open = inferModel(inferred.model, {});
    expect(open.tensors.get('zeros')?.constant).toBe(false);
  });

  test('weights have bytes, parameters count every element', () => {
    expect([...inferred.weightBytes]).toEqual([
      ['w', 128],
      ['minus', 8],
      ['c', 24],
    ]);
    expect(inferred.parameters).toBe(32 + 1 + 3);
  });

  test('work is counted per node, views cost nothing', () => {
    expect(inferred.nodes.at(-1)?.macs).toBe(600 * 8 * 4);
    expect(inferred.nodes[2]?.elementwiseOps).toBe(4800);
    expect(inferred.nodes[0]?.elementwiseOps).toBe(0);
  });
});

describe('order and names', () => {
  test('nodes that are not sorted are sorted', () => {
    const inferred = inferModel(
      model({
        inputs: [value('x', 'float32', [2])],
        nodes: [node('Relu', ['b'], ['c']), node('Relu', ['a'], ['b']), node('Neg', ['x'], ['a'])],
      }),
      {},
    );
    expect(inferred.nodes.map((each) => each.id)).toEqual(['2', '1', '0']);
    expect(shapeOf(inferred, 'c')).toBe('[2]');
  });

  test('every node has a label and, where the file says so, a module path', () => {
    const inferred = inferModel(
      model({
        inputs: [value('x', 'float32', [2])],
        nodes: [
          node('Relu', ['x'], ['a']),
          node('Relu', ['a'], ['b'], { name: '/layer1/layer1.0/relu/Relu' }),
          node('Relu', ['b'], ['c'], {
            name: 'node_relu_3',
            metadata: { 'pkg.torch.onnx.name_scopes': "['', 'features', 'features.3', 'features.3.attn', 'relu_3']" },
          }),
        ],
      }),
      {},
    );
    expect(inferred.nodes.map((each) => each.label)).toEqual(['Relu a', '/layer1/layer1.0/relu/Relu', 'node_relu_3']);
    expect(inferred.nodes.map((each) => each.modulePath)).toEqual(['', 'layer1/0/relu', 'features/3/attn']);
  });

  test('the work can be stopped', () => {
    const resnet = readFile(join(import.meta.dirname, '../../workspace/resnet152.onnx'));
    const nodes = Array.from({ length: 5000 }, (_, index) => node('Relu', [`t${index}`], [`t${index + 1}`]));
    const long = model({ inputs: [value('t0', 'float32', [2])], nodes });
    const stopped = { canceled: () => true, report: () => undefined };
    expect(() => inferModel(long, {}, stopped)).toThrow(DnnSplitError);
    expect(inferModel(resnet, {}).nodes.length).toBe(518);
  });
});
