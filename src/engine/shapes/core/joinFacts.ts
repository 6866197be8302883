import type { Dim, Shape } from '../dim';
import { sameDim } from '../dimArithmetic';
import type { TensorFact, TensorValue } from '../fact';

/** Makes the dimension that stands for "one or the other" on an axis. */
export type FreshAxis = (axis: number, left: Dim, right: Dim) => Dim;

/** What is certain of a tensor that is either `left` or `right`: the results of two branches, a loop's state. */
export function joinFacts(left: TensorFact, right: TensorFact, fresh: FreshAxis): TensorFact {
  if (isEmptySequence(left)) return withoutElements(right);
  if (isEmptySequence(right)) return withoutElements(left);
  const value = joinValues(left.value, right.value);
  return {
    kind: left.kind === right.kind ? left.kind : 'opaque',
    dtype: left.dtype === right.dtype ? left.dtype : 'undefined',
    shape: joinShapes(left.shape, right.shape, fresh),
    constant: left.constant && right.constant,
    ...(value !== undefined && { value }),
    ...(left.content !== undefined && left.content === right.content && { content: left.content }),
  };
}

/** Whether two facts say the same; a loop's state has settled then. */
export function sameFact(left: TensorFact, right: TensorFact): boolean {
  return (
    left.kind === right.kind &&
    left.dtype === right.dtype &&
    sameShape(left.shape, right.shape) &&
    sameElements(left.value, right.value) &&
    left.elements?.length === right.elements?.length
  );
}

/** Shape of either; a dimension in which they differ is fresh. */
function joinShapes(left: Shape, right: Shape, fresh: FreshAxis): Shape {
  if (left === undefined || right === undefined || left.length !== right.length) return undefined;
  return left.map((dim, axis) => {
    const other = right[axis];
    return other === undefined || sameDim(dim, other) ? dim : fresh(axis, dim, other);
  });
}

/** The fact of a sequence without knowledge of its members one by one. */
export function withoutElements(fact: TensorFact): TensorFact {
  if (fact.elements === undefined) return fact;
  const { elements: _, ...rest } = fact;
  return rest;
}

function isEmptySequence(fact: TensorFact): boolean {
  return fact.kind === 'sequence' && fact.elements?.length === 0;
}

function joinValues(left: TensorValue | undefined, right: TensorValue | undefined): TensorValue | undefined {
  if (left === undefined || right === undefined || left.length !== right.length) return undefined;
  return left.map((element, index) => {
    const other = right[index];
    return element !== undefined && other !== undefined && sameDim(element, other) ? element : undefined;
  });
}

function sameShape(left: Shape, right: Shape): boolean {
  if (left === undefined || right === undefined) return left === right;
  return sameElements(left, right);
}

function sameElements(left: TensorValue | undefined, right: TensorValue | undefined): boolean {
  if (left === undefined || right === undefined) return left === right;
  if (left.length !== right.length) return false;
  return left.every((element, index) => {
    const other = right[index];
    return element === undefined || other === undefined ? element === other : sameDim(element, other);
  });
}
