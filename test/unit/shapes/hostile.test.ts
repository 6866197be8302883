import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { OnnxAttribute, OnnxNode } from '../../../src/engine/onnx/model';
import { inferModel } from '../../../src/engine/shapes/inferModel';
import { findOp, knownOps } from '../../../src/engine/shapes/ops/registry';
import { impossibleFact } from '../../support/impossibleFact';
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

  test('a Scan that counts more inputs than it has is reported, and does not make room for them', () => {
    const built = model({
      inputs: [value('x', 'float32', [4, 2])],
      nodes: [
        node('Scan', ['x'], ['y'], {
          attributes: {
            num_scan_inputs: { kind: 'int', value: 2 ** 31 - 1 },
            body: body({ inputs: [untyped('s')], outputs: [untyped('r')], nodes: [node('Relu', ['s'], ['r'])] }),
          },
        }),
      ],
    });
    expect(messages(built)).toEqual(['Scan y: It states 2147483647 scan inputs (num_scan_inputs) but has 1 input.']);
    expect(inferModel(built, {}).tensors.get('y')?.shape).toEqual([4, 2]);
  });

  test('elements that are too many or too few for a shape are not followed', () => {
    const built = model({
      weights: [int64Tensor('one', [1], [7]), int64Tensor('to', [2], [2, 3])],
      nodes: [node('Reshape', ['one', 'to'], ['y']), node('Reshape', ['one', 'nothing'], ['z'])],
      outputs: [value('z', 'int64', [3])],
    });
    const { tensors } = inferModel(built, {});
    expect(tensors.get('y')).toMatchObject({ shape: [2, 3] });
    expect(tensors.get('z')).toMatchObject({ shape: [3] });
    expect([tensors.get('y')?.value, tensors.get('z')?.value]).toEqual([undefined, undefined]);
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

/** Attributes that decide shapes or counts in some operator. */
const attributeNames = [
  ...['K', 'N', 'Nkv', 'Nq', 'allowzero', 'auto_pad', 'axes', 'axis', 'batch_dims', 'bits', 'block_size', 'blocksize'],
  ...[
    'cast_to',
    'ceil_mode',
    'channels_last',
    'dilations',
    'dim',
    'direction',
    'dtype',
    'embedding_size',
    'end',
    'ends',
  ],
  ...['equation', 'exclusive', 'expert_weight_bits', 'group', 'height_scale', 'hidden_size', 'inputdimensions', 'k'],
  ...['input_as_shape', 'keep_aspect_ratio_policy', 'keepdims', 'kernel_shape', 'kv_num_heads', 'layout', 'mode'],
  ...['model_type', 'n_targets', 'ndim', 'new_axis', 'ngram_indexes', 'num_heads', 'num_outputs', 'num_scan_inputs'],
  ...['onesided', 'output_height', 'output_padding', 'output_shape', 'output_width', 'paddings', 'pads', 'perm', 'xs'],
  ...[
    'pooled_shape',
    'past_present_share_buffer',
    'q_num_heads',
    'qkv_hidden_sizes',
    'repeats',
    'sample_size',
    'scales',
  ],
  ...[
    'scale',
    'scan_input_axes',
    'scan_output_axes',
    'shape',
    'size',
    'sliding_window_cache',
    'split',
    'start',
    'starts',
  ],
  ...[
    'step',
    'strides',
    'tiles',
    'to',
    'transA',
    'transB',
    'v_head_size',
    'vectors_per_class',
    'vocab_size',
    'value_ints',
  ],
];

describe('every known operator on nonsense', () => {
  const names = [...knownOps()].flatMap(([domain, ops]) => ops.map((op) => ({ domain, op })));
  const number = fc.oneof(
    { weight: 4, arbitrary: fc.integer({ min: -3, max: 9 }) },
    fc.constantFrom(2 ** 31 - 1, -(2 ** 31), 2 ** 40, -(2 ** 40), Number.MAX_SAFE_INTEGER),
  );
  const dims = fc.array(fc.oneof(fc.integer({ min: 0, max: 6 }), fc.constantFrom('n', 'm')), { maxLength: 5 });
  const inputs = fc.array(
    fc.oneof(
      fc.record({
        shape: fc.option(dims, { nil: undefined }),
        dtype: fc.constantFrom('float32', 'int64', 'bool', 'string'),
      }),
      fc.record({ values: fc.array(number, { maxLength: 5 }) }),
    ),
    { maxLength: 9 },
  );
  const attribute: fc.Arbitrary<OnnxAttribute> = fc.oneof(
    number.map((value): OnnxAttribute => ({ kind: 'int', value })),
    fc.array(number, { maxLength: 5 }).map((value): OnnxAttribute => ({ kind: 'ints', value })),
    fc.string({ maxLength: 8 }).map((value): OnnxAttribute => ({ kind: 'string', value })),
    fc
      .constantFrom('SAME_UPPER', '...ij,jk->ik', 'SEQUENCE')
      .map((value): OnnxAttribute => ({ kind: 'string', value })),
  );
  const bodyOf = (): OnnxAttribute =>
    body({
      inputs: [untyped('b0'), untyped('b1'), untyped('b2')],
      outputs: [untyped('b1'), untyped('c0'), untyped('c1')],
      nodes: [node('Relu', ['b2'], ['c0']), node('Shape', ['b1'], ['c1'])],
    });
  const attributes = fc.dictionary(fc.constantFrom(...attributeNames), attribute, {
    maxKeys: 9,
    noNullPrototype: true,
  });

  test('ends with diagnostics and facts that can be true, never with an error, whatever the version', () => {
    fc.assert(
      fc.property(inputs, attributes, fc.integer({ min: 1, max: 28 }), (given, stated, opset) => {
        const read = given.map((_, index) => `i${index}`);
        const tensors = given.flatMap((each, index) =>
          'values' in each ? [] : [value(`i${index}`, each.dtype, each.shape)],
        );
        const weights = given.flatMap((each, index) =>
          'values' in each ? [int64Tensor(`i${index}`, [each.values.length], each.values)] : [],
        );
        const nodes: OnnxNode[] = names.map(({ domain, op }, index) =>
          node(op, read, [`o${index}`, `p${index}`], {
            domain,
            attributes: { body: bodyOf(), then_branch: bodyOf(), ...stated },
          }),
        );
        const inferred = inferModel(model({ inputs: tensors, weights, nodes }, [], opset), { m: 3 });
        expect(inferred.nodes.length).toBe(names.length);
        expect(impossibleFact(inferred)).toBeUndefined();
      }),
      { numRuns: 40 },
    );
  });
});
