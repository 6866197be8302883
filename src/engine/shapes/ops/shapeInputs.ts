import type { Dim, Shape } from '../algebra/dim';
import { elementCount } from '../core/tensorValue';
import type { TensorFact, TensorValue } from '../facts/fact';
import { isNumericValue } from '../facts/fact';
import type { RuleContext } from '../facts/rule';
import { numericShape } from './shapeMath';

/** A list of integers that is an attribute in old versions and an input in new ones; `undefined` where it is not known. */
export function listOf(context: RuleContext, attribute: string, input: number): TensorValue | undefined {
  return context.ints(attribute) ?? context.input(input)?.value;
}

/** The same list where all of it is known numbers. */
export function numbersOf(context: RuleContext, attribute: string, input: number): readonly number[] | undefined {
  return context.ints(attribute) ?? context.numbers(input);
}

/** True when a list is neither an attribute nor an input. */
export function isAbsent(context: RuleContext, attribute: string, input: number): boolean {
  return context.ints(attribute) === undefined && context.input(input) === undefined;
}

/** A dimension given as an element of a shape tensor: fresh where it is not known. */
export function dimOrFresh(context: RuleContext, element: Dim | undefined, label: string): Dim {
  return element ?? context.fresh(label);
}

/** The shape that input `index` lists, unknown elements as fresh dimensions; `undefined` where even its length is unknown. */
export function shapeFromInput(context: RuleContext, index: number): Shape {
  const elements = elementsOfInput(context, index);
  return elements?.map((element, axis) => dimOrFresh(context, element, String(axis)));
}

/** The elements of a one-dimensional input; all `undefined` where only its length is known. */
export function elementsOfInput(context: RuleContext, index: number): TensorValue | undefined {
  const fact = context.input(index);
  if (fact?.value !== undefined) return fact.value;
  const length = fact?.shape?.[0];
  if (typeof length !== 'number' || fact?.shape?.length !== 1 || length > maximumRank) return undefined;
  return new Array<undefined>(length).fill(undefined);
}

/** No tensor of a real model has more axes; keeps a hostile shape input from making a huge shape. */
const maximumRank = 1024;

/** Elements of `fact` picked by `sourceOf` for each row-major position of an output; `undefined` where not followed. */
export function pickElements(
  fact: TensorFact | undefined,
  output: Shape,
  sourceOf: (position: number) => number,
): TensorValue | undefined {
  const count = elementCount(output);
  if (fact?.value === undefined || count === undefined || count > maximumPicked) return undefined;
  const picked: (Dim | undefined)[] = [];
  for (let position = 0; position < count; position++) picked.push(fact.value[sourceOf(position)]);
  return picked;
}

const maximumPicked = 4096;

/** Row-major strides of a shape. */
export function stridesOf(shape: readonly number[]): number[] {
  const strides: number[] = [];
  let stride = 1;
  for (const size of shape.toReversed()) {
    strides.unshift(stride);
    stride *= size;
  }
  return strides;
}

/** Coordinates of a row-major position. */
export function coordinatesOf(position: number, shape: readonly number[]): number[] {
  const coordinates: number[] = [];
  let rest = position;
  for (const size of shape.toReversed()) {
    coordinates.unshift(rest % size);
    rest = Math.floor(rest / size);
  }
  return coordinates;
}

/** Row-major position of coordinates. */
export function positionOf(coordinates: readonly number[], strides: readonly number[]): number {
  let position = 0;
  for (const [axis, coordinate] of coordinates.entries()) position += coordinate * (strides[axis] ?? 0);
  return position;
}

/** Numeric shape and elements of an input, where both are fully known. */
export function knownTensor(
  context: RuleContext,
  index: number,
): { readonly shape: readonly number[]; readonly value: readonly number[] } | undefined {
  const fact = context.input(index);
  const shape = numericShape(fact?.shape);
  if (shape === undefined || fact === undefined || !isNumericValue(fact.value)) return undefined;
  return { shape, value: fact.value };
}
