import { say } from '../../../shared/messages/say';
import type { Dim, Shape } from '../algebra/dim';
import type { TensorValue } from '../facts/fact';
import type { OpTable, RuleContext } from '../facts/rule';
import { none } from './counting';
import {
  coordinatesOf,
  dimOrFresh,
  elementsOfInput,
  isAbsent,
  numbersOf,
  pickElements,
  positionOf,
  shapeFromInput,
  stridesOf,
} from './shapeInputs';
import {
  broadcastDims,
  divideExactly,
  dtypeOf,
  floorDivDims,
  multiplyDims,
  normalizeAxes,
  normalizeAxis,
  numericShape,
  productOfDims,
  shapeText,
} from './shapeMath';

/** States output 0 as the elements of input 0 under another shape. */
function sameElements(context: RuleContext, shape: Shape): void {
  context.output(0, dtypeOf(context, 0), shape, context.input(0)?.value);
}

/**
 * Reshape: the target is attribute `shape` before opset 5, then input 1. `0` copies the input's dimension unless
 * `allowzero` (opset 14); `-1` takes what is left. A single element that is not known is what is left, too.
 */
function inferReshape(context: RuleContext): void {
  const target = context.ints('shape') ?? elementsOfInput(context, 1);
  if (target === undefined) {
    sameElements(context, undefined);
    return;
  }
  const input = context.shape(0);
  const copiesZero = context.int('allowzero', 0) === 0;
  const stated = target.map((element, axis) => {
    if (element === 0 && copiesZero) return input === undefined ? undefined : (input[axis] ?? 0);
    return element === -1 ? undefined : element;
  });
  const open = stated.filter((element) => element === undefined).length;
  const rest = input !== undefined && open === 1 ? remaining(input, stated) : undefined;
  const shape = stated.map((element, axis) => element ?? rest ?? context.fresh(String(axis)));
  checkElements(context, input, shape);
  sameElements(context, shape);
}

/** The dimension that makes the number of elements come out; `undefined` where it cannot be said. */
function remaining(input: readonly Dim[], stated: TensorValue): Dim | undefined {
  const total = productOfDims(input);
  const others = productOfDims(stated.filter((element) => element !== undefined));
  if (others === 0) return total === 0 ? 0 : undefined;
  return divideExactly(total, others) ?? floorDivDims(total, others);
}

function checkElements(context: RuleContext, input: Shape, shape: readonly Dim[]): void {
  const from = input === undefined ? undefined : productOfDims(input);
  const to = productOfDims(shape);
  if (typeof from === 'number' && typeof to === 'number' && from !== to) {
    context.problem(
      say('shapes.reshape', { from: shapeText(input), fromElements: from, to: shapeText(shape), toElements: to }),
    );
  }
}

/** Flatten: two axes, the input's up to `axis` (default 1) and the rest. */
function inferFlatten(context: RuleContext): void {
  const input = context.shape(0);
  if (input === undefined) {
    sameElements(context, [context.fresh('0'), context.fresh('1')]);
    return;
  }
  const stated = context.int('axis', 1);
  const axis = stated === input.length ? stated : normalizeAxis(stated, Math.max(1, input.length));
  sameElements(context, [productOfDims(input.slice(0, axis)), productOfDims(input.slice(axis))]);
}

/**
 * Squeeze: axes are an attribute before opset 13, then input 1; without axes all dimensions of 1 go. So they do with an
 * empty list of axes, which the standard leaves open, in ONNX Runtime.
 */
function inferSqueeze(context: RuleContext): void {
  const input = context.shape(0);
  if (input === undefined) {
    sameElements(context, undefined);
    return;
  }
  const axes = isAbsent(context, 'axes', 1) ? [] : numbersOf(context, 'axes', 1);
  if (axes?.length === 0) {
    const settled = input.every((dim) => typeof dim === 'number');
    sameElements(context, settled ? input.filter((dim) => dim !== 1) : undefined);
    return;
  }
  if (axes === undefined) {
    sameElements(context, freshRank(context, input.length - (elementsOfInput(context, 1)?.length ?? Number.NaN)));
    return;
  }
  const dropped = normalizeAxes(axes, input.length);
  for (const axis of dropped) {
    const dim = input[axis];
    if (typeof dim === 'number' && dim !== 1) context.problem(say('shapes.squeeze', { axis, dim }));
  }
  sameElements(
    context,
    input.filter((_, axis) => !dropped.has(axis)),
  );
}

