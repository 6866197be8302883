import type { OpTable, RuleContext } from '../facts/rule';
import { valueWidth } from './contribAttention';
import { none, unknownCount } from './counting';
import { perHead } from './heads';
import { dimOrNone, hasInput, hasRank, shapeOf } from './ruleMakers';
import { addDims, dtypeOf, multiplyDims } from './shapeMath';

/** PackedAttention: tokens without padding, [tokens, features]. Which token meets which is known only in a run. */
function inferPackedAttention(context: RuleContext): void {
  const tokens = dimOrNone(context.shape(0), 0);
  context.output(0, dtypeOf(context, 0), shapeOf(tokens, valueWidth(context, dimOrNone(context.shape(1), 1))));
}

/** PackedMultiHeadAttention: [tokens, width of the values]; queries, keys and values may lie in one [tokens, heads, 3, size]. */
function inferPackedMultiHead(context: RuleContext): void {
  const query = context.shape(0);
  if (!hasRank(context, query, 2, 'part.query')) return;
  const [tokens, heads, , headSize] = query;
  const merged = heads === undefined || headSize === undefined ? undefined : multiplyDims(heads, headSize);
  const width = query.length === 4 ? merged : dimOrNone(context.shape(2), 1);
  context.output(0, dtypeOf(context, 0), shapeOf(tokens, width));
}

/**
 * PagedAttention: [tokens, heads x value size]; the caches in pages (inputs 3 and 4) go through. With the latent layout the
 * values are the first `v_head_size` channels of the keys.
 */
function inferPagedAttention(context: RuleContext): void {
  const query = context.shape(0);
  const heads = context.int('num_heads');
  const shared = context.int('kv_num_heads', 0);
  if (hasRank(context, query, 2, 'part.query') && heads !== undefined) {
    const merged = !hasInput(context, 1);
    const latent = context.string('kv_cache_layout', 'SEPARATE') === 'LATENT';
    const stated = latent ? context.int('v_head_size', 0) : 0;
    const headSize = stated > 0 ? stated : perHead(query[1], merged ? heads + 2 * shared : heads);
    context.output(0, dtypeOf(context, 0), shapeOf(query[0], headSize && multiplyDims(headSize, heads)));
  }
  context.output(1, dtypeOf(context, 3), context.shape(3));
  context.output(2, dtypeOf(context, 4), context.shape(4));
}

/** RemovePadding: tokens without padding, their places, and the lengths of the sequences. */
function inferRemovePadding(context: RuleContext): void {
  const input = context.shape(0);
  if (!hasRank(context, input, 3, 'part.input')) return;
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

/** com.microsoft attention over sequences without padding. Which token meets which others is known only in a run. */
export const contribPackedAttentionOps: OpTable = {
  PackedAttention: { infer: inferPackedAttention, macs: unknownCount, elementwiseOps: unknownCount },
  PackedMultiHeadAttention: { infer: inferPackedMultiHead, macs: unknownCount, elementwiseOps: unknownCount },
  PagedAttention: { infer: inferPagedAttention, macs: unknownCount, elementwiseOps: unknownCount },
  RemovePadding: { infer: inferRemovePadding, elementwiseOps: none },
  RestorePadding: { infer: inferRestorePadding, elementwiseOps: none },
};
