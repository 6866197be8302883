import type { Dim } from '../algebra/dim';
import type { TensorFact, TensorValue } from '../facts/fact';
import { coordinatesOf, positionOf, stridesOf } from './shapeInputs';
import { numericShape } from './shapeMath';

/** How elements are folded into one; `empty` is what a tensor without elements gives, where that is defined. */
export interface Fold {
  readonly join: (left: Dim, right: Dim) => Dim;
  readonly empty?: number;
}

/** Elements that are left when a small tensor is reduced over `axes`, in the order of the axes that stay. */
export function foldedValue(fact: TensorFact, axes: ReadonlySet<number>, fold: Fold): TensorValue | undefined {
  const shape = numericShape(fact.shape);
  if (fact.value === undefined || shape === undefined) return undefined;
  const kept = shape.map((size, axis) => (axes.has(axis) ? 1 : size));
  const strides = stridesOf(kept).map((stride, axis) => (axes.has(axis) ? 0 : stride));
  const count = kept.reduce((product, size) => product * size, 1);
  const sums: (Dim | undefined)[] = new Array<undefined>(count).fill(undefined);
  const unknown = new Set<number>();
  for (const [position, element] of fact.value.entries()) {
    const target = positionOf(coordinatesOf(position, shape), strides);
    const before = sums[target];
    if (element === undefined) unknown.add(target);
    else sums[target] = before === undefined ? element : fold.join(before, element);
  }
  return sums.map((sum, index) => (unknown.has(index) ? undefined : (sum ?? fold.empty)));
}

/** Running folds along one axis: from the other end with `reverse`, without the element itself with `exclusive`. */
export function runningValue(
  fact: TensorFact,
  axis: number,
  fold: Required<Fold>,
  order: { readonly reverse: boolean; readonly exclusive: boolean },
): TensorValue | undefined {
  const shape = numericShape(fact.shape);
  const { value } = fact;
  if (value === undefined || shape === undefined) return undefined;
  const size = shape[axis] ?? 1;
  const stride = stridesOf(shape)[axis] ?? 1;
  const result: (Dim | undefined)[] = [...value];
  for (let first = 0; first < value.length; first++) {
    if (Math.floor(first / stride) % size !== 0) continue;
    let sum: Dim | undefined = fold.empty;
    for (let step = 0; step < size; step++) {
      const place = first + stride * (order.reverse ? size - 1 - step : step);
      const element = value[place];
      const next: Dim | undefined = sum === undefined || element === undefined ? undefined : fold.join(sum, element);
      result[place] = order.exclusive ? sum : next;
      sum = next;
    }
  }
  return result;
}
