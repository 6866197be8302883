import { say } from '../../../shared/messages/say';
import type { Dim, Shape } from '../algebra/dim';
import type { TensorFact, TensorValue } from '../facts/fact';
import type { OpEntry, OpTable, RuleContext } from '../facts/rule';
import { none } from './counting';
import { coordinatesOf, knownTensor, pickElements, positionOf, stridesOf } from './shapeInputs';
import {
  dtypeOf,
  isAtLeast,
  multiplyDims,
  normalizeAxis,
  numericShape,
  productOfDims,
  replaceAxis,
  sameAsInput,
} from './shapeMath';

/** Gather: the indices' shape takes the place of the axis. */
function inferGather(context: RuleContext): void {
  const data = context.shape(0);
  const indices = context.shape(1);
  const dtype = dtypeOf(context, 0);
  if (data === undefined || indices === undefined) {
    context.output(0, dtype, undefined);
    return;
  }
  const axis = normalizeAxis(context.int('axis', 0), data.length);
  const shape = [...data.slice(0, axis), ...indices, ...data.slice(axis + 1)];
  context.output(0, dtype, shape, gatheredValue(context, axis, shape));
}

function gatheredValue(context: RuleContext, axis: number, shape: Shape): TensorValue | undefined {
  const data = numericShape(context.shape(0));
  const indices = knownTensor(context, 1);
  if (data === undefined || indices === undefined) return undefined;
  const size = data[axis] ?? 1;
  const inner = data.slice(axis + 1).reduce((product, dim) => product * dim, 1);
  const picks = indices.value.length;
  if (indices.value.some((index) => index < -size || index >= size)) {
    context.problem(say('shapes.index', { size }));
    return undefined;
  }
  return pickElements(context.input(0), shape, (position) => {
    const index = indices.value[Math.floor(position / inner) % picks] ?? 0;
    const row = Math.floor(position / (inner * picks));
    return (row * size + (index < 0 ? index + size : index)) * inner + (position % inner);
  });
}

/** GatherElements: as many elements as indices. */
function inferGatherElements(context: RuleContext): void {
  context.output(0, dtypeOf(context, 0), context.shape(1), gatheredElements(context));
}

function gatheredElements(context: RuleContext): TensorValue | undefined {
  const data = numericShape(context.shape(0));
  const indices = knownTensor(context, 1);
  if (data === undefined || indices === undefined || data.length !== indices.shape.length) return undefined;
  const axis = normalizeAxis(context.int('axis', 0), data.length);
  const strides = stridesOf(data);
  const size = data[axis] ?? 1;
  return pickElements(context.input(0), indices.shape, (position) => {
    const coordinates = coordinatesOf(position, indices.shape);
    const index = indices.value[position] ?? 0;
    coordinates[axis] = index < 0 ? index + size : index;
    return positionOf(coordinates, strides);
  });
}

/** GatherND: the last axis of the indices addresses the data's axes after the batch axes. */
function inferGatherND(context: RuleContext): void {
  const data = context.shape(0);
  const indices = context.shape(1);
  const dtype = dtypeOf(context, 0);
  const depth = indices?.at(-1);
  if (data === undefined || indices === undefined || typeof depth !== 'number') {
    context.output(0, dtype, undefined);
    return;
  }
  const batch = context.int('batch_dims', 0);
  if (batch + depth > data.length) {
    throw new RangeError(`indices of depth ${depth} do not fit data of rank ${data.length}`);
  }
  const shape = [...indices.slice(0, -1), ...data.slice(batch + depth)];
  context.output(0, dtype, shape, batch === 0 ? gatheredBlocks(context, depth, shape) : undefined);
}

