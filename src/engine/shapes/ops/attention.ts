import type { Dim, Shape } from '../algebra/dim';
import type { CountContext, OpTable, RuleContext } from '../facts/rule';
import { addUp, multiply, perOutput } from './counting';
import { perHead, sumOfDims } from './heads';
import { dimOrNone, hasInput, hasRank, sameAs, shapeOf } from './ruleMakers';
import { dtypeOf, multiplyDims } from './shapeMath';

/** A tensor of attention heads: [batch, heads, sequence, head size], or [batch, sequence, heads x head size]. */
interface Heads {
  readonly batch: Dim | undefined;
  readonly heads: Dim | undefined;
  readonly sequence: Dim | undefined;
  readonly headSize: Dim | undefined;
}

/** Reads either layout; `heads` is the attribute that the flat layout needs. */
function readHeads(shape: Shape, heads: number | undefined): Heads {
  if (shape?.length === 4) {
    const [batch, count, sequence, headSize] = shape;
    return { batch, heads: count, sequence, headSize };
  }
  if (shape?.length === 3) {
    const [batch, sequence, width] = shape;
    return { batch, heads, sequence, headSize: perHead(width, heads) };
  }
  return { batch: shape?.[0], heads, sequence: undefined, headSize: undefined };
}

/** Length of keys and values together with those of earlier steps. */
function totalLength(context: RuleContext, current: Dim | undefined, past: number): Dim | undefined {
  return hasInput(context, past) ? sumOfDims(dimOrNone(context.shape(past), 2), current) : current;
}

/** Attention (opset 23 on): the result, the keys and values so far, and the products of queries and keys. */
function inferAttention(context: RuleContext): void {
  const dtype = dtypeOf(context, 0);
  const valueType = hasInput(context, 2) ? dtypeOf(context, 2) : dtype;
  const queryShape = context.shape(0);
  if (!hasRank(context, queryShape, 3, 'part.query')) return;
  const query = readHeads(queryShape, context.int('q_num_heads'));
  const key = readHeads(context.shape(1), context.int('kv_num_heads'));
  const value = readHeads(context.shape(2), context.int('kv_num_heads'));
  const total = totalLength(context, key.sequence, 4);
  const width =
    query.heads === undefined || value.headSize === undefined ? undefined : multiplyDims(query.heads, value.headSize);
  const result =
    queryShape.length === 3
      ? shapeOf(query.batch, query.sequence, width)
      : shapeOf(query.batch, query.heads, query.sequence, value.headSize);
  context.output(0, dtype, result);
  context.output(1, dtypeOf(context, 1), shapeOf(query.batch, key.heads, total, key.headSize));
  context.output(2, valueType, shapeOf(query.batch, value.heads, total, value.headSize));
  context.output(3, dtype, shapeOf(query.batch, query.heads, query.sequence, total));
}

/** Sequence length of a tensor of heads in either layout. */
export function sequenceLength(shape: readonly number[] | undefined): number | undefined {
  return shape?.length === 4 ? shape[2] : shape?.[1];
}

/**
 * Queries by keys, then the weights by the values: every element of the queries and of the result meets every key once,
 * so total length x (|Q| + |Y|), in either layout and with shared key heads.
 */
function attentionMacs(context: CountContext): number | undefined {
  const past = (context.node.inputs[4] ?? '') === '' ? 0 : context.inputShape(4)?.[2];
  const total = addUp(sequenceLength(context.inputShape(1)), past);
  return multiply(total, addUp(context.inputElements(0), context.outputElements(0)));
}

/** Softmax over every row of products: five operations for each query, head and key. */
function softmaxOps(context: CountContext): number | undefined {
  const query = context.inputShape(0);
  const heads = query?.length === 4 ? query[1] : context.int('q_num_heads', 1);
  const past = (context.node.inputs[4] ?? '') === '' ? 0 : context.inputShape(4)?.[2];
  const total = addUp(sequenceLength(context.inputShape(1)), past);
  return multiply(5, query?.[0], heads, sequenceLength(query), total);
}

/** TensorScatter (opset 24) writes new keys or values into a cache of fixed size. */
const scatterIntoCache = { infer: sameAs(0), elementwiseOps: () => 0 };

/** Bodies of FlexAttention, each from scores or weights to a tensor of the same shape. */
const flexibleBodies = ['score_mod', 'prob_mod'] as const;

/** FlexAttention (ai.onnx.preview 1): heads as in the four-dimensional layout of Attention; the bodies change the scores. */
function inferFlexAttention(context: RuleContext): void {
  const query = context.shape(0);
  if (!hasRank(context, query, 4, 'part.query')) return;
  const [batch, heads, sequence] = query;
  const dtype = dtypeOf(context, 0);
  context.output(0, dtype, shapeOf(batch, heads, sequence, dimOrNone(context.shape(2), 3)));
  const shape = shapeOf(batch, heads, sequence, dimOrNone(context.shape(1), 2));
  for (const name of flexibleBodies) {
    const body = context.graph(name);
    if (body !== undefined) context.inferBody(body, [{ kind: 'tensor', dtype, shape, constant: false }]);
  }
}

function flexAttentionMacs(context: CountContext): number | undefined {
  const products = multiply(context.inputShape(1)?.[2], addUp(context.inputElements(0), context.outputElements(0)));
  return addUp(products, ...flexibleBodies.map((name) => context.bodyMacs(name)));
}

function flexAttentionOps(context: CountContext): number | undefined {
  const scores = multiply(...(context.inputShape(0)?.slice(0, 3) ?? [undefined]), context.inputShape(1)?.[2]);
  return addUp(multiply(5, scores), ...flexibleBodies.map((name) => context.bodyElementwiseOps(name)));
}

/** ai.onnx.preview attention. */
export const previewAttentionOps: OpTable = {
  FlexAttention: { infer: inferFlexAttention, macs: flexAttentionMacs, elementwiseOps: flexAttentionOps },
};

/** ai.onnx attention, opset 23 on. */
export const attentionOps: OpTable = {
  Attention: { infer: inferAttention, macs: attentionMacs, elementwiseOps: softmaxOps },
  RotaryEmbedding: { infer: sameAs(0), elementwiseOps: perOutput(3) },
  TensorScatter: scatterIntoCache,
};
