import type { Dim, DimAtom, DimTerm, LatticeKind } from './dim';

/** The least value that a dimension can take: symbols count from 1, sizes that a node makes from 0. */
export function lowerBound(dim: Dim): number {
  if (typeof dim === 'number') return dim;
  const byTerms = lowerBoundOfTerms(dim.terms);
  return dim.least === undefined ? byTerms : Math.max(dim.least, byTerms);
}

/** The dimension with the knowledge that it is not below `least`. */
export function withLeast(dim: Dim, least: number): Dim {
  return typeof dim === 'number' || lowerBound(dim) >= least ? dim : { ...dim, least };
}

/** `derived` with the bound that follows from those of what it was made of, where only these know it. */
export function withDerivedLeast(derived: Dim, sources: readonly Dim[], least: () => number): Dim {
  const informed = sources.some((source) => typeof source !== 'number' && source.least !== undefined);
  return informed ? withLeast(derived, least()) : derived;
}

/** The least value of a sum of products. */
export function lowerBoundOfTerms(terms: readonly DimTerm[]): number {
  let bound = 0;
  for (const term of terms) bound += lowerBoundOfTerm(term);
  return bound;
}

function lowerBoundOfTerm({ coefficient, atoms }: DimTerm): number {
  if (coefficient < 0) return atoms.length === 0 ? coefficient : nothing;
  let product = coefficient;
  for (const atom of atoms) {
    const least = lowerBoundOfAtom(atom);
    // The product of bounds bounds the product only while no factor can be negative.
    if (least < 0 && atoms.length > 1) return nothing;
    product *= least;
  }
  return product;
}

const nothing = Number.NEGATIVE_INFINITY;

function lowerBoundOfAtom(atom: DimAtom): number {
  switch (atom.kind) {
    case 'symbol':
      return 1;
    case 'fresh':
      return 0;
    case 'folded':
      return atom.least;
    case 'floor':
      return lowerBoundOfFloor(lowerBound(atom.left), atom.right);
    default:
      return lowerBoundOfLattice(atom.kind, atom.operands);
  }
}

/** The least value of a function for which order does not matter. What is broadcast is one of its operands. */
export function lowerBoundOfLattice(kind: LatticeKind, operands: readonly Dim[]): number {
  const bounds = operands.map(lowerBound);
  const isLargest = kind === 'max' || (kind === 'broadcast' && bounds.every((bound) => bound >= 1));
  return isLargest ? Math.max(...bounds) : Math.min(...bounds);
}

function lowerBoundOfFloor(dividend: number, divisor: Dim): number {
  if (typeof divisor === 'number') return divisor > 0 ? Math.floor(dividend / divisor) : nothing;
  return lowerBound(divisor) >= 1 ? Math.min(0, dividend) : nothing;
}
