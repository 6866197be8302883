import type { MessageId } from '../../../shared/messages/message';
import { say } from '../../../shared/messages/say';
import type { DType } from '../../../shared/vocabulary/dtype';
import type { Dim, Shape } from '../algebra/dim';
import { type TensorFact, unknownFact } from '../facts/fact';
import type { OpEntry, RuleContext } from '../facts/rule';
import { dtypeOf } from './shapeMath';

export type Rule = OpEntry['infer'];

/** Fact of input `index`, the unknown tensor where it is omitted. */
export function factOf(context: RuleContext, index: number): TensorFact {
  return context.input(index) ?? unknownFact;
}

/** True when input `index` is written, known or not. */
export function hasInput(context: RuleContext, index: number): boolean {
  return (context.node.inputs[index] ?? '') !== '';
}

/** True when output `index` is written. */
export function hasOutput(context: RuleContext, index: number): boolean {
  return (context.node.outputs[index] ?? '') !== '';
}

/** Dimension `index` of a shape, from the end where negative; none where the shape is unknown or too short. */
export function dimOrNone(shape: Shape, index: number): Dim | undefined {
  return shape?.at(index);
}

/** A shape whose dimensions are all known, `undefined` as soon as one is missing. */
export function shapeOf(...dims: readonly (Dim | undefined)[]): Shape {
  const known: Dim[] = [];
  for (const dim of dims) {
    if (dim === undefined) return undefined;
    known.push(dim);
  }
  return known;
}

/** Rule: output 0 has the type and shape of input `index`. */
export function sameAs(index: number): Rule {
  return (context) => context.output(0, dtypeOf(context, index), context.shape(index));
}

/** Rule: output i has the type and shape of input `sources[i]`. */
export function outputsLike(...sources: readonly number[]): Rule {
  return (context) => {
    for (const [output, source] of sources.entries()) {
      context.output(output, dtypeOf(context, source), context.shape(source));
    }
  };
}

/** Rule: output 0 has the shape of input `index` and a fixed element type. */
export function shapeAs(index: number, dtype: DType): Rule {
  return (context) => context.output(0, dtype, context.shape(index));
}

/** What of a node is spoken of. */
export type Part = Extract<MessageId, `part.${string}`>;

/** Reports a rank that the operator does not take; true when the shape is known and its rank is at least `minimum`. */
export function hasRank(context: RuleContext, shape: Shape, minimum: number, part: Part): shape is readonly Dim[] {
  if (shape === undefined) return false;
  if (shape.length >= minimum) return true;
  context.problem(say('shapes.rank', { part: say(part, {}), rank: shape.length, needed: minimum }));
  return false;
}

/** A shape that input `index` states in its elements; elements that are not known become new dimensions. */
export function dimsFromValue(context: RuleContext, index: number): readonly Dim[] | undefined {
  const value = context.input(index)?.value;
  return value?.map((dim, position) => dim ?? context.fresh(`d${position}`));
}
