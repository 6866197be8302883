import type { Dim, Shape } from '../algebra/dim';
import type { CountContext, OpEntry, OpTable, RuleContext } from '../facts/rule';
import { sequenceLength } from './attention';
import { addUp, type Count, multiply, perOutput, unknownCount } from './counting';
import { perHead, sumOfDims } from './heads';
import { dimOrNone, hasInput, hasOutput, hasRank, outputsLike, type Rule, sameAs, shapeOf } from './ruleMakers';
import { dtypeOf, floorDivDims, maxDim, multiplyDims } from './shapeMath';

/** Width of the values: `qkv_hidden_sizes` says so where it differs from a third of the merged projection. */
export function valueWidth(context: RuleContext, merged: Dim | undefined): Dim | undefined {
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
    if (!hasRank(context, input, 3, 'part.input')) return;
    const [batch, sequence] = input;
    const width = valueWidth(context, dimOrNone(context.shape(1), 1));
    const dtype = dtypeOf(context, dtypeAt);
    context.output(0, dtype, shapeOf(batch, sequence, width));
    const before = dimOrNone(context.shape(past), 3);
    const shared = context.int('past_present_share_buffer', 0) !== 0;
    const total = hasInput(context, past) ? (shared ? before : sumOfDims(before, sequence)) : sequence;
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
    // Queries and keys share the width that the values leave of the merged projection.
    const queries = merged === undefined || values === undefined ? undefined : (merged - values) / 2;
    const scores = multiply(input?.[0], input?.[1], mergedLength(past)(context), addUp(queries, values));
    return addUp(projection, scores);
  };
}

/** Length of keys for a merged projection: the sequence and what came before; a shared buffer holds both. */
function mergedLength(past: number) {
  return (context: CountContext): number | undefined => {
    const sequence = context.inputShape(0)?.[1];
    if ((context.node.inputs[past] ?? '') === '') return sequence;
    const before = context.inputShape(past)?.[3];
    return context.int('past_present_share_buffer', 0) === 0 ? addUp(sequence, before) : before;
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
    elementwiseOps: scoreOps(mergedLength(past)),
  };
}

/** Keys or values of MultiHeadAttention: [batch, length, width], [batch, heads, length, head size] or packed. */
function keyParts(shape: Shape, heads: number | undefined): { length: Dim | undefined; headSize: Dim | undefined } {
  // [batch, length, heads, 2, head size] packs keys and values.
  if (shape?.length === 5) return { length: shape[1], headSize: shape[4] };
  if (shape?.length === 4) return { length: shape[2], headSize: shape[3] };
  return { length: shape?.[1], headSize: perHead(shape?.[2], heads) };
}

/** Where MultiHeadAttention and DecoderMaskedMultiHeadAttention have the earlier keys, and how far a shared buffer is full. */
interface PastInputs {
  readonly key: number;
  readonly length: number;
}

/** True when present and past are one buffer: the attribute says so, or the length of the past is given (MultiHeadAttention). */
function sharesBuffer(context: RuleContext | CountContext, past: PastInputs): boolean {
  if (context.int('past_present_share_buffer', 0) !== 0) return true;
  return context.node.op === 'MultiHeadAttention' && (context.node.inputs[past.length] ?? '') !== '';
}

/** MultiHeadAttention and DecoderMaskedMultiHeadAttention: the result, keys and values so far, and their scores. */
function inferMultiHead(past: PastInputs): Rule {
  return (context) => {
    const query = context.shape(0);
    if (!hasRank(context, query, 3, 'part.query')) return;
    const heads = context.int('num_heads');
    const dtype = dtypeOf(context, 0);
    const [batch, sequence] = query;
    const key = keyParts(hasInput(context, 1) ? context.shape(1) : query, heads);
    const value = keyParts(hasInput(context, 2) ? context.shape(2) : (context.shape(1) ?? query), heads);
    const width = value.headSize === undefined || heads === undefined ? undefined : multiplyDims(value.headSize, heads);
    context.output(0, dtype, shapeOf(batch, sequence, width));
    const before = dimOrNone(context.shape(past.key), 2);
    const after = sharesBuffer(context, past) ? before : sumOfDims(before, key.length);
    const total = hasInput(context, past.key) ? after : key.length;
    context.output(1, dtype, shapeOf(batch, heads, total, key.headSize));
    context.output(2, dtype, shapeOf(batch, heads, total, value.headSize));
    context.output(3, dtype, shapeOf(batch, heads, sequence, total));
  };
}

