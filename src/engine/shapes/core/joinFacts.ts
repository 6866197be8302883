import type { Dim, Shape } from '../algebra/dim';
import { sameDim } from '../algebra/dimExpression';
import { membersOf, type TensorFact, type TensorValue } from '../facts/fact';

/** Makes the dimension that stands for "one or the other" at a place: an axis, of a member of a sequence. */
export type FreshAxis = (place: string, left: Dim, right: Dim) => Dim;

/** What is certain of a tensor that is either `left` or `right`: the results of two branches, a loop's state. */
export function joinFacts(left: TensorFact, right: TensorFact, fresh: FreshAxis): TensorFact {
  if (isEmptySequence(left)) return withoutElements(right);
  if (isEmptySequence(right)) return withoutElements(left);
  const value = joinValues(left.value, right.value);
  const elements = joinMembers(left, right, fresh);
  const members = elements === undefined ? sameOf(membersOf(left), membersOf(right)) : undefined;
  return {
    kind: left.kind === right.kind ? left.kind : 'opaque',
    dtype: left.dtype === right.dtype ? left.dtype : 'undefined',
    shape: joinShapes(left.shape, right.shape, fresh),
    constant: left.constant && right.constant,
    ...(value !== undefined && { value }),
    ...(elements !== undefined && { elements }),
    ...(members !== undefined && { members }),
    ...(left.content !== undefined && left.content === right.content && { content: left.content }),
    ...(left.key !== undefined && left.key === right.key && { key: left.key }),
  };
}

/** Whether two facts say the same; a loop's state has settled then. */
export function sameFact(left: TensorFact, right: TensorFact): boolean {
  return (
    left.kind === right.kind &&
    left.dtype === right.dtype &&
    sameShape(left.shape, right.shape) &&
    sameElements(left.value, right.value) &&
    sameMembers(left, right)
  );
}

/** Members one by one, where both sequences have as many. */
function joinMembers(left: TensorFact, right: TensorFact, fresh: FreshAxis): readonly TensorFact[] | undefined {
  if (left.elements === undefined || left.elements.length !== right.elements?.length) return undefined;
  const others = right.elements.values();
  return left.elements.map((member, index) =>
    joinFacts(member, others.next().value ?? member, (place, ...dims) => fresh(`${index}.${place}`, ...dims)),
  );
}

function sameMembers(left: TensorFact, right: TensorFact): boolean {
  const [ours, theirs] = [membersOf(left), membersOf(right)];
  if (ours === undefined || theirs === undefined) return ours === theirs;
  if (!sameDim(ours, theirs) || left.elements?.length !== right.elements?.length) return false;
  const others = right.elements?.values();
  return left.elements?.every((member) => sameFact(member, others?.next().value ?? member)) ?? true;
}

function sameOf(left: Dim | undefined, right: Dim | undefined): Dim | undefined {
  return left !== undefined && right !== undefined && sameDim(left, right) ? left : undefined;
}

/** Shape of either; a dimension in which they differ is fresh. */
function joinShapes(left: Shape, right: Shape, fresh: FreshAxis): Shape {
  if (left === undefined || right === undefined || left.length !== right.length) return undefined;
  return left.map((dim, axis) => {
    const other = right[axis];
    return other === undefined || sameDim(dim, other) ? dim : fresh(String(axis), dim, other);
  });
}

/** The fact of a sequence without knowledge of its members but for what they have in common. */
export function withoutElements(fact: TensorFact): TensorFact {
  if (membersOf(fact) === undefined) return fact;
  const { elements: _, members: __, ...rest } = fact;
  return rest;
}

function isEmptySequence(fact: TensorFact): boolean {
  return fact.kind === 'sequence' && fact.elements?.length === 0;
}

function joinValues(left: TensorValue | undefined, right: TensorValue | undefined): TensorValue | undefined {
  if (left === undefined || right === undefined || left.length !== right.length) return undefined;
  return left.map((element, index) => {
    return sameOf(element, right[index]);
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
