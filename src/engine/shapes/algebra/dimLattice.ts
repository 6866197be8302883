import type { Dim, LatticeKind } from './dim';
import { lowerBound, lowerBoundOfLattice, withDerivedLeast } from './dimBounds';
import { expressionOfAtom, foldedDim, keyOf, soleAtom } from './dimExpression';
import { isAtLeast } from './dimOrder';

/** Functions of more operands than this are folded: no model that makes sense has them. */
const maximumOperands = 16;

/** The smallest of dimensions. */
export function minDim(...dims: readonly Dim[]): Dim {
  return latticeDim('min', dims);
}

/** The largest of dimensions. */
export function maxDim(...dims: readonly Dim[]): Dim {
  return latticeDim('max', dims);
}

/**
 * The size of an axis to which dimensions are broadcast (ONNX `Broadcasting.md`); they are 1 or equal. A size that is
 * certainly not 1 decides. Sizes that contradict each other count as the largest; who can report it looks before.
 */
export function broadcastDim(...dims: readonly Dim[]): Dim {
  return latticeDim('broadcast', dims);
}

/** One of the three functions by its name. */
export function latticeDim(kind: LatticeKind, dims: readonly Dim[]): Dim {
  const operands = operandsOf(kind, dims);
  const [first, second] = operands;
  if (second === undefined) return first ?? 1;
  const deciding = kind === 'broadcast' ? decidingSize(operands) : undefined;
  if (deciding !== undefined) return deciding;
  const kept = operands.length > maximumOperands ? operands : withoutAbsorbed(kind, operands);
  const [only, other] = kept;
  const dim = only !== undefined && other === undefined ? only : functionOf(kind, kept);
  return withDerivedLeast(dim, dims, () => lowerBoundOfLattice(kind, dims));
}

/** The operands, those of operands of the same kind among them, each once and in the order of their keys. */
function operandsOf(kind: LatticeKind, dims: readonly Dim[]): readonly Dim[] {
  const byKey = new Map<string, Dim>();
  for (const dim of dims) {
    const atom = soleAtom(dim);
    const inner = atom?.kind === kind ? atom.operands : [dim];
    // An axis of size 1 is broadcast to whatever the others are.
    for (const each of inner) if (kind !== 'broadcast' || each !== 1) byKey.set(keyOf(each), each);
  }
  return [...byKey].sort(([left], [right]) => (left < right ? -1 : 1)).map(([, dim]) => dim);
}

/** The size among those of a broadcast that is certainly not 1: a number, else the first that a binding can settle. */
function decidingSize(operands: readonly Dim[]): Dim | undefined {
  const numbers = operands.filter((each) => typeof each === 'number');
  if (numbers.length > 0) return Math.max(...numbers);
  const certain = operands.filter((each) => lowerBound(each) >= 2);
  return certain.find((each) => typeof each !== 'number' && each.cause === undefined) ?? certain[0];
}

/** Leaves out what another operand makes superfluous: `max(min(512, s), s)` is `s`. */
function withoutAbsorbed(kind: LatticeKind, operands: readonly Dim[]): readonly Dim[] {
  let kept: readonly Dim[] = [];
  for (const each of operands) {
    if (kept.some((other) => absorbs(kind, other, each))) continue;
    kept = [...kept.filter((other) => !absorbs(kind, each, other)), each];
  }
  return kept;
}

/** True when the function of both is `winner`, whatever the symbols are. */
function absorbs(kind: LatticeKind, winner: Dim, loser: Dim): boolean {
  if (kind === 'min') return isAtLeast(loser, winner);
  // What may be 0 is no smaller size of the same axis: 0 and 1 make 0.
  return (kind === 'max' || lowerBound(loser) >= 1) && isAtLeast(winner, loser);
}

function functionOf(kind: LatticeKind, operands: readonly Dim[]): Dim {
  const key = `${kind}(${operands.map(keyOf).join(',')})`;
  if (operands.length > maximumOperands) return foldedDim(key, operands, lowerBoundOfLattice(kind, operands));
  return expressionOfAtom({ kind, key, operands });
}