/** Keys that a query meets; a shared buffer counts as full. */
function multiHeadLength(past: PastInputs) {
  return (context: CountContext): number | undefined => {
    const own =
      (context.node.inputs[1] ?? '') === '' ? context.inputShape(0)?.[1] : sequenceLength(context.inputShape(1));
    if ((context.node.inputs[past.key] ?? '') === '') return own;
    const before = context.inputShape(past.key)?.[2];
    return sharesBuffer(context, past) ? before : addUp(own, before);
  };
}

/** Every element of the queries and of the result meets every key so far: total x (|Q| + |Y|). */
function multiHeadMacs(past: PastInputs) {
  return (context: CountContext): number | undefined => {
    const packed = context.inputShape(0)?.length === 5;
    const queries = packed ? multiply(context.inputElements(0), 1 / 3) : context.inputElements(0);
    return multiply(multiHeadLength(past)(context), addUp(queries, context.outputElements(0)));
  };
}

function multiHead(past: PastInputs): OpEntry {
  return { infer: inferMultiHead(past), macs: multiHeadMacs(past), elementwiseOps: scoreOps(multiHeadLength(past)) };
}

/**
 * Length of the cache after a step: the stated total where it is known, but never shorter than a shared buffer, and that
 * of the buffer where it slides over the text.
 */
function groupedTotal(context: RuleContext, total: number, sequence: Dim | undefined): Dim | undefined {
  const before = hasInput(context, 3) ? dimOrNone(context.shape(3), 2) : 0;
  if (context.int('sliding_window_cache', 0) !== 0 && before !== 0) return before;
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
    if (!hasRank(context, query, 3, 'part.query')) return;
    const heads = context.int('num_heads');
    const shared = context.int('kv_num_heads');
    if (heads === undefined || shared === undefined) return;
    const [batch, sequence, width] = query;
    const headSize = perHead(width, hasInput(context, 1) ? heads : heads + 2 * shared);
    if (headSize === undefined) return;
    const dtype = dtypeOf(context, 0);
    context.output(0, dtype, shapeOf(batch, sequence, multiplyDims(headSize, heads)));
    if (!hasOutput(context, 1) && !hasOutput(context, 3)) return;
    const kept = groupedTotal(context, total, sequence);
    const present = shapeOf(batch, shared, kept, headSize);
    context.output(1, hasInput(context, 3) ? dtypeOf(context, 3) : dtype, present);
    context.output(2, hasInput(context, 4) ? dtypeOf(context, 4) : dtype, present);
    context.output(3, dtype, shapeOf(batch, heads, sequence, context.input(total)?.value?.[0] ?? kept));
  };
}

/** Keys that a query meets: the stated total, else what the cache holds after the step. */
function groupedLength(total: number) {
  return (context: CountContext): number | undefined => {
    const kept = context.outputShape(1)?.[2];
    const stated = context.inputNumbers(total)?.[0];
    if (stated !== undefined) return kept === undefined ? stated : Math.min(stated, kept);
    const before = (context.node.inputs[3] ?? '') === '' ? 0 : context.inputShape(3)?.[2];
    return kept ?? addUp(before, context.inputShape(0)?.[1]);
  };
}

/** Twice the result's elements for each key. */
function groupedAttention(total: number): OpEntry {
  return {
    infer: inferGroupedAttention(total),
    macs: (context) => multiply(2, groupedLength(total)(context), context.outputElements(0)),
    elementwiseOps: scoreOps(groupedLength(total)),
  };
}

