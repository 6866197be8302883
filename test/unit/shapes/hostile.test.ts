import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { OnnxAttribute, OnnxNode } from '../../../src/engine/onnx/model';
import { inferModel } from '../../../src/engine/shapes/inferModel';
import { findOp, knownOps } from '../../../src/engine/shapes/ops/registry';
import { body, int64Tensor, model, node, untyped, value, weight } from '../../support/modelObjects';

const messages = (built: ReturnType<typeof model>) => inferModel(built, {}).diagnostics.map((each) => each.message);

describe('models that contradict themselves', () => {
  test('shapes that do not fit are reported on their node and the rest is inferred', () => {
    const inferred = inferModel(
      model({
        inputs: [value('x', 'float32', [2, 3])],
        weights: [weight('w', [4, 5]), int64Tensor('to', [1], [7])],
        nodes: [
          node('Add', ['x', 'w'], ['a']),
          node('Reshape', ['x', 'to'], ['b']),
          node('Transpose', ['x'], ['c'], { attributes: { perm: { kind: 'ints', value: [0, 5] } } }),
          node('Concat', ['x', 'w'], ['d'], { attributes: { axis: { kind: 'int', value: 9 } } }),
          node('Relu', ['x'], ['e']),
        ],
      }),
      {},
    );
    expect(inferred.diagnostics.map((each) => each.nodeId)).toEqual(['0', '1', '2', '3']);
    expect(inferred.tensors.get('e')?.shape).toEqual([2, 3]);
  });

  test('a tensor that nothing makes is reported once', () => {
    const built = model({
      inputs: [value('x', 'float32', [2])],
      outputs: [untyped('never')],
      nodes: [node('Add', ['x', 'ghost'], ['y']), node('Relu', ['ghost'], ['z'])],
    });
    expect(messages(built)).toEqual([
      'No node, input or weight makes tensor ghost.',
      'No node, input or weight makes the output never.',
    ]);
  });

  test('nodes in a circle are reported and come last', () => {
    const inferred = inferModel(
      model({
        inputs: [value('x', 'float32', [2])],
        nodes: [node('Add', ['x', 'b'], ['a']), node('Relu', ['a'], ['b']), node('Neg', ['x'], ['c'])],
      }),
      {},
    );
    expect(inferred.nodes.map((each) => each.id)).toEqual(['2', '0', '1']);
    expect(inferred.diagnostics.map((each) => each.nodeId)).toEqual(['0', '1']);
    expect(inferred.tensors.get('c')?.shape).toEqual([2]);
  });

  test('operators and domains named like members of objects are unknown operators', () => {
    expect(findOp('', 'constructor')).toBeUndefined();
    expect(findOp('__proto__', 'Relu')).toBeUndefined();
  });

  test('a node that reads what it writes, and one without outputs, do no harm', () => {
    const built = model({ nodes: [node('Relu', ['a'], ['a']), node('Relu', [], []), node('If', ['a'], ['b'])] });
    expect(() => inferModel(built, {})).not.toThrow();
  });

  test('bodies nested two hundred deep are inferred', () => {
    let inner = body({ outputs: [untyped('r')], nodes: [node('Relu', ['x'], ['r'])] });
    for (let depth = 0; depth < 200; depth++) {
      const branches = { then_branch: inner, else_branch: inner };
      inner = body({
        outputs: [untyped('r')],
        nodes: [node('If', ['flag'], ['r'], { attributes: { then_branch: branches.then_branch } })],
      });
    }
    const built = model({
      inputs: [value('x', 'float32', [2, 3]), value('flag', 'bool', [])],
      nodes: [node('If', ['flag'], ['y'], { attributes: { then_branch: inner, else_branch: inner } })],
    });
    const inferred = inferModel(built, {});
    expect(inferred.tensors.get('y')?.shape).toEqual([2, 3]);
    expect(inferred.nodes[0]?.reads).toEqual(['flag', 'x']);
  });

  test('loops in loops that would run for years end', () => {
    let inner = body({
      inputs: [untyped('i'), untyped('c'), untyped('s')],
      outputs: [untyped('c'), untyped('t')],
      nodes: [node('Concat', ['s', 's'], ['t'], { attributes: { axis: { kind: 'int', value: 0 } } })],
    });
    for (let depth = 0; depth < 14; depth++) {
      inner = body({
        inputs: [untyped('i'), untyped('c'), untyped('s')],
        outputs: [untyped('c'), untyped('t')],
        nodes: [node('Loop', ['', 'c', 's'], ['t'], { attributes: { body: inner } })],
      });
    }
    const built = model({
      inputs: [value('x', 'float32', [2, 3]), value('flag', 'bool', [])],
      nodes: [node('Loop', ['', 'flag', 'x'], ['y'], { attributes: { body: inner } })],
    });
    expect(() => inferModel(built, {})).not.toThrow();
  });

  test('a target of many axes or huge values does not exhaust the memory', () => {
    const built = model({
      inputs: [value('x', 'float32', [2]), value('shape', 'int64', [1_000_000_000])],
      weights: [int64Tensor('huge', [3], [2 ** 40, 2 ** 40, 2 ** 40])],
      nodes: [
        node('Reshape', ['x', 'shape'], ['a']),
        node('ConstantOfShape', ['huge'], ['b']),
        node('Expand', ['x', 'huge'], ['c']),
        node('Tile', ['x', 'huge'], ['d']),
      ],
    });
    const inferred = inferModel(built, {});
    expect(inferred.tensors.get('b')?.shape).toEqual([2 ** 40, 2 ** 40, 2 ** 40]);
    expect(inferred.tensors.get('b')?.value).toBeUndefined();
  });
});

