import type { Dim } from '../algebra/dim';
import type { CountContext, OpEntry, OpTable, RuleContext } from '../facts/rule';
import { type Count, elementsOf, multiply, perOutput } from './counting';
import { perHead } from './heads';
import { dimOrNone, hasInput, hasRank, outputsLike, sameAs, shapeOf } from './ruleMakers';
import { addDims, dtypeOf, maxDim, multiplyDims, subtractDims } from './shapeMath';

/** Sizes of a recurrence with a matrix as its state: one state of `keySize` x `valueSize` for each head. */
interface Recurrence {
  readonly keySize: Dim | undefined;
  readonly valueSize: Dim | undefined;
  readonly stateHeads: Dim | undefined;
  readonly outputHeads: Dim | undefined;
}

/** LinearAttention: heads lie in the last dimension of queries, keys and values. */
function packedRecurrence(context: RuleContext): Recurrence {
  const queryHeads = context.int('q_num_heads');
  const stateHeads = context.int('kv_num_heads');
  return {
    keySize: perHead(dimOrNone(context.shape(0), 2), queryHeads),
    valueSize: perHead(dimOrNone(context.shape(2), 2), stateHeads),
    stateHeads,
    outputHeads: queryHeads !== undefined && stateHeads !== undefined ? Math.max(queryHeads, stateHeads) : undefined,
  };
}

/** [W, ...] where the operator keeps the states of the last W positions (com.microsoft, `state_window`). */
function withWindow(context: RuleContext, state: readonly Dim[] | undefined): readonly Dim[] | undefined {
  const window = context.int('state_window', 0);
  return window > 0 && state !== undefined ? [window, ...state] : state;
}

/**
 * LinearAttention (ai.onnx 27, com.microsoft): Y [batch, tokens, heads x value size] with as many heads as queries or
 * states, whichever are more; then the state [batch, state heads, key size, value size].
 */
function inferLinearAttention(context: RuleContext): void {
  const query = context.shape(0);
  if (!hasRank(context, query, 3, 'part.query')) return;
  const { keySize, valueSize, stateHeads, outputHeads } = packedRecurrence(context);
  const width = outputHeads === undefined || valueSize === undefined ? undefined : multiplyDims(outputHeads, valueSize);
  context.output(0, dtypeOf(context, 0), shapeOf(query[0], query[1], width));
  const state = shapeOf(query[0], stateHeads, keySize, valueSize);
  context.output(1, dtypeOf(context, hasInput(context, 3) ? 3 : 0), withWindow(context, state));
}

/** Products of one token with the states: the update, what the state holds already (`delta` rules), and the answer. */
function productsPerToken(context: CountContext, stateHeads: number, outputHeads: number): number {
  const retrieves = context.string('update_rule', 'gated_delta').includes('delta');
  return stateHeads * (retrieves ? 2 : 1) + outputHeads;
}

const linearAttentionMacs: Count = (context) => {
  const [batch, tokens, keys] = context.inputShape(0) ?? [];
  const queryHeads = context.int('q_num_heads', 0);
  const stateHeads = context.int('kv_num_heads', 0);
  const values = context.inputShape(2)?.[2];
  if (queryHeads <= 0 || stateHeads <= 0 || keys === undefined || values === undefined) return undefined;
  const products = productsPerToken(context, stateHeads, Math.max(queryHeads, stateHeads));
  return multiply(batch, tokens, products, keys / queryHeads, values / stateHeads);
};

/** The decay of every element of the states, for each token; the plain rules have none. */
function decayOps(stateElements: (context: CountContext) => number | undefined): Count {
  return (context) => (context.string('update_rule', 'gated_delta').startsWith('gated') ? stateElements(context) : 0);
}

const linearAttention: OpEntry = {
  infer: inferLinearAttention,
  macs: linearAttentionMacs,
  elementwiseOps: decayOps((context) => {
    const [batch, tokens, keys] = context.inputShape(0) ?? [];
    const queryHeads = context.int('q_num_heads', 0);
    if (queryHeads <= 0 || keys === undefined) return undefined;
    return multiply(batch, tokens, keys / queryHeads, context.inputShape(2)?.[2]);
  }),
};

/** Size of the batch of packed sequences: of the states that come in, else one less than the bounds of the sequences. */
function packedBatch(context: RuleContext, state: number, bounds: number): Dim | undefined {
  const stated = dimOrNone(context.shape(state), 0);
  const count = dimOrNone(context.shape(bounds), 0);
  return stated ?? (count === undefined ? undefined : subtractDims(count, 1));
}

/**
 * GatedDeltaNet: queries, keys and values are [tokens, heads, size], or [batch, tokens, heads, size]. Then the states
 * [batch, heads, value size, key size], and with `state_update_capacity` what the first tokens changed in them.
 */