/** Length of the keys of DecoderAttention, which flags at inputs 8 to 10 decide; none where they are not known. */
function decoderKeyLength(context: RuleContext): Dim | undefined {
  const [crosses, uses, keeps] = [8, 9, 10].map((index) => context.numbers(index)?.[0]);
  if (crosses === undefined || uses === undefined || keeps === undefined) return undefined;
  const cached = dimOrNone(context.shape(6), 2);
  const own = dimOrNone(context.shape(crosses === 0 ? 0 : 1), 0);
  if (uses === 0 || keeps === 0) return own;
  return crosses === 0 ? sumOfDims(cached, own) : cached;
}

/** DecoderAttention: [sequence, batch, features], then keys and values [batch, heads, length, head size] for the next step. */
function inferDecoderAttention(context: RuleContext): void {
  const query = context.shape(0);
  if (!hasRank(context, query, 3, 'part.query')) return;
  const dtype = dtypeOf(context, 0);
  const heads = context.int('num_heads');
  context.output(0, dtype, query);
  const length = decoderKeyLength(context) ?? context.fresh('length');
  const cache = shapeOf(query[1], heads, length, perHead(query[2], heads));
  context.output(1, dtype, cache);
  context.output(2, dtype, cache);
}

/** Projection of the queries, that of new keys and values, then both products with every key. */
const decoderAttentionMacs: Count = (context) => {
  const [sequence, batch, width] = context.inputShape(0) ?? [];
  const [crosses, uses, keeps] = [8, 9, 10].map((index) => context.inputNumbers(index)?.[0]);
  if (crosses === undefined || uses === undefined || keeps === undefined) return undefined;
  const reuses = crosses !== 0 && uses !== 0 && keeps !== 0;
  const projected = reuses ? 0 : context.inputShape(crosses === 0 ? 0 : 1)?.[0];
  const cached = uses !== 0 && keeps !== 0 ? context.inputShape(6)?.[2] : 0;
  return addUp(
    multiply(sequence, batch, context.inputElements(2)),
    multiply(projected, batch, context.inputElements(3)),
    multiply(2, sequence, batch, width, addUp(projected, cached)),
  );
};

/** GatedRelativePositionBias: [batch, heads, sequence, sequence]; with `token_offset` the query has no padding. */
function inferRelativeBias(context: RuleContext): void {
  const query = context.shape(0);
  if (hasInput(context, 6) || !hasRank(context, query, 3, 'part.query')) return;
  context.output(0, dtypeOf(context, 0), shapeOf(query[0], context.int('num_heads'), query[1], query[1]));
}

/** RelativePositionBias: a bias for each head, query and key position; the lengths are inputs. */
function inferPositionBias(context: RuleContext): void {
  const queries = context.input(1)?.value?.[0] ?? context.fresh('queries');
  const keys = context.input(2)?.value?.[0] ?? context.fresh('keys');
  context.output(0, dtypeOf(context, 0), shapeOf(1, dimOrNone(context.shape(0), 1), queries, keys));
}

const rotary: OpEntry = { infer: sameAs(0), elementwiseOps: perOutput(3) };
/** com.microsoft attention. */
export const contribAttentionOps: OpTable = {
  Attention: mergedAttention(4, 0),
  DecoderMaskedSelfAttention: mergedAttention(4, 0),
  QAttention: mergedAttention(8, 3),
  MultiHeadAttention: multiHead({ key: 6, length: 8 }),
  DecoderMaskedMultiHeadAttention: multiHead({ key: 5, length: 7 }),
  GroupQueryAttention: groupedAttention(6),
  SparseAttention: groupedAttention(7),
  DecoderAttention: { infer: inferDecoderAttention, macs: decoderAttentionMacs, elementwiseOps: unknownCount },
  LongformerAttention: { infer: sameAs(0), macs: unknownCount, elementwiseOps: unknownCount },
  RotaryEmbedding: rotary,
  MRotaryEmbedding: rotary,
  GemmaRotaryEmbedding: { infer: outputsLike(1, 3), elementwiseOps: perOutput(6) },
  GatedRelativePositionBias: { infer: inferRelativeBias },
  RelativePositionBias: { infer: inferPositionBias },
};