describe('every known operator on nonsense', () => {
  const names = [...knownOps()].flatMap(([domain, ops]) => ops.map((op) => ({ domain, op })));
  const dims = fc.array(fc.oneof(fc.integer({ min: 0, max: 6 }), fc.constantFrom('n', 'm')), { maxLength: 5 });
  const inputs = fc.array(
    fc.record({
      shape: fc.option(dims, { nil: undefined }),
      dtype: fc.constantFrom('float32', 'int64', 'bool', 'string'),
    }),
    { maxLength: 6 },
  );
  const attribute: fc.Arbitrary<OnnxAttribute> = fc.oneof(
    fc.integer({ min: -9, max: 9 }).map((number): OnnxAttribute => ({ kind: 'int', value: number })),
    fc
      .array(fc.integer({ min: -3, max: 9 }), { maxLength: 5 })
      .map((numbers): OnnxAttribute => ({ kind: 'ints', value: numbers })),
    fc.string({ maxLength: 8 }).map((text): OnnxAttribute => ({ kind: 'string', value: text })),
  );
  const attributeNames = [
    'axis',
    'axes',
    'kernel_shape',
    'pads',
    'strides',
    'perm',
    'group',
    'num_heads',
    'equation',
    'to',
  ];
  const attributes = fc.dictionary(fc.constantFrom(...attributeNames), attribute, {
    maxKeys: 4,
    noNullPrototype: true,
  });

  test('ends with diagnostics, never with an error, whatever the version', () => {
    fc.assert(
      fc.property(inputs, attributes, fc.integer({ min: 1, max: 24 }), (given, stated, opset) => {
        const tensors = given.map((each, index) => value(`i${index}`, each.dtype, each.shape));
        const read = tensors.map((tensor) => tensor.name);
        const nodes: OnnxNode[] = names.map(({ domain, op }, index) =>
          node(op, read, [`o${index}`, `p${index}`], { domain, attributes: stated }),
        );
        const inferred = inferModel(model({ inputs: tensors, nodes }, [], opset), {});
        expect(inferred.nodes.length).toBe(names.length);
        for (const each of inferred.nodes) {
          if (each.macs !== undefined) expect(each.macs, each.label).toBeGreaterThanOrEqual(0);
        }
      }),
      { numRuns: 40 },
    );
  });
});
