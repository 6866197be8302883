import { say } from '../../../shared/messages/say';
import { type DType, dtypeFromOnnx } from '../../../shared/vocabulary/dtype';
import type { Dim, Shape } from '../algebra/dim';
import { joinFacts, withoutElements } from '../core/joinFacts';
import { factOfType } from '../core/statedType';
import { membersOf, type TensorFact, type TensorValue, unknownFact } from '../facts/fact';
import type { OpTable, RuleContext } from '../facts/rule';
import { multiply, none } from './counting';
import { addDims, ceilDivDims, dtypeOf, multiplyDims, normalizeAxis, replaceAxis } from './shapeMath';

/** The members of longer sequences are not followed one by one. */
const maximumMembers = 1024;

/** A sequence of these members; its element type is what they have in common. */
function sequenceOf(context: RuleContext, elements: readonly TensorFact[], dtype: DType): TensorFact {
  const [first, ...others] = elements;
  if (first === undefined) return { kind: 'sequence', dtype, shape: undefined, elements, constant: false };
  let common = first;
  for (const other of others) common = joinFacts(common, other, (place) => context.fresh(`element${place}`));
  return withMembers(common, elements);
}

/** A sequence of these members, which all are as `common` says. */
function withMembers({ dtype, shape }: TensorFact, elements: readonly TensorFact[]): TensorFact {
  const fact: TensorFact = { kind: 'sequence', dtype, shape, constant: false };
  return elements.length > maximumMembers ? { ...fact, members: elements.length } : { ...fact, elements };
}

function member(sequence: TensorFact): TensorFact {
  const { content = 'tensor', dtype, shape, key } = sequence;
  return { kind: content, dtype, shape, constant: false, ...(key !== undefined && { key }) };
}

/** Place of a member, counted from the front; nothing where it is not known. */
function placeOf(context: RuleContext, input: number, length: number): number | undefined {
  const position = context.numbers(input)?.[0];
  return position === undefined ? undefined : position < 0 ? position + length : position;
}

function inferSequenceEmpty(context: RuleContext): void {
  const code = context.int('dtype');
  context.outputFact(0, sequenceOf(context, [], code === undefined ? 'float32' : dtypeFromOnnx(code)));
}

function inferSequenceConstruct(context: RuleContext): void {
  const elements = Array.from({ length: context.inputCount }, (_, index) => context.input(index) ?? unknownFact);
  context.outputFact(0, sequenceOf(context, elements, dtypeOf(context, 0)));
}

/** SequenceInsert: at `position`, at the end without one. */
function inferSequenceInsert(context: RuleContext): void {
  const sequence = context.input(0) ?? unknownFact;
  const added = context.input(1) ?? unknownFact;
  const { elements } = sequence;
  const atEnd = context.input(2) === undefined;
  const place = elements && (atEnd ? elements.length : placeOf(context, 2, elements.length));
  const common =
    elements?.length === 0
      ? member(added)
      : joinFacts(member(sequence), member(added), (axis) => context.fresh(`element${axis}`));
  if (elements !== undefined && place !== undefined) {
    context.outputFact(0, withMembers(common, elements.toSpliced(place, 0, added)));
    return;
  }
  context.outputFact(0, withCount(common, sequence, 1));
}

/** A sequence of members that are as `common` says, as many as in `before` and `more`. */
function withCount(common: TensorFact, before: TensorFact, more: number): TensorFact {
  const count = membersOf(before);
  const fact: TensorFact = { ...common, kind: 'sequence' };
  return count === undefined ? fact : { ...fact, members: addDims(count, more) };
}

/** SequenceErase: the last member without a position. */
function inferSequenceErase(context: RuleContext): void {
  const sequence = context.input(0) ?? unknownFact;
  const { elements } = sequence;
  const atEnd = context.input(1) === undefined;
  const place = elements && (atEnd ? elements.length - 1 : placeOf(context, 1, elements.length));
  const fact =
    elements !== undefined && place !== undefined
      ? sequenceOf(context, elements.toSpliced(place, 1), sequence.dtype)
      : withCount(withoutElements(sequence), sequence, -1);
  context.outputFact(0, fact);
}

function inferSequenceAt(context: RuleContext): void {
  const sequence = context.input(0) ?? unknownFact;
  const place = sequence.elements && placeOf(context, 1, sequence.elements.length);
  const found = place === undefined ? undefined : sequence.elements?.[place];
  context.outputFact(0, found ?? member(sequence));
}