function gatheredBlocks(context: RuleContext, depth: number, shape: Shape): TensorValue | undefined {
  const data = numericShape(context.shape(0));
  const indices = knownTensor(context, 1);
  if (data === undefined || indices === undefined) return undefined;
  const strides = stridesOf(data);
  const inner = data.slice(depth).reduce((product, dim) => product * dim, 1);
  return pickElements(context.input(0), shape, (position) => {
    const first = Math.floor(position / inner) * depth;
    let start = 0;
    for (let axis = 0; axis < depth; axis++) {
      const index = indices.value[first + axis] ?? 0;
      start += (index < 0 ? index + (data[axis] ?? 0) : index) * (strides[axis] ?? 0);
    }
    return start + (position % inner);
  });
}

/** Scatter, ScatterElements: the data's shape; elements of vectors are followed when they are replaced, not combined. */
function inferScatterElements(context: RuleContext): void {
  context.output(0, dtypeOf(context, 0), context.shape(0), scatteredVector(context));
}

/** ScatterND: the data's shape; elements of vectors are followed. */
function inferScatterND(context: RuleContext): void {
  const indexDepth = context.shape(1)?.at(-1);
  const value = indexDepth === 1 ? scatteredVector(context) : undefined;
  context.output(0, dtypeOf(context, 0), context.shape(0), value);
}

function scatteredVector(context: RuleContext): TensorValue | undefined {
  const data = context.input(0);
  const indices = context.numbers(1);
  const updates = context.input(2)?.value;
  if (data?.value === undefined || data.shape?.length !== 1 || indices === undefined || updates === undefined) {
    return undefined;
  }
  if (context.string('reduction', 'none') !== 'none') return undefined;
  const result: (Dim | undefined)[] = [...data.value];
  for (const [position, index] of indices.entries()) {
    const place = index < 0 ? index + result.length : index;
    if (place < 0 || place >= result.length) {
      context.problem(say('shapes.scatter', { index, size: result.length }));
      return undefined;
    }
    result[place] = updates[position];
  }
  return result;
}

/** OneHot: a new axis of `depth` elements at `axis` of the indices; the type is that of the values. */
function inferOneHot(context: RuleContext): void {
  const indices = context.shape(0);
  const dtype = dtypeOf(context, 2);
  if (indices === undefined) {
    context.output(0, dtype, undefined);
    return;
  }
  const axis = normalizeAxis(context.int('axis', -1), indices.length + 1);
  const depth = context.input(1)?.value?.[0] ?? context.fresh('depth');
  context.output(0, dtype, [...indices.slice(0, axis), depth, ...indices.slice(axis)]);
}

/** NonZero: one column of coordinates for every element that is not zero (a scalar counts as a vector of one). */
function inferNonZero(context: RuleContext): void {
  const input = context.shape(0);
  if (input === undefined) {
    context.output(0, 'int64', [context.fresh('rank'), context.fresh('count')]);
    return;
  }
  const rank = Math.max(1, input.length);
  const value = context.input(0)?.value;
  const columns = nonZeroColumns(value, numericShape(input));
  if (columns === undefined) {
    context.output(0, 'int64', [
      rank,
      countOfFill(context.input(0)) ?? context.undecided('count', value ?? [undefined]),
    ]);
    return;
  }
  const places = Array.from({ length: rank }, (_, axis) => columns.map((column) => column[axis] ?? 0)).flat();
  context.output(0, 'int64', [rank, columns.length], places);
}

/** Coordinates of the elements that are not zero, where that is certain of each; a symbol is at least 1. */
function nonZeroColumns(value: TensorValue | undefined, shape: readonly number[] | undefined): number[][] | undefined {
  if (value === undefined || shape === undefined) return undefined;
  const columns: number[][] = [];
  for (const [position, element] of value.entries()) {
    if (element === 0) continue;
    if (element === undefined || !isCertainlyNotZero(element)) return undefined;
    columns.push(coordinatesOf(position, shape));
  }
  return columns;
}

