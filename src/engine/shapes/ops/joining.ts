import type { Dim } from '../algebra/dim';
import type { TensorFact, TensorValue } from '../facts/fact';
import type { OpTable, RuleContext } from '../facts/rule';
import { none } from './counting';
import { coordinatesOf, elementsOfInput, listOf, pickElements, positionOf, stridesOf } from './shapeInputs';
import {
  addDims,
  ceilDivDims,
  dtypeOf,
  expectEqual,
  floorDivDims,
  moreCertain,
  normalizeAxis,
  numericShape,
  replaceAxis,
  subtractDims,
  sumDims,
} from './shapeMath';

/** Concat: sizes add up on `axis` (default 1 before opset 4), the others must agree. */
function inferConcat(context: RuleContext): void {
  const facts = Array.from({ length: context.inputCount }, (_, index) => context.input(index));
  const dtype = facts.find((fact) => fact !== undefined && fact.dtype !== 'undefined')?.dtype ?? 'undefined';
  const model = facts.find((fact) => fact?.shape !== undefined)?.shape;
  if (model === undefined) {
    context.output(0, dtype, undefined);
    return;
  }
  const axis = normalizeAxis(context.int('axis', 1), model.length);
  const shape = [...model];
  const sizes: Dim[] = [];
  for (const [index, fact] of facts.entries()) {
    if (fact?.shape !== undefined && fact.shape.length !== model.length) {
      throw new RangeError(`input ${index} has rank ${fact.shape.length}, the first has ${model.length}`);
    }
    const size = fact?.shape?.[axis];
    if (size !== undefined) sizes.push(size);
    for (const [other, dim] of (fact?.shape ?? []).entries()) {
      if (other !== axis) shape[other] = moreCertain(context, shape[other] ?? dim, dim, 'parts.besideAxis');
    }
  }
  shape[axis] = sizes.length === facts.length ? sumDims(sizes) : context.fresh(String(axis));
  context.output(0, dtype, shape, concatenated(facts, axis));
}

function concatenated(facts: readonly (TensorFact | undefined)[], axis: number): TensorValue | undefined {
  const blocks: { readonly value: TensorValue; readonly inner: number }[] = [];
  let outer = 1;
  for (const fact of facts) {
    const shape = numericShape(fact?.shape);
    if (fact?.value === undefined || shape === undefined) return undefined;
    outer = shape.slice(0, axis).reduce((product, dim) => product * dim, 1);
    blocks.push({ value: fact.value, inner: shape.slice(axis).reduce((product, dim) => product * dim, 1) });
  }
  const joined: (Dim | undefined)[] = [];
  for (let row = 0; row < outer; row++) {
    for (const { value, inner } of blocks) joined.push(...value.slice(row * inner, (row + 1) * inner));
  }
  return joined;
}

/**
 * Split: sizes are an attribute before opset 13 (in opset 1 also an input), then input 1; without sizes the parts are
 * equal, from opset 18 on with a smaller last one.
 */
function inferSplit(context: RuleContext): void {
  const input = context.shape(0);
  const dtype = dtypeOf(context, 0);
  if (input === undefined) {
    for (let index = 0; index < context.outputCount; index++) context.output(index, dtype, undefined);
    return;
  }
  const axis = normalizeAxis(context.int('axis', 0), input.length);
  const whole = input[axis] ?? 0;
  const sizes = splitSizes(context, whole);
  let offset: Dim = 0;
  for (let index = 0; index < context.outputCount; index++) {
    const size = sizes?.[index] ?? context.fresh(String(index));
    const shape = replaceAxis(input, axis, size);
    context.output(index, dtype, shape, part(context, axis, offset, shape));
    offset = addDims(offset, size);
  }
  if (sizes !== undefined) expectEqual(context, offset, whole, 'parts.split');
}

function splitSizes(context: RuleContext, whole: Dim): TensorValue | undefined {
  const stated = listOf(context, 'split', 1);
  if (stated !== undefined) return stated;
  if (context.input(1) !== undefined) return undefined;
  const count = Math.max(context.int('num_outputs', 0), context.outputCount);
  if (context.opset < 18) return new Array<Dim>(count).fill(floorDivDims(whole, count));
  const chunk = ceilDivDims(whole, count);
  const sizes = new Array<Dim>(count).fill(chunk);
  let rest = whole;
  for (let index = 0; index < count - 1; index++) rest = subtractDims(rest, chunk);
  sizes[count - 1] = rest;
  return sizes;
}

/** The elements from `offset` on along the axis. */
function part(context: RuleContext, axis: number, offset: Dim, shape: readonly Dim[]): TensorValue | undefined {
  const from = numericShape(context.shape(0));
  const to = numericShape(shape);
  if (from === undefined || to === undefined || typeof offset !== 'number') return undefined;
  if (context.input(0)?.value === undefined) return undefined;
  const strides = stridesOf(from);
  const start = offset * (strides[axis] ?? 1);
  return pickElements(context.input(0), shape, (position) => start + positionOf(coordinatesOf(position, to), strides));
}

/** Pad: `pads` (`paddings` in opset 1) is an attribute before opset 11, then input 1; opset 18 adds axes in input 3. */
function inferPad(context: RuleContext): void {
  const input = context.shape(0);
  const dtype = dtypeOf(context, 0);
  if (input === undefined) {
    context.output(0, dtype, undefined);
    return;
  }
  const pads = context.ints('paddings') ?? context.ints('pads') ?? elementsOfInput(context, 1);
  const listed = context.input(3) === undefined ? input.map((_, axis) => axis) : context.numbers(3);
  if (listed === undefined || pads === undefined) {
    context.output(
      0,
      dtype,
      input.map((_, axis) => context.fresh(String(axis))),
    );
    return;
  }
  if (pads.length !== 2 * listed.length) throw new RangeError(`${pads.length} pads do not fit ${listed.length} axes`);
  const shape = [...input];
  for (const [index, stated] of listed.entries()) {
    const axis = normalizeAxis(stated, input.length);
    const before = pads[index];
    const after = pads[index + listed.length];
    const unknown = before === undefined || after === undefined;
    shape[axis] = unknown ? context.fresh(String(axis)) : addDims(input[axis] ?? 0, addDims(before, after));
  }
  context.output(0, dtype, shape, paddedVector(context, pads));
}

/** Elements of a padded vector (mode constant): exporters pad shape vectors in front of a Tile or Expand. */
function paddedVector(context: RuleContext, pads: TensorValue): TensorValue | undefined {
  const value = context.input(0)?.value;
  const [before, after] = pads;
  if (value === undefined || context.shape(0)?.length !== 1 || context.string('mode', 'constant') !== 'constant') {
    return undefined;
  }
  if (typeof before !== 'number' || typeof after !== 'number' || before < 0 || after < 0) return undefined;
  if (before + after > 4096) return undefined;
  const filler = context.input(2) === undefined ? context.float('value', 0) : context.input(2)?.value?.[0];
  return [
    ...new Array<Dim | undefined>(before).fill(filler),
    ...value,
    ...new Array<Dim | undefined>(after).fill(filler),
  ];
}

/** Operators that join, cut and pad tensors. */
export const joiningOps: OpTable = {
  Concat: { infer: inferConcat, elementwiseOps: none },
  Split: { infer: inferSplit, elementwiseOps: none },
  Pad: { infer: inferPad, elementwiseOps: none },
};