/** A shape of which only the rank is known. */
function freshRank(context: RuleContext, rank: number): Shape {
  if (!Number.isInteger(rank) || rank < 0) return undefined;
  return Array.from({ length: rank }, (_, axis) => context.fresh(String(axis)));
}

/** Unsqueeze: axes of the result are an attribute before opset 13, then input 1. */
function inferUnsqueeze(context: RuleContext): void {
  const input = context.shape(0);
  const axes = numbersOf(context, 'axes', 1);
  if (input === undefined || axes === undefined) {
    const added = elementsOfInput(context, 1)?.length ?? Number.NaN;
    sameElements(context, input && freshRank(context, input.length + added));
    return;
  }
  const rank = input.length + axes.length;
  const added = normalizeAxes(axes, rank);
  const old = input.values();
  const shape = Array.from({ length: input.length + added.size }, (_, axis) =>
    added.has(axis) ? 1 : (old.next().value ?? 1),
  );
  sameElements(context, shape);
}

/** Transpose: `perm` defaults to the reverse order. */
function inferTranspose(context: RuleContext): void {
  const input = context.shape(0);
  const stated = context.ints('perm');
  if (input === undefined) {
    const shape = stated?.map((_, axis) => context.fresh(String(axis)));
    context.output(0, dtypeOf(context, 0), shape);
    return;
  }
  const order = stated ?? input.map((_, axis) => input.length - 1 - axis);
  if (order.length !== input.length) {
    throw new RangeError(`perm has ${order.length} axes but the input has rank ${input.length}`);
  }
  const axes = order.map((axis) => normalizeAxis(axis, input.length));
  const shape = axes.map((axis) => input[axis] ?? 1);
  context.output(0, dtypeOf(context, 0), shape, transposedValue(context, axes, shape));
}

function transposedValue(context: RuleContext, axes: readonly number[], shape: Shape): TensorValue | undefined {
  const from = numericShape(context.shape(0));
  const to = numericShape(shape);
  if (from === undefined || to === undefined) return undefined;
  const strides = stridesOf(from);
  const reordered = axes.map((axis) => strides[axis] ?? 0);
  return pickElements(context.input(0), shape, (position) => positionOf(coordinatesOf(position, to), reordered));
}

/** Expand (opset 8): the input broadcast with the shape in input 1, both ways. */
function inferExpand(context: RuleContext): void {
  const input = context.shape(0);
  const target = elementsOfInput(context, 1);
  if (input === undefined || target === undefined) {
    context.output(0, dtypeOf(context, 0), undefined);
    return;
  }
  const rank = Math.max(input.length, target.length);
  const shape = Array.from({ length: rank }, (_, axis) => {
    const own = axis < rank - input.length ? 1 : (input[axis - (rank - input.length)] ?? 1);
    if (axis < rank - target.length) return own;
    const wanted = target[axis - (rank - target.length)];
    if (wanted === undefined && typeof own === 'number' && own > 1) return own;
    return broadcastDims(own, dimOrFresh(context, wanted, String(axis)));
  });
  context.output(0, dtypeOf(context, 0), shape, expandedValue(context, shape));
}

function expandedValue(context: RuleContext, shape: Shape): TensorValue | undefined {
  const from = numericShape(context.shape(0));
  const to = numericShape(shape);
  if (from === undefined || to === undefined || context.input(0)?.value === undefined) return undefined;
  const strides = stridesOf(from).map((stride, axis) => (from[axis] === 1 ? 0 : stride));
  const padded = [...new Array<number>(to.length - from.length).fill(0), ...strides];
  return pickElements(context.input(0), shape, (position) => positionOf(coordinatesOf(position, to), padded));
}

