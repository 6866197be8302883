import type { Dim, Shape } from '../dim';
import type { CountContext, OpEntry, OpTable, RuleContext } from '../rule';
import { sequenceLength } from './attention';
import { addUp, multiply, perOutput } from './counting';
import { dimOrNone, hasInput, hasOutput, hasRank, type Rule, sameAs, shapeOf } from './ruleMakers';
import { addDims, dtypeOf, floorDivDims, maxDim, multiplyDims } from './shapeMath';

/** Sum where both are known. */
function sum(left: Dim | undefined, right: Dim | undefined): Dim | undefined {
  return left === undefined || right === undefined ? undefined : addDims(left, right);
}

/** Size of one head, from a width and a number of heads. */
function perHead(width: Dim | undefined, heads: number | undefined): Dim | undefined {
  return width === undefined || heads === undefined || heads === 0 ? undefined : floorDivDims(width, heads);
}

/** Width of the values: `qkv_hidden_sizes` says so where it differs from a third of the merged projection. */
function valueWidth(context: RuleContext, merged: Dim | undefined): Dim | undefined {
  const stated = context.ints('qkv_hidden_sizes')?.[2];
  return stated ?? (merged === undefined ? undefined : floorDivDims(merged, 3));
}

/**
 * Attention, QAttention: [batch, sequence, features] times merged weights, then attention. The present state stacks keys
 * and values: [2, batch, heads, total, head size]. `past` and `dtypeAt` are inputs.
 */
function inferMergedAttention(past: number, dtypeAt: number): Rule {
  return (context) => {
    const input = context.shape(0);
    if (!hasRank(context, input, 3, 'The input')) return;
    const [batch, sequence] = input;
    const width = valueWidth(context, dimOrNone(context.shape(1), 1));
    const dtype = dtypeOf(context, dtypeAt);
    context.output(0, dtype, shapeOf(batch, sequence, width));
    const before = dimOrNone(context.shape(past), 3);
    const shared = context.int('past_present_share_buffer', 0) !== 0;
    const total = hasInput(context, past) ? (shared ? before : sum(before, sequence)) : sequence;
    const heads = context.int('num_heads');
    context.output(1, dtype, shapeOf(2, batch, heads, total, perHead(width, heads)));
  };
}

/** Merged projection, then queries by keys and weights by values, both with every key so far. */
function mergedAttentionMacs(past: number) {
  return (context: CountContext): number | undefined => {
    const input = context.inputShape(0);
    const merged = context.inputShape(1)?.[1];
    const values = context.outputShape(0)?.at(-1);
    const projection = multiply(input?.[0], input?.[1], context.inputElements(1));
    const before = (context.node.inputs[past] ?? '') === '' ? 0 : context.inputShape(past)?.[3];
    // Queries and keys share the width that the values leave of the merged projection.
    const queries = merged === undefined || values === undefined ? undefined : (merged - values) / 2;
    const scores = multiply(input?.[0], input?.[1], addUp(input?.[1], before), addUp(queries, values));
    return addUp(projection, scores);
  };
}

/** Softmax over the scores of every head: five operations for each. */
function scoreOps(keySequence: (context: CountContext) => number | undefined) {
  return (context: CountContext): number | undefined => {
    const query = context.inputShape(0);
    return multiply(5, query?.[0], query?.[1], context.int('num_heads', 1), keySequence(context));
  };
}

function mergedAttention(past: number, dtypeAt: number): OpEntry {
  return {
    infer: inferMergedAttention(past, dtypeAt),
    macs: mergedAttentionMacs(past),
    elementwiseOps: scoreOps((context) => context.inputShape(0)?.[1]),
  };
}

/** Keys or values of MultiHeadAttention: [batch, length, width], [batch, heads, length, head size] or packed. */
function keyParts(shape: Shape, heads: number | undefined): { length: Dim | undefined; headSize: Dim | undefined } {
  // [batch, length, heads, 2, head size] packs keys and values.
  if (shape?.length === 5) return { length: shape[1], headSize: shape[4] };
  if (shape?.length === 4) return { length: shape[2], headSize: shape[3] };
  return { length: shape?.[1], headSize: perHead(shape?.[2], heads) };
}