function inferSequenceLength(context: RuleContext): void {
  const length = membersOf(context.input(0));
  context.output(0, 'int64', [], length === undefined ? undefined : [length]);
}

/**
 * SplitToSequence: parts of the sizes in input 1 (one size for all, or a list), else single entries. The standard lets
 * `keepdims` count only without input 1; ONNX Runtime lets it count for a scalar 1 too, and exporters rely on that.
 */
function inferSplitToSequence(context: RuleContext): void {
  const input = context.shape(0);
  const dtype = dtypeOf(context, 0);
  if (input === undefined) {
    context.outputFact(0, { kind: 'sequence', dtype, shape: undefined });
    return;
  }
  const axis = normalizeAxis(context.int('axis', 0), input.length);
  const single = context.input(1) === undefined;
  const drops = (single || isOne(context.input(1))) && context.int('keepdims', 1) === 0;
  const shapeOf = (size: Dim): Shape =>
    drops ? input.filter((_, each) => each !== axis) : replaceAxis(input, axis, size);
  const whole = input[axis] ?? 0;
  const sizes = partSizes(context, whole);
  if (sizes === undefined || sizes.length > maximumMembers) {
    const size = single ? 1 : context.input(1)?.value?.[0];
    const members = context.shape(1)?.length === 1 ? context.shape(1)?.[0] : partCount(whole, size);
    const shape = shapeOf(size === 1 ? 1 : context.fresh('part'));
    context.outputFact(0, { kind: 'sequence', dtype, shape, ...(members !== undefined && { members }) });
    return;
  }
  const parts = partValues(context, sizes);
  const elements = sizes.map((size, index): TensorFact => {
    const value = parts?.[index];
    const shape = shapeOf(size ?? context.fresh(`part${index}`));
    return { kind: 'tensor', dtype, shape, constant: false, ...(value !== undefined && { value }) };
  });
  context.outputFact(0, sequenceOf(context, elements, dtype));
}

function isOne(split: TensorFact | undefined): boolean {
  return split?.shape?.length === 0 && split.value?.[0] === 1;
}

/** Parts of the elements of a vector. */
function partValues(context: RuleContext, sizes: TensorValue): readonly TensorValue[] | undefined {
  const whole = context.shape(0)?.length === 1 ? context.input(0)?.value : undefined;
  if (whole === undefined) return undefined;
  const parts: TensorValue[] = [];
  let taken = 0;
  for (const size of sizes) {
    if (typeof size !== 'number') return undefined;
    parts.push(whole.slice(taken, taken + size));
    taken += size;
  }
  return taken === whole.length ? parts : undefined;
}

/** Parts of one size each but for the last. */
function partCount(whole: Dim, size: Dim | undefined): Dim | undefined {
  return typeof size === 'number' && size > 0 ? ceilDivDims(whole, size) : undefined;
}

function partSizes(context: RuleContext, whole: Dim): TensorValue | undefined {
  const split = context.input(1);
  if (split !== undefined && split.shape?.length === 1) return split.value;
  const size = split === undefined ? 1 : split.value?.[0];
  if (typeof size !== 'number' || typeof whole !== 'number' || size <= 0) return undefined;
  const full = Math.floor(whole / size);
  if (full > maximumMembers) return undefined;
  const rest = whole - full * size;
  return rest === 0 ? new Array<Dim>(full).fill(size) : [...new Array<Dim>(full).fill(size), rest];
}

/** ConcatFromSequence: joined on an axis, or stacked on a new one. */
function inferConcatFromSequence(context: RuleContext): void {
  const sequence = context.input(0) ?? unknownFact;
  const { shape, elements, dtype } = sequence;
  if (shape === undefined) {
    context.output(0, dtype, undefined);
    return;
  }
  const isNew = context.int('new_axis', 0) === 1;
  const axis = normalizeAxis(context.int('axis', 0), isNew ? shape.length + 1 : shape.length);
  if (isNew) {
    const count = membersOf(sequence) ?? context.fresh('count');
    context.output(0, dtype, [...shape.slice(0, axis), count, ...shape.slice(axis)]);
    return;
  }
  const each = shape[axis];
  const equal = typeof each === 'number' && sequence.members !== undefined;
  let total: Dim | undefined = equal ? multiplyDims(sequence.members, each) : elements && 0;
  for (const element of elements ?? []) {
    const size: Dim | undefined = element.shape?.[axis];
    total = total === undefined || size === undefined ? undefined : addDims(total, size);
  }
  context.output(0, dtype, replaceAxis(shape, axis, total ?? context.fresh('joined')));
}