/** Tile: repeats per axis in input 1; before opset 6 a number of tiles and one axis, both inputs. */
function inferTile(context: RuleContext): void {
  const input = context.shape(0);
  if (input === undefined) {
    context.output(0, dtypeOf(context, 0), undefined);
    return;
  }
  const repeats = context.opset < 6 ? oldRepeats(context, input.length) : elementsOfInput(context, 1);
  const shape = input.map((dim, axis) => {
    const times = repeats?.[axis];
    return times === undefined ? context.fresh(String(axis)) : multiplyDims(dim, times);
  });
  const from = numericShape(input);
  const to = numericShape(shape);
  if (from === undefined || to === undefined) {
    context.output(0, dtypeOf(context, 0), shape);
    return;
  }
  const strides = stridesOf(from);
  const value = pickElements(context.input(0), shape, (position) =>
    positionOf(
      coordinatesOf(position, to).map((coordinate, axis) => coordinate % (from[axis] ?? 1)),
      strides,
    ),
  );
  context.output(0, dtypeOf(context, 0), shape, value);
}

function oldRepeats(context: RuleContext, rank: number): TensorValue | undefined {
  const tiles = context.input(1)?.value?.[0];
  const axis = context.numbers(2)?.[0];
  return axis === undefined ? undefined : Array.from({ length: rank }, (_, each) => (each === axis ? tiles : 1));
}

/** DepthToSpace: [N, C, H, W] to [N, C/b², H*b, W*b]. */
function inferDepthToSpace(context: RuleContext): void {
  const block = context.int('blocksize', 1);
  const [n, c, h, w] = context.shape(0) ?? [];
  const known = n !== undefined && c !== undefined && h !== undefined && w !== undefined;
  const shape = known ? [n, floorDivDims(c, block * block), multiplyDims(h, block), multiplyDims(w, block)] : undefined;
  context.output(0, dtypeOf(context, 0), shape);
}

/** SpaceToDepth: [N, C, H, W] to [N, C*b², H/b, W/b]. */
function inferSpaceToDepth(context: RuleContext): void {
  const block = context.int('blocksize', 1);
  const [n, c, h, w] = context.shape(0) ?? [];
  const known = n !== undefined && c !== undefined && h !== undefined && w !== undefined;
  const shape = known ? [n, multiplyDims(c, block * block), floorDivDims(h, block), floorDivDims(w, block)] : undefined;
  context.output(0, dtypeOf(context, 0), shape);
}

/** CenterCropPad (opset 18): the listed axes take the sizes of input 1. */
function inferCenterCropPad(context: RuleContext): void {
  const input = context.shape(0);
  if (input === undefined) {
    context.output(0, dtypeOf(context, 0), undefined);
    return;
  }
  const axes = (context.ints('axes') ?? input.map((_, axis) => axis)).map((axis) => normalizeAxis(axis, input.length));
  const sizes = shapeFromInput(context, 1);
  const shape = [...input];
  for (const [index, axis] of axes.entries()) shape[axis] = sizes?.[index] ?? context.fresh(String(axis));
  context.output(0, dtypeOf(context, 0), shape);
}

/** Operators that give the same elements another shape or order. */
export const reshapingOps: OpTable = {
  Reshape: { infer: inferReshape, viewOnly: true },
  Flatten: { infer: inferFlatten, viewOnly: true },
  Squeeze: { infer: inferSqueeze, viewOnly: true },
  Unsqueeze: { infer: inferUnsqueeze, viewOnly: true },
  Transpose: { infer: inferTranspose, elementwiseOps: none },
  Expand: { infer: inferExpand, elementwiseOps: none },
  Tile: { infer: inferTile, elementwiseOps: none },
  DepthToSpace: { infer: inferDepthToSpace, elementwiseOps: none },
  SpaceToDepth: { infer: inferSpaceToDepth, elementwiseOps: none },
  CenterCropPad: { infer: inferCenterCropPad, elementwiseOps: none },
};