/** MultiHeadAttention and DecoderMaskedMultiHeadAttention; `pastKey` is the input with the earlier keys. */
function inferMultiHead(pastKey: number): Rule {
  return (context) => {
    const query = context.shape(0);
    if (!hasRank(context, query, 3, 'The query')) return;
    const heads = context.int('num_heads');
    const dtype = dtypeOf(context, 0);
    const [batch, sequence] = query;
    const key = keyParts(hasInput(context, 1) ? context.shape(1) : query, heads);
    const value = keyParts(hasInput(context, 2) ? context.shape(2) : (context.shape(1) ?? query), heads);
    const width = value.headSize === undefined || heads === undefined ? undefined : multiplyDims(value.headSize, heads);
    context.output(0, dtype, shapeOf(batch, sequence, width));
    const shared = context.int('past_present_share_buffer', 0) !== 0;
    const before = dimOrNone(context.shape(pastKey), 2);
    const total = hasInput(context, pastKey) ? (shared ? before : sum(before, key.length)) : key.length;
    context.output(1, dtype, shapeOf(batch, heads, total, key.headSize));
    context.output(2, dtype, shapeOf(batch, heads, total, value.headSize));
  };
}

/** Every element of the queries and of the result meets every key so far: total x (|Q| + |Y|). */
function multiHeadMacs(pastKey: number) {
  return (context: CountContext): number | undefined => {
    const query = context.inputShape(0);
    const packed = query?.length === 5;
    const keys = (context.node.inputs[1] ?? '') === '' ? query?.[1] : sequenceLength(context.inputShape(1));
    const before = (context.node.inputs[pastKey] ?? '') === '' ? 0 : context.inputShape(pastKey)?.[2];
    const queries = packed ? multiply(context.inputElements(0), 1 / 3) : context.inputElements(0);
    return multiply(addUp(keys, before), addUp(queries, context.outputElements(0)));
  };
}

function multiHead(pastKey: number): OpEntry {
  return {
    infer: inferMultiHead(pastKey),
    macs: multiHeadMacs(pastKey),
    elementwiseOps: scoreOps((context) => sequenceLength(context.inputShape(1)) ?? context.inputShape(0)?.[1]),
  };
}

/** Length of the cache after a step: the stated total where it is known, but never shorter than a shared buffer. */
function groupedTotal(context: RuleContext, total: number, sequence: Dim | undefined): Dim | undefined {
  const before = hasInput(context, 3) ? dimOrNone(context.shape(3), 2) : 0;
  const stated = context.input(total)?.value?.[0];
  if (stated !== undefined) return before === undefined ? undefined : maxDim(stated, before);
  return before === 0 ? sequence : context.fresh('total');
}

/**
 * GroupQueryAttention and SparseAttention: fewer key and value heads than query heads; without separate keys the query
 * holds all three side by side. `total` is the input with the total sequence length.
 */
function inferGroupedAttention(total: number): Rule {
  return (context) => {
    const query = context.shape(0);
    if (!hasRank(context, query, 3, 'The query')) return;
    const heads = context.int('num_heads');
    const shared = context.int('kv_num_heads');
    if (heads === undefined || shared === undefined) return;
    const [batch, sequence, width] = query;
    const headSize = perHead(width, hasInput(context, 1) ? heads : heads + 2 * shared);
    if (headSize === undefined) return;
    const dtype = dtypeOf(context, 0);
    context.output(0, dtype, shapeOf(batch, sequence, multiplyDims(headSize, heads)));
    if (!hasOutput(context, 1)) return;
    const present = shapeOf(batch, shared, groupedTotal(context, total, sequence), headSize);
    context.output(1, hasInput(context, 3) ? dtypeOf(context, 3) : dtype, present);
    context.output(2, hasInput(context, 4) ? dtypeOf(context, 4) : dtype, present);
  };
}