/** How many elements are not zero where all are the same number (exporters count upwards with NonZero of ConstantOfShape). */
function countOfFill(fact: TensorFact | undefined): Dim | undefined {
  if (fact?.fill === undefined || fact.shape === undefined) return undefined;
  return fact.fill === 0 ? 0 : productOfDims(fact.shape);
}

function isCertainlyNotZero(element: Dim): boolean {
  return typeof element === 'number' || isAtLeast(element, 1) || isAtLeast(multiplyDims(element, -1), 1);
}

/** Unique (opset 11): as many entries as there are different ones. */
function inferUnique(context: RuleContext): void {
  const input = context.shape(0);
  const axis = context.int('axis');
  if (axis === undefined && uniqueOfKnown(context)) return;
  const count = context.fresh('count');
  const whole = input === undefined ? undefined : productOfDims(input);
  const length = axis === undefined ? whole : input?.[normalizeAxis(axis, input.length)];
  const shape = axis === undefined ? [count] : input && replaceAxis(input, normalizeAxis(axis, input.length), count);
  context.output(0, dtypeOf(context, 0), shape);
  context.output(1, 'int64', [count]);
  context.output(2, 'int64', [length ?? context.fresh('length')]);
  context.output(3, 'int64', [count]);
}

/** States the results for elements that are known; false where they are not. */
function uniqueOfKnown(context: RuleContext): boolean {
  const value = context.numbers(0);
  if (value === undefined) return false;
  const firsts = new Map<number, number>();
  for (const [place, element] of value.entries()) if (!firsts.has(element)) firsts.set(element, place);
  const found = [...firsts.keys()];
  if (context.int('sorted', 1) !== 0) found.sort((left, right) => left - right);
  const ranks = new Map(found.map((element, rank) => [element, rank]));
  const counts = new Array<number>(found.length).fill(0);
  const inverse = value.map((element) => ranks.get(element) ?? 0);
  for (const rank of inverse) counts[rank] = (counts[rank] ?? 0) + 1;
  const places = found.map((element) => firsts.get(element) ?? 0);
  context.output(0, dtypeOf(context, 0), [found.length], found);
  context.output(1, 'int64', [found.length], places);
  context.output(2, 'int64', [value.length], inverse);
  context.output(3, 'int64', [found.length], counts);
  return true;
}

/** Compress (opset 9): the entries whose condition holds; without an axis the input is flattened. */
function inferCompress(context: RuleContext): void {
  const input = context.shape(0);
  const axis = context.int('axis');
  const condition = context.numbers(1);
  const chosen = condition?.flatMap((element, index) => (element === 0 ? [] : [index]));
  const count = chosen?.length ?? context.fresh('count');
  if (axis === undefined || input?.length === 1) {
    const value = context.input(0)?.value;
    context.output(0, dtypeOf(context, 0), [count], value && chosen?.map((index) => value[index]));
    return;
  }
  const shape = input && replaceAxis(input, normalizeAxis(axis, input.length), count);
  context.output(0, dtypeOf(context, 0), shape);
}

/** The type and shape of input 0, elements moved or replaced. */
const sameShape: OpEntry = { infer: (context) => sameAsInput(context), elementwiseOps: none };

/** Operators that pick, place and count elements. */
export const gatheringOps: OpTable = {
  Gather: { infer: inferGather, elementwiseOps: none },
  GatherElements: { infer: inferGatherElements, elementwiseOps: none },
  GatherND: { infer: inferGatherND, elementwiseOps: none },
  Scatter: { infer: inferScatterElements, elementwiseOps: none },
  ScatterElements: { infer: inferScatterElements, elementwiseOps: none },
  ScatterND: { infer: inferScatterND, elementwiseOps: none },
  ReverseSequence: sameShape,
  Trilu: sameShape,
  OneHot: { infer: inferOneHot },
  NonZero: { infer: inferNonZero },
  Unique: { infer: inferUnique },
  Compress: { infer: inferCompress, elementwiseOps: none },
};
