import type { DType } from '../../../shared/vocabulary/dtype';
import type { Dim, Shape } from '../algebra/dim';
import { undecidedDim } from '../algebra/dimExpression';
import { elementCount, isIntegerType, valueLimit } from '../core/tensorValue';
import type { TensorFact, TensorValue } from '../facts/fact';
import type { RuleContext } from '../facts/rule';
import { numericShape } from './shapeMath';

/** One element of a result from the elements at its place; `undefined` is an element that is not known. */
export type ElementFunction = (elements: readonly (Dim | undefined)[]) => Dim | undefined;

/**
 * Elements of an element-wise result, the inputs broadcast to `shape`; `undefined` where an input's elements are not
 * followed or the result would be too large.
 */
export function mapElements(
  context: RuleContext,
  facts: readonly (TensorFact | undefined)[],
  dtype: DType,
  shape: Shape,
  compute: ElementFunction,
): TensorValue | undefined {
  const output = numericShape(shape);
  const count = elementCount(shape);
  if (output === undefined || count === undefined || count > valueLimit(dtype)) return undefined;
  const readers: ((position: number) => Dim | undefined)[] = [];
  for (const fact of facts) {
    const read = fact === undefined ? undefined : broadcastReader(fact, output, count);
    if (read === undefined) return undefined;
    readers.push(read);
  }
  const result: (Dim | undefined)[] = [];
  for (let position = 0; position < count; position++) {
    const elements = readers.map((read) => read(position));
    result.push(roundTo(dtype, compute(elements) ?? undecided(context, position, elements)));
  }
  return result;
}

/** Elements that are known but have no simple result: what comes of them is known once their symbols are bound. */
function undecided(context: RuleContext, position: number, elements: readonly (Dim | undefined)[]): Dim | undefined {
  const known = elements.filter((element) => element !== undefined);
  if (known.length < elements.length || !known.some((element) => typeof element !== 'number')) return undefined;
  return undecidedDim(context.ownName(`e${position}`), known, Number.NEGATIVE_INFINITY);
}

/** Whether any element of the context's inputs may be followed; saves the work where none is. */
export function hasValues(context: RuleContext, count: number): boolean {
  for (let index = 0; index < count; index++) if (context.input(index)?.value === undefined) return false;
  return count > 0;
}

/** A float32 result is rounded as the operator itself would round it. */
function roundTo(dtype: DType, element: Dim | undefined): Dim | undefined {
  if (typeof element !== 'number') return element;
  if (dtype === 'float32') return Math.fround(element);
  // Integers have one zero.
  return element === 0 && isIntegerType(dtype) ? 0 : element;
}

/** Reads the element of a broadcast input that belongs to a row-major position of the output. */
function broadcastReader(
  fact: TensorFact,
  output: readonly number[],
  count: number,
): ((position: number) => Dim | undefined) | undefined {
  const { value } = fact;
  const shape = numericShape(fact.shape);
  if (value === undefined || shape === undefined || shape.length > output.length) return undefined;
  if (value.length === 1) return () => value[0];
  if (value.length === count) return (position) => value[position];
  const offsets = broadcastOffsets(shape, output, count);
  return (position) => value[offsets[position] ?? 0];
}

function broadcastOffsets(shape: readonly number[], output: readonly number[], count: number): Int32Array {
  const offsets = new Int32Array(count);
  let inner = 1;
  let stride = 1;
  for (let axis = output.length - 1; axis >= 0; axis--) {
    const size = output[axis] ?? 1;
    const own = shape[axis - (output.length - shape.length)] ?? 1;
    if (own > 1) {
      for (let position = 0; position < count; position++) {
        offsets[position] = (offsets[position] ?? 0) + (Math.floor(position / inner) % size) * stride;
      }
    }
    inner *= size;
    stride *= own;
  }
  return offsets;
}
