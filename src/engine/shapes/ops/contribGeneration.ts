import type { DType } from '../../../shared/vocabulary/dtype';
import type { Dim } from '../algebra/dim';
import type { OpEntry, OpTable, RuleContext } from '../facts/rule';
import { multiply, none, perInput, unknownCount } from './counting';
import { dimOrNone, hasInput, type Rule, sameAs, shapeOf } from './ruleMakers';
import { dtypeOf, subtractDims } from './shapeMath';

/** The one number in input `index`, else a new dimension. */
function scalarOr(context: RuleContext, index: number, label: string): Dim {
  return context.input(index)?.value?.[0] ?? context.fresh(label);
}

function vocabulary(context: RuleContext): Dim {
  const stated = context.int('vocab_size', -1);
  return stated > 0 ? stated : (dimOrNone(context.shape(7), -1) ?? context.fresh('vocabulary'));
}

/** Type of the scores: that of the penalties (inputs 5 and 6), float32 without any. */
function scoreType(context: RuleContext): DType {
  const stated = [5, 6].map((index) => dtypeOf(context, index)).find((dtype) => dtype !== 'undefined');
  return stated ?? 'float32';
}

/** GreedySearch, Sampling: [batch, maximum length], then the logits that were sampled from [batch, vocabulary]. */
function inferGreedy(context: RuleContext): void {
  const batch = dimOrNone(context.shape(0), 0);
  context.output(0, 'int32', shapeOf(batch, scalarOr(context, 1, 'length')));
  const stated = context.int('vocab_size', -1);
  context.output(1, 'float32', shapeOf(batch, stated > 0 ? stated : context.fresh('vocabulary')));
}

/**
 * BeamSearch, WhisperBeamSearch: [batch, returned sequences, maximum length], their scores, and the scores of every step
 * [steps, batch, beams, vocabulary]. A decoder that continues its prompt makes fewer steps than the maximum length.
 */
const inferBeams: Rule = (context) => {
  const batch = dimOrNone(context.shape(0), 0);
  const length = scalarOr(context, 1, 'length');
  const returned = scalarOr(context, 4, 'returned');
  context.output(0, 'int32', shapeOf(batch, returned, length));
  context.output(1, scoreType(context), shapeOf(batch, returned));
  const prompt = context.int('model_type', 0) === 0 ? dimOrNone(context.shape(0), 1) : undefined;
  const steps = prompt === undefined ? context.fresh('steps') : subtractDims(length, prompt);
  const beams = scalarOr(context, 3, 'beams');
  context.output(2, scoreType(context), shapeOf(steps, batch, beams, vocabulary(context)));
};

/** WhisperBeamSearch also gives what the text attended to, and the probability that nobody speaks. */
const inferWhisper: Rule = (context) => {
  inferBeams(context);
  const batch = dimOrNone(context.shape(0), 0);
  const pairs = hasInput(context, 12) ? dimOrNone(context.shape(12), 0) : context.fresh('layersAndHeads');
  const tokens = context.fresh('tokens');
  const frames = context.fresh('frames');
  context.output(3, 'float32', shapeOf(batch, scalarOr(context, 4, 'returned'), pairs, tokens, frames));
  context.output(4, scoreType(context), shapeOf(batch));
};

/** A loop over a decoder that stops when the text ends: how many steps it takes is not known beforehand. */
function generation(infer: Rule): OpEntry {
  return { infer, macs: unknownCount, elementwiseOps: unknownCount };
}

/** BifurcationDetector: the tokens with those that were predicted right, and where they match the source. */
function inferBifurcation(context: RuleContext): void {
  context.output(0, 'int64', [context.fresh('tokens')]);
  context.output(1, 'int64', context.shape(2));
}

/**
 * NGramHashMapping, VarlenNGramHashMapping: a number for each token, n-gram order from 2 on, and head; then the last tokens
 * (and, packed, their segments) for the next call. `batchOf` gives the number of sequences.
 */
function hashMapping(batchOf: (context: RuleContext) => Dim | undefined): OpEntry {
  const infer = (context: RuleContext): void => {
    const dtype = dtypeOf(context, 0);
    const orders = context.int('max_ngram_size', 2) - 1;
    const ids = context.shape(0);
    context.output(0, dtype, ids && [...ids, orders * context.int('n_head_per_ngram', 1)]);
    context.output(1, dtype, shapeOf(batchOf(context), orders));
    context.output(2, 'int32', shapeOf(batchOf(context), orders));
  };
  // A multiplication and an exclusive or for each order, then the remainder.
  return { infer, elementwiseOps: (context) => multiply(3, context.outputElements(0)) };
}

/** DynamicTimeWarping: the path through a matrix of costs, [2, points]. */
function inferTimeWarping(context: RuleContext): void {
  context.output(0, 'int32', [2, context.fresh('points')]);
}

/** Tokenizer: the words of each text on a new last axis, as many as the longest text has. */
function inferTokenizer(context: RuleContext): void {
  const input = context.shape(0);
  context.output(0, 'string', input && [...input, context.fresh('tokens')]);
}

/** com.microsoft operators that make text, and on tokens. */
export const contribGenerationOps: OpTable = {
  GreedySearch: generation(inferGreedy),
  Sampling: generation(inferGreedy),
  BeamSearch: generation(inferBeams),
  WhisperBeamSearch: generation(inferWhisper),
  NGramRepeatBlock: { infer: sameAs(1), elementwiseOps: none },
  BifurcationDetector: { infer: inferBifurcation, elementwiseOps: none },
  NGramHashMapping: hashMapping((context) => dimOrNone(context.shape(0), 0)),
  VarlenNGramHashMapping: hashMapping((context) => {
    const bounds = dimOrNone(context.shape(3), 0);
    return bounds === undefined ? undefined : subtractDims(bounds, 1);
  }),
  DynamicTimeWarping: { infer: inferTimeWarping, elementwiseOps: perInput(3) },
  Tokenizer: { infer: inferTokenizer },
};
