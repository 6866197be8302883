import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { operatorCoverage } from '../../../src/engine/shapes/ops/coverage';
import { inferBuilt } from '../../support/inferBuilt';
import type { BuiltAttribute, BuiltModel, BuiltTensor } from '../../support/onnxBuilder';

const dims = fc.oneof(fc.constantFrom<number | string>('n', 'm', 0, 1), fc.integer({ min: 0, max: 9 }));
const shapes = fc.array(dims, { maxLength: 5 });
const dtypes = fc.constantFrom<BuiltTensor['dtype']>('float32', 'int64', 'uint8', 'bool', 'string');

/** A graph input of any rank, or a short constant vector or scalar. */
const tensors: fc.Arbitrary<BuiltTensor> = fc.oneof(
  fc.record({ dtype: dtypes, shape: shapes }),
  fc.array(fc.integer({ min: -3, max: 12 }), { maxLength: 5 }).map((values) => ({
    dtype: 'int64' as const,
    shape: [values.length],
    values,
  })),
  fc.integer({ min: -3, max: 12 }).map((value) => ({ dtype: 'int64' as const, shape: [], values: [value] })),
);

const integer = fc.integer({ min: -4, max: 9 });
const list = fc.array(integer, { maxLength: 5 });

/** Attributes that many operators read, with values that may make no sense. */
const attributes: fc.Arbitrary<Record<string, BuiltAttribute>> = fc.record(
  {
    ...Object.fromEntries(
      [
        'axis',
        'keepdims',
        'group',
        'transA',
        'num_heads',
        'kv_num_heads',
        'q_num_heads',
        'hidden_size',
        'blocksize',
      ].map((name) => [name, integer.map((int) => ({ int }))]),
    ),
    ...Object.fromEntries(
      [
        'K',
        'N',
        'k',
        'dim',
        'size',
        'step',
        'onesided',
        'inverse',
        'layout',
        'ceil_mode',
        'batch_dims',
        'to',
        'dtype',
      ].map((name) => [name, integer.map((int) => ({ int }))]),
    ),
    ...Object.fromEntries(
      [
        'kernel_shape',
        'strides',
        'pads',
        'dilations',
        'axes',
        'output_shape',
        'perm',
        'split',
        'starts',
        'ends',
        'shape',
      ].map((name) => [name, list.map((ints) => ({ ints }))]),
    ),
    auto_pad: fc.constantFrom('SAME_UPPER', 'VALID', 'nonsense').map((text) => ({ text })),
    equation: fc.constantFrom('ij,jk->ik', '...i->...', ',,->', '->', 'ii').map((text) => ({ text })),
    scales: fc.array(fc.float({ noNaN: true }), { maxLength: 5 }).map((floats) => ({ floats })),
  },
  { requiredKeys: [] },
) as fc.Arbitrary<Record<string, BuiltAttribute>>;

const operators = operatorCoverage().flatMap(({ domain, operators: names }) => names.map((op) => ({ domain, op })));

const models: fc.Arbitrary<BuiltModel> = fc
  .record({
    operator: fc.constantFrom(...operators),
    inputs: fc.array(fc.option(tensors, { freq: 6 }), { maxLength: 9 }),
    outputs: fc.integer({ min: 1, max: 4 }),
    opset: fc.integer({ min: 1, max: 26 }),
    attributes,
  })
  .map(({ operator, inputs, outputs, opset, attributes: given }) => {
    const named = inputs.flatMap((tensor, index) => (tensor === null ? [] : [[`x${index}`, tensor] as const]));
    return {
      opset,
      domains: operator.domain === '' ? {} : { [operator.domain]: 1 },
      tensors: Object.fromEntries(named),
      nodes: [
        {
          ...operator,
          inputs: inputs.map((tensor, index) => (tensor === null ? '' : `x${index}`)),
          outputs: Array.from({ length: outputs }, (_, index) => `y${index}`),
          attributes: given,
        },
      ],
    };
  });

describe('operators with input that makes no sense', () => {
  it('never throw, and never state a negative dimension or count', () => {
    fc.assert(
      fc.property(models, (model) => {
        const inferred = inferBuilt(model);
        for (const [name, fact] of inferred.tensors) {
          if (!name.startsWith('y')) continue;
          const wrong = fact.shape?.filter((dim) => typeof dim === 'number' && !(Number.isInteger(dim) && dim >= 0));
          expect(wrong ?? []).toEqual([]);
        }
        for (const node of inferred.nodes) {
          expect(node.macs ?? 0).toBeGreaterThanOrEqual(0);
          expect(node.elementwiseOps ?? 0).toBeGreaterThanOrEqual(0);
        }
      }),
      { numRuns: 4_000, seed: 11 },
    );
  });
});