function inferGatedDeltaNet(context: RuleContext): void {
  const query = context.shape(0);
  const value = context.shape(2);
  if (!hasRank(context, query, 3, 'part.query') || !hasRank(context, value, 3, 'part.value')) return;
  const keyHeads = dimOrNone(context.shape(1), -2);
  const keySize = query.at(-1) ?? 0;
  const valueHeads = value.at(-2) ?? 0;
  const valueSize = value.at(-1) ?? 0;
  context.output(0, dtypeOf(context, 0), [...query.slice(0, -2), maxDim(query.at(-2) ?? 0, valueHeads), valueSize]);
  const batch = query.length === 4 ? query[0] : packedBatch(context, 6, 3);
  context.output(1, 'float32', shapeOf(batch, valueHeads, valueSize, keySize));
  if (keyHeads === undefined) return;
  const keys = multiplyDims(keyHeads, keySize);
  const perToken = addDims(valueHeads, addDims(keys, multiplyDims(valueHeads, valueSize)));
  context.output(2, 'float32', shapeOf(batch, multiplyDims(context.int('state_update_capacity', 0), perToken)));
}

const gatedDeltaNet: OpEntry = {
  infer: inferGatedDeltaNet,
  macs: (context) => {
    const query = context.inputShape(0);
    const value = context.inputShape(2);
    const queryHeads = query?.at(-2);
    const stateHeads = value?.at(-2);
    if (queryHeads === undefined || stateHeads === undefined) return undefined;
    const products = productsPerToken(context, stateHeads, Math.max(queryHeads, stateHeads));
    return multiply(elementsOf(query?.slice(0, -2)), products, query?.at(-1), value?.at(-1));
  },
  elementwiseOps: decayOps((context) => multiply(context.inputElements(2), context.inputShape(0)?.at(-1))),
};

/** Positions of the past that a causal convolution keeps: (kernel - 1) x dilation. */
function stateLength(context: RuleContext): Dim | undefined {
  const kernel = dimOrNone(context.shape(1), -1);
  return kernel === undefined ? undefined : multiplyDims(subtractDims(kernel, 1), context.int('dilation', 1));
}

/**
 * CausalConvWithState (ai.onnx 27, com.microsoft): Y like X [batch, channels, length], then the last positions for the
 * next call. The com.microsoft one may have its channels last; over more than one spatial dimension its state is not
 * defined.
 */
function inferCausalConvolution(context: RuleContext): void {
  const input = context.shape(0);
  const dtype = dtypeOf(context, 0);
  context.output(0, dtype, input);
  if (context.int('ndim', 1) !== 1 || !hasRank(context, input, 3, 'part.input')) {
    context.output(1, dtype, undefined);
    return;
  }
  const length = stateLength(context);
  const [batch, first, ...others] = input;
  const state =
    context.int('channels_last', 0) === 0 ? shapeOf(batch, first, length) : shapeOf(batch, length, ...others);
  context.output(1, dtype, withWindow(context, state));
}

/** VarlenCausalConvWithState: sequences of different lengths one after another, [tokens, channels]. */
function inferPackedConvolution(context: RuleContext): void {
  const input = context.shape(0);
  const dtype = dtypeOf(context, 0);
  const channels = dimOrNone(input, 1);
  const batch = packedBatch(context, 4, 2);
  context.output(0, dtype, input);
  context.output(1, dtype, shapeOf(batch, channels, stateLength(context)));
  context.output(2, dtype, shapeOf(batch, context.int('state_update_capacity', 0), channels));
}

/** Every channel has its own kernel [channels, 1, kernel...]: output elements x kernel. */
const depthwiseMacs: Count = (context) =>
  multiply(context.outputElements(0), elementsOf(context.inputShape(1)?.slice(2)));

const fusedActivationOps: Count = (context) =>
  context.string('activation', 'none') === 'none' ? 0 : multiply(2, context.outputElements(0));

const causalConvolution: OpEntry = {
  infer: inferCausalConvolution,
  macs: depthwiseMacs,
  elementwiseOps: fusedActivationOps,
};

/** ai.onnx recurrences with a matrix as their state, and the convolution in front of them, opset 27 on. */
export const linearAttentionOps: OpTable = {
  LinearAttention: linearAttention,
  CausalConvWithState: causalConvolution,
};

/** com.microsoft recurrences of this kind and what exporters fuse around them. */
export const contribLinearAttentionOps: OpTable = {
  ...linearAttentionOps,
  GatedDeltaNet: gatedDeltaNet,
  // Decay and update rate have the types and shapes of their projections, inputs 0 and 3.
  LinearAttentionGate: { infer: outputsLike(0, 3), elementwiseOps: perOutput(4) },
  GatedRMSNorm: { infer: sameAs(0), elementwiseOps: perOutput(7) },
  VarlenCausalConvWithState: {
    infer: inferPackedConvolution,
    macs: depthwiseMacs,
    elementwiseOps: fusedActivationOps,
  },
};
