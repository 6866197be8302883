import type { ValueInfo } from '../../onnx/model';
import type { Dim, DimAtom, Shape } from '../algebra/dim';
import { argumentsOf } from '../algebra/dimExpression';
import { substituteDim } from '../algebra/substituteDim';
import type { TensorFact } from '../facts/fact';
import type { DimensionBindings, InferredModel } from '../facts/inferred';

/**
 * The bindings that are of no dimension of an input: sizes to expect of dimensions that only a run decides. Mostly there are
 * none, which keeps counting fast.
 */
export function expectedSizes(inputs: readonly ValueInfo[], bindings: DimensionBindings): ReadonlyMap<string, number> {
  const expected = new Map(Object.entries(bindings));
  for (const { name, type } of inputs) {
    const shape = type?.kind === 'tensor' ? (type.shape ?? []) : [];
    for (const [axis, dim] of shape.entries()) {
      expected.delete(`${name}.${axis}`);
      if (typeof dim !== 'string') continue;
      expected.delete(dim);
      for (const [symbol] of dim.matchAll(/[\w.]+/g)) expected.delete(symbol);
    }
  }
  return expected;
}

/**
 * The shape with the sizes that the user expects of dimensions that only a run decides. It serves to count bytes and work
 * and nothing else: what follows from such a size stays open, or an expectation would end up in exported models.
 */
export function expectedShape(shape: Shape, expected: ReadonlyMap<string, number>): Shape {
  if (shape === undefined || expected.size === 0) return shape;
  return shape.some(isMade) ? shape.map((dim) => (isMade(dim) ? substituteDim(dim, expected) : dim)) : shape;
}

function isMade(dim: Dim): boolean {
  return typeof dim !== 'number' && dim.cause !== undefined;
}

/**
 * The dimensions that nodes make of their data and of which no size is expected, with the number of tensors in whose shape
 * each occurs. Most first, then by name.
 */
export function countMadeDimensions(
  facts: Iterable<TensorFact>,
  expected: ReadonlyMap<string, number>,
): InferredModel['madeDimensions'] {
  const counts = new Map<string, number>();
  for (const { kind, shape } of facts) {
    if (kind !== 'tensor' || shape === undefined || !shape.some(isMade)) continue;
    const made = new Set<string>();
    for (const dim of shape) addMade(dim, made);
    for (const symbol of made) if (!expected.has(symbol)) counts.set(symbol, (counts.get(symbol) ?? 0) + 1);
  }
  return [...counts]
    .map(([symbol, tensors]) => ({ symbol, tensors }))
    .sort((left, right) => right.tensors - left.tensors || (left.symbol < right.symbol ? -1 : 1));
}

function addMade(dim: Dim, made: Set<string>): void {
  if (typeof dim === 'number' || dim.cause === undefined) return;
  for (const { atoms } of dim.terms) for (const atom of atoms) addMadeIn(atom, made);
}

function addMadeIn(atom: DimAtom, made: Set<string>): void {
  if (atom.kind === 'fresh') made.add(atom.key);
  for (const dim of argumentsOf(atom)) addMade(dim, made);
}