/** Twice the result's elements for each key that is in the cache after the step. */
function groupedMacs(context: CountContext): number | undefined {
  const sequence = context.inputShape(0)?.[1];
  const kept = context.outputShape(1)?.[2];
  const before = (context.node.inputs[3] ?? '') === '' ? 0 : context.inputShape(3)?.[2];
  return multiply(2, kept ?? addUp(before, sequence), context.outputElements(0));
}

function groupedAttention(total: number): OpEntry {
  return {
    infer: inferGroupedAttention(total),
    macs: groupedMacs,
    elementwiseOps: scoreOps((context) => context.outputShape(1)?.[2] ?? context.inputShape(0)?.[1]),
  };
}

/** PackedAttention: tokens without padding, [tokens, features]. Which token meets which is known only in a run. */
function inferPackedAttention(context: RuleContext): void {
  const tokens = dimOrNone(context.shape(0), 0);
  context.output(0, dtypeOf(context, 0), shapeOf(tokens, valueWidth(context, dimOrNone(context.shape(1), 1))));
}

/** GatedRelativePositionBias: [batch, heads, sequence, sequence]; with `token_offset` the query has no padding. */
function inferRelativeBias(context: RuleContext): void {
  const query = context.shape(0);
  if (hasInput(context, 6) || !hasRank(context, query, 3, 'The query')) return;
  context.output(0, dtypeOf(context, 0), shapeOf(query[0], context.int('num_heads'), query[1], query[1]));
}

/** RelativePositionBias: a bias for each head, query and key position; the lengths are inputs. */
function inferPositionBias(context: RuleContext): void {
  const queries = context.input(1)?.value?.[0] ?? context.fresh('queries');
  const keys = context.input(2)?.value?.[0] ?? context.fresh('keys');
  context.output(0, dtypeOf(context, 0), shapeOf(1, dimOrNone(context.shape(0), 1), queries, keys));
}

/** RemovePadding: tokens without padding, their places, and the lengths of the sequences. */
function inferRemovePadding(context: RuleContext): void {
  const input = context.shape(0);
  if (!hasRank(context, input, 3, 'The input')) return;
  const [batch = 0, sequence = 0, width = 0] = input;
  context.output(0, dtypeOf(context, 0), [context.fresh('tokens'), width]);
  context.output(1, 'int32', [batch, sequence]);
  context.output(2, 'int32', [addDims(batch, 1)]);
  context.output(3, 'int32', [1]);
}

/** RestorePadding: [batch, sequence, width] from tokens and their places. */
function inferRestorePadding(context: RuleContext): void {
  const places = context.shape(1);
  context.output(
    0,
    dtypeOf(context, 0),
    shapeOf(dimOrNone(places, 0), dimOrNone(places, 1), dimOrNone(context.shape(0), 1)),
  );
}

const rotary: OpEntry = { infer: sameAs(0), elementwiseOps: perOutput(3) };
const unknownWork = (): undefined => undefined;

/** com.microsoft attention. */
export const contribAttentionOps: OpTable = {
  Attention: mergedAttention(4, 0),
  DecoderMaskedSelfAttention: mergedAttention(4, 0),
  QAttention: mergedAttention(8, 3),
  MultiHeadAttention: multiHead(6),
  DecoderMaskedMultiHeadAttention: multiHead(5),
  GroupQueryAttention: groupedAttention(6),
  SparseAttention: groupedAttention(7),
  PackedAttention: { infer: inferPackedAttention, macs: unknownWork, elementwiseOps: unknownWork },
  LongformerAttention: { infer: sameAs(0), macs: unknownWork, elementwiseOps: unknownWork },
  RotaryEmbedding: rotary,
  GatedRelativePositionBias: { infer: inferRelativeBias },
  RelativePositionBias: { infer: inferPositionBias },
  RemovePadding: { infer: inferRemovePadding, elementwiseOps: () => 0 },
  RestorePadding: { infer: inferRestorePadding, elementwiseOps: () => 0 },
};