/** SequenceMap (opset 17): the body runs on every member; tensors go in unchanged. */
function inferSequenceMap(context: RuleContext): void {
  const body = context.graph('body');
  if (body === undefined) {
    context.problem(say('shapes.noBody', { op: 'SequenceMap' }));
    return;
  }
  const facts = Array.from({ length: context.inputCount }, (_, index) => context.input(index) ?? unknownFact);
  const results = context.inferBody(
    body,
    facts.map((fact) => (fact.kind === 'sequence' ? member(fact) : fact)),
  );
  const length = facts[0]?.elements?.length;
  const members = membersOf(facts[0]);
  for (let index = 0; index < context.outputCount; index++) {
    const result = results[index] ?? unknownFact;
    const fact: TensorFact = { kind: 'sequence', dtype: result.dtype, shape: result.shape, constant: false };
    const followed = length !== undefined && length <= maximumMembers && length > 0;
    context.outputFact(
      index,
      followed
        ? { ...fact, elements: new Array<TensorFact>(length).fill(member(fact)) }
        : { ...fact, ...(members !== undefined && { members }) },
    );
  }
}

/** Optional: wraps its input; without one, the empty optional of the stated type. */
function inferOptional(context: RuleContext): void {
  const wrapped = context.input(0);
  if (wrapped !== undefined) {
    context.outputFact(0, { ...wrapped, kind: 'optional', content: wrapped.kind });
    return;
  }
  const type = context.node.attributes.get('type');
  const element = type?.kind === 'type' ? type.value : undefined;
  context.outputFact(
    0,
    factOfType({ kind: 'optional', element }, (dim, axis) =>
      typeof dim === 'number' ? dim : context.fresh(String(axis)),
    ),
  );
}

/** OptionalGetElement: what the optional holds; from opset 18 on a tensor or sequence passes through. */
function inferOptionalGetElement(context: RuleContext): void {
  const fact = context.input(0) ?? unknownFact;
  if (fact.kind !== 'optional') {
    context.outputFact(0, fact);
    return;
  }
  const { content, ...rest } = fact;
  context.outputFact(0, { ...rest, kind: content ?? 'tensor' });
}

/** OptionalHasElement: no input has none (opset 18), a tensor or sequence always has. */
function inferOptionalHasElement(context: RuleContext): void {
  const fact = context.input(0);
  const known = fact === undefined ? [0] : fact.kind === 'tensor' || fact.kind === 'sequence' ? [1] : undefined;
  context.output(0, 'bool', [], known);
}

/** Members times the body's work. */
function perMember(work: number | undefined, length: number | undefined): number | undefined {
  return work === 0 ? 0 : multiply(work, length);
}

/** Sequences and optionals: containers, no arithmetic of their own. */
export const sequenceOps: OpTable = {
  SequenceEmpty: { infer: inferSequenceEmpty, elementwiseOps: none },
  SequenceConstruct: { infer: inferSequenceConstruct, elementwiseOps: none },
  SequenceInsert: { infer: inferSequenceInsert, elementwiseOps: none },
  SequenceErase: { infer: inferSequenceErase, elementwiseOps: none },
  SequenceAt: { infer: inferSequenceAt, elementwiseOps: none },
  SequenceLength: { infer: inferSequenceLength, elementwiseOps: none },
  SplitToSequence: { infer: inferSplitToSequence, elementwiseOps: none },
  ConcatFromSequence: { infer: inferConcatFromSequence, elementwiseOps: none },
  SequenceMap: {
    infer: inferSequenceMap,
    macs: (context) => perMember(context.bodyMacs('body'), context.inputMembers(0)),
    elementwiseOps: (context) => perMember(context.bodyElementwiseOps('body'), context.inputMembers(0)),
  },
  Optional: { infer: inferOptional, elementwiseOps: none },
  OptionalHasElement: { infer: inferOptionalHasElement, elementwiseOps: none },
  OptionalGetElement: { infer: inferOptionalGetElement, elementwiseOps: none },
};
