import type { Dim } from '../algebra/dim';
import type { TensorValue } from '../facts/fact';
import type { OpEntry, OpTable, RuleContext } from '../facts/rule';
import { none } from './counting';
import { coordinatesOf, elementsOfInput, isAbsent, pickElements, positionOf, stridesOf } from './shapeInputs';
import {
  addDims,
  ceilDivDims,
  dtypeOf,
  isAtLeast,
  maxDim,
  minDim,
  multiplyDims,
  normalizeAxis,
  numericShape,
  subtractDims,
} from './shapeMath';

/** One axis of a slice: from `start` in steps of `step`, `length` elements. */
interface AxisSlice {
  readonly start: Dim | undefined;
  readonly step: number;
  readonly length: Dim;
}

/** Slice: attributes before opset 10, inputs from then on (steps are new there). */
function inferSlice(context: RuleContext): void {
  const input = context.shape(0);
  const dtype = dtypeOf(context, 0);
  if (input === undefined) {
    context.output(0, dtype, undefined);
    return;
  }
  const starts = context.ints('starts') ?? elementsOfInput(context, 1);
  const ends = context.ints('ends') ?? elementsOfInput(context, 2);
  const axes = sliceAxes(context, starts ?? ends, input.length);
  if (axes === undefined) {
    context.output(
      0,
      dtype,
      input.map((_, axis) => context.fresh(String(axis))),
    );
    return;
  }
  const steps = context.input(4) === undefined ? undefined : (context.input(4)?.value ?? []);
  const shape = [...input];
  const slices = new Map<number, AxisSlice>();
  for (const [index, axis] of axes.entries()) {
    const step = steps === undefined ? 1 : steps[index];
    const slice = sliceAxis(context, axis, input[axis] ?? 0, starts?.[index], ends?.[index], step);
    shape[axis] = slice.length;
    slices.set(axis, slice);
  }
  context.output(0, dtype, shape, slicedValue(context, shape, slices));
}

function sliceAxes(context: RuleContext, bounds: TensorValue | undefined, rank: number): readonly number[] | undefined {
  if (isAbsent(context, 'axes', 3)) return bounds?.map((_, axis) => normalizeAxis(axis, rank));
  const axes = context.ints('axes') ?? context.numbers(3);
  return axes?.map((axis) => normalizeAxis(axis, rank));
}

function sliceAxis(
  context: RuleContext,
  axis: number,
  size: Dim,
  start: Dim | undefined,
  end: Dim | undefined,
  step: Dim | undefined,
): AxisSlice {
  if (step === 0) throw new RangeError('a step is 0');
  if (typeof step !== 'number' || start === undefined || end === undefined) {
    return { start: undefined, step: 1, length: context.undecided(String(axis), [start, end, step, size]) };
  }
  if (size === 0) return { start: 0, step, length: 0 };
  const from = step > 0 ? clampForward(start, size) : clampBackward(start, size, 0);
  const to = step > 0 ? clampForward(end, size) : isOpenEnd(end) ? -1 : clampBackward(end, size, -1);
  if (from === undefined || to === undefined) {
    return { start: from, step, length: context.undecided(String(axis), [start, end, size]) };
  }
  const span = step > 0 ? subtractDims(to, from) : subtractDims(from, to);
  return { start: from, step, length: maxDim(0, ceilDivDims(span, Math.abs(step))) };
}

/** At or below this a bound means "before the first element" (exporters write INT32_MIN or INT64_MIN). */
const beforeAll = -(2 ** 31 - 1);

/** A bound of a forward slice within 0..size; `undefined` where the sign of a symbolic bound is not certain. */
function clampForward(bound: Dim, size: Dim): Dim | undefined {
  if (isAtLeast(bound, 0)) return minDim(bound, size);
  if (typeof bound === 'number' && bound <= beforeAll) return 0;
  if (isAtLeast(multiplyDims(bound, -1), 1)) return maxDim(0, addDims(bound, size));
  return undefined;
}

/** INT32_MAX and INT64_MAX as an end mean "all that is left" in either direction, as ONNX Runtime reads them. */
function isOpenEnd(bound: Dim): boolean {
  return bound === 2 ** 31 - 1 || (typeof bound === 'number' && bound >= 2 ** 63 - 1);
}

/** A bound of a backward slice within `least`..size-1. */
function clampBackward(bound: Dim, size: Dim, least: number): Dim | undefined {
  const last = subtractDims(size, 1);
  if (isAtLeast(bound, 0)) return minDim(bound, last);
  if (typeof bound === 'number' && bound <= beforeAll) return least;
  if (isAtLeast(multiplyDims(bound, -1), 1)) return maxDim(least, addDims(bound, size));
  return undefined;
}

function slicedValue(
  context: RuleContext,
  shape: readonly Dim[],
  slices: ReadonlyMap<number, AxisSlice>,
): TensorValue | undefined {
  const from = numericShape(context.shape(0));
  const to = numericShape(shape);
  if (from === undefined || to === undefined || context.input(0)?.value === undefined) return undefined;
  const strides = stridesOf(from);
  let origin = 0;
  for (const [axis, { start, step }] of slices) {
    const stride = strides[axis] ?? 0;
    if (typeof start !== 'number') return undefined;
    origin += start * stride;
    strides[axis] = stride * step;
  }
  return pickElements(context.input(0), shape, (position) => origin + positionOf(coordinatesOf(position, to), strides));
}

const slice: OpEntry = { infer: inferSlice, elementwiseOps: none };

/** Slice, and the experimental one (opset 1) that had its bounds as inputs from the start. */
export const slicingOps: OpTable = { Slice: slice, DynamicSlice: slice };
