import { describe, expect, it } from 'vitest';
import { inferModel } from '../../../src/engine/shapes/inferModel';
import { inferBuilt, inferredResult } from '../../support/inferBuilt';
import { body, model, node, untyped, value, weight } from '../../support/modelObjects';
import type { BuiltAttribute, BuiltModel, BuiltTensor } from '../../support/onnxBuilder';

const real = (...shape: (number | string)[]): BuiltTensor => ({ dtype: 'float32', shape });
const symbols = { n: 2, s: 6, t: 3 };

/** ONNX Runtime 1.30 knows ai.onnx up to opset 26: these are held against the published descriptions. */
function single(
  op: string,
  opset: number,
  tensors: Record<string, BuiltTensor>,
  attributes: Record<string, BuiltAttribute> = {},
  outputs: readonly string[] = ['y'],
): BuiltModel {
  return { opset, tensors, nodes: [{ op, inputs: Object.keys(tensors), outputs, attributes }], outputs };
}

describe('operators of opset 27', () => {
  it('LinearAttention: heads side by side, a state for each head of the keys', () => {
    const built = single(
      'LinearAttention',
      27,
      {
        q: real('n', 's', 32),
        k: real('n', 's', 16),
        v: real('n', 's', 12),
        past: { dtype: 'float16', shape: ['n', 2, 8, 6] },
        decay: real('n', 's', 2),
        beta: real('n', 's', 2),
      },
      { q_num_heads: { int: 4 }, kv_num_heads: { int: 2 } },
      ['y', 'state'],
    );
    const inferred = inferBuilt(built);
    expect(inferredResult(inferred, 'y')).toEqual({ dtype: 'float32', shape: ['n', 's', 24] });
    // The state keeps its own type.
    expect(inferredResult(inferred, 'state')).toEqual({ dtype: 'float16', shape: ['n', 2, 8, 6] });
    expect(inferred.diagnostics).toEqual([]);
    const { macs, elementwiseOps } = inferBuilt(built, symbols).nodes[0] ?? {};
    // Two states are updated and looked up, four heads ask them.
    expect(macs).toBe(2 * 6 * (2 * 2 + 4) * 8 * 6);
    expect(elementwiseOps).toBe(2 * 6 * 2 * 8 * 6);
  });

  it('LinearAttention: the plain rules look nothing up and let nothing decay', () => {
    const tensors = { q: real(1, 5, 8), k: real(1, 5, 8), v: real(1, 5, 8) };
    const heads = { q_num_heads: { int: 2 }, kv_num_heads: { int: 2 } };
    const work = (rule: string): (number | undefined)[] => {
      const built = single('LinearAttention', 27, tensors, { ...heads, update_rule: { text: rule } });
      const [first] = inferBuilt(built).nodes;
      return [first?.macs, first?.elementwiseOps];
    };
    const state = 5 * 2 * 4 * 4;
    expect(work('linear')).toEqual([2 * state, 0]);
    expect(work('gated')).toEqual([2 * state, state]);
    expect(work('delta')).toEqual([3 * state, 0]);
    expect(work('gated_delta')).toEqual([3 * state, state]);
  });

  it('CausalConvWithState: as long as before, and the last positions', () => {
    const built = single('CausalConvWithState', 27, { x: real('n', 4, 's'), w: real(4, 1, 3) }, {}, ['y', 'state']);
    const inferred = inferBuilt(built);
    expect(inferredResult(inferred, 'y').shape).toEqual(['n', 4, 's']);
    expect(inferredResult(inferred, 'state').shape).toEqual(['n', 4, 2]);
    expect(inferBuilt(built, symbols).nodes[0]?.macs).toBe(2 * 4 * 6 * 3);
  });

  it('Range of half precision', () => {
    const scalar = (one: number): BuiltTensor => ({ dtype: 'float16', shape: [], values: [one] });
    const built = single('Range', 27, { start: scalar(0), limit: scalar(1), delta: scalar(1) });
    expect(inferredResult(inferBuilt(built), 'y')).toEqual({ dtype: 'float16', shape: [1] });
  });
});

describe('operators of opset 28', () => {
  it('SwiGLU: nothing is broadcast, so a number on either side settles a dimension', () => {
    const built = single('SwiGLU', 28, { a: real('n', 4), b: real(3, 4) });
    expect(inferredResult(inferBuilt(built), 'y')).toEqual({ dtype: 'float32', shape: [3, 4] });
    expect(inferBuilt(built).nodes[0]?.elementwiseOps).toBe(36);
    const unequal = inferBuilt(single('SwiGLU', 28, { a: real(1, 4), b: real(3, 4) }));
    expect(unequal.diagnostics.map((each) => each.message)).toEqual([
      'SwiGLU y: Dimension 0 of A and of B should be equal, but are 1 and 3.',
    ]);
  });
});

describe('FlexAttention of ai.onnx.preview', () => {
  it('has as many heads as queries, and runs its bodies on all scores', () => {
    const scores = { inputs: [untyped('scores')], outputs: [untyped('changed')] };
    const built = model({
      inputs: [
        value('q', 'float32', ['n', 4, 's', 8]),
        value('k', 'float32', ['n', 2, 't', 8]),
        value('v', 'float32', ['n', 2, 't', 5]),
      ],
      outputs: [untyped('y')],
      weights: [weight('mix', [3, 3])],
      nodes: [
        node('FlexAttention', ['q', 'k', 'v'], ['y'], {
          domain: 'ai.onnx.preview',
          attributes: {
            score_mod: body({ ...scores, nodes: [node('MatMul', ['scores', 'mix'], ['changed'])] }),
            prob_mod: body({ ...scores, nodes: [node('Identity', ['scores'], ['changed'])] }),
          },
        }),
      ],
    });
    const inferred = inferModel(built, symbols);
    expect(inferred.tensors.get('y')).toMatchObject({ dtype: 'float32', shape: [2, 4, 6, 5] });
    expect([...(inferred.nodes[0]?.reads ?? [])].sort()).toEqual(['k', 'mix', 'q', 'v']);
    const products = 2 * 4 * 6 * 3;
    expect(inferred.nodes[0]?.macs).toBe(products * (8 + 5) + products * 3);
    expect(inferred.nodes[0]?.elementwiseOps).toBe(5 * products);
    expect(inferred.diagnostics).toEqual([]);
  });
});
