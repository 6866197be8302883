import type { MessageId } from '../../../shared/messages/message';
import { say } from '../../../shared/messages/say';
import type { DType } from '../../../shared/vocabulary/dtype';
import type { Dim, Shape } from '../algebra/dim';
import { multiplyDims } from '../algebra/dimArithmetic';
import { sameDim } from '../algebra/dimExpression';
import { broadcastDim } from '../algebra/dimLattice';
import { dimText } from '../algebra/dimText';
import type { RuleContext } from '../facts/rule';

export {
  addDims,
  ceilDivDims,
  divideExactly,
  floorDivDims,
  floorOfDim,
  multiplyDims,
  subtractDims,
  sumDims,
} from '../algebra/dimArithmetic';
export { maxDim, minDim } from '../algebra/dimLattice';
export { isAtLeast } from '../algebra/dimOrder';
export { shapeText } from '../algebra/dimText';

/** Product of dimensions; 1 for none. */
export function productOfDims(dims: readonly Dim[]): Dim {
  let product: Dim = 1;
  for (const dim of dims) product = multiplyDims(product, dim);
  return product;
}

/** The shape as numbers; `undefined` where a dimension or the rank is not known. */
export function numericShape(shape: Shape): readonly number[] | undefined {
  if (shape === undefined) return undefined;
  for (const dim of shape) if (typeof dim !== 'number') return undefined;
  return shape.filter((dim) => typeof dim === 'number');
}

/**
 * An axis counted from the front. @throws RangeError when it is outside `-rank..rank-1`; the driver reports it on the node.
 */
export function normalizeAxis(axis: number, rank: number): number {
  const normal = axis < 0 ? axis + rank : axis;
  if (!Number.isInteger(normal) || normal < 0 || normal >= rank) {
    throw new RangeError(`axis ${axis} is outside a tensor of rank ${rank}`);
  }
  return normal;
}

/** Axes counted from the front, as a set. @throws RangeError as `normalizeAxis` does. */
export function normalizeAxes(axes: readonly number[], rank: number): ReadonlySet<number> {
  return new Set(axes.map((axis) => normalizeAxis(axis, rank)));
}

/** Multidirectional broadcasting of one axis (ONNX `Broadcasting.md`). @throws RangeError when it is impossible. */
export function broadcastDims(left: Dim, right: Dim): Dim {
  if (left === 1 || sameDim(left, right)) return right;
  if (right === 1) return left;
  if (typeof left === 'number' && typeof right === 'number') {
    throw new RangeError(`dimensions ${dimText(left)} and ${dimText(right)} cannot be broadcast`);
  }
  return broadcastDim(left, right);
}

/** Multidirectional broadcasting; `undefined` where a rank is unknown. @throws RangeError when it is impossible. */
export function broadcastShapes(...shapes: readonly Shape[]): Shape {
  let result: readonly Dim[] | undefined;
  for (const shape of shapes) {
    if (shape === undefined) return undefined;
    result = result === undefined ? shape : broadcastPair(result, shape);
  }
  return result;
}

/** `shape` with `dim` in place of the one at `axis`. */
export function replaceAxis(shape: readonly Dim[], axis: number, dim: Dim): Dim[] {
  return shape.map((old, index) => (index === axis ? dim : old));
}

/** Element type of an input; `undefined` (the name) where the input is omitted or its type unknown. */
export function dtypeOf(context: RuleContext, index: number): DType {
  return context.input(index)?.dtype ?? 'undefined';
}

/** States output 0 with the type and shape of input `index`: the rule of operators that work element by element. */
export function sameAsInput(context: RuleContext, index = 0): void {
  context.output(0, dtypeOf(context, index), context.shape(index));
}

/** What of a node should be equal. */
export type Parts = Extract<MessageId, `parts.${string}`>;

/** Reports when two dimensions that must be equal, both at `axis`, are two different numbers. */
export function expectEqual(context: RuleContext, left: Dim, right: Dim, parts: Parts, axis = 0): void {
  if (typeof left === 'number' && typeof right === 'number' && left !== right) {
    context.problem(say('shapes.unequal', { parts: say(parts, { axis }), left, right }));
  }
}

/** Of two dimensions that must be equal, the one that says more: a number, else one that a binding can settle. */
export function moreCertain(context: RuleContext, left: Dim, right: Dim, parts: Parts, axis = 0): Dim {
  expectEqual(context, left, right, parts, axis);
  if (typeof left === 'number') return left;
  return typeof right === 'number' || left.cause !== undefined ? right : left;
}

function broadcastPair(left: readonly Dim[], right: readonly Dim[]): readonly Dim[] {
  const [long, short] = left.length >= right.length ? [left, right] : [right, left];
  const offset = long.length - short.length;
  let changed = false;
  const result = long.map((dim, axis) => {
    const other = axis < offset ? undefined : short[axis - offset];
    const joined = other === undefined ? dim : broadcastDims(dim, other);
    changed ||= joined !== dim;
    return joined;
  });
  return changed ? result : long;
}
