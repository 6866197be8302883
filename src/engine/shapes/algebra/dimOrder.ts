import type { Dim, DimExpression, DimTerm } from './dim';
import { addDims, multiplyDims, subtractDims } from './dimArithmetic';
import { lowerBound } from './dimBounds';
import { dimOfTerms, isWithout, soleAtom } from './dimExpression';

/** Ends of slices at or above this mean "to the end" (exporters write INT32_MAX or INT64_MAX). */
const hugeDimension = 2 ** 31 - 1;

/** Steps of one comparison: what is nested more deeply counts as uncertain. */
const maximumSteps = 64;

/**
 * True when `left >= right` whatever the symbols are, given that every symbol of a model is at least 1; false where that is
 * not certain. Functions in the difference are replaced by what they cannot be below (or above), one after another.
 */
export function isAtLeast(left: Dim, right: Dim): boolean {
  if (typeof left === 'number' && left >= hugeDimension) return typeof right !== 'number' || right <= left;
  const name = soleAtom(right);
  // Nothing but itself is certain to be as large as a symbol.
  if (name?.kind === 'symbol' && isWithout(left, name.key)) return false;
  return isNonNegative(subtractDims(left, right), { steps: maximumSteps });
}

function isNonNegative(dim: Dim, budget: { steps: number }): boolean {
  if (lowerBound(dim) >= 0) return true;
  if (typeof dim === 'number') return false;
  for (const term of dim.terms) {
    const bounds = lowerBoundsOf(term, dim);
    if (bounds === undefined) continue;
    budget.steps -= bounds.dims.length;
    if (budget.steps < 0) return false;
    const holds = (bound: Dim): boolean => isNonNegative(bound, budget);
    if (bounds.of === 'any' ? bounds.dims.some(holds) : bounds.dims.every(holds)) return true;
  }
  return false;
}

/** Dimensions with the sign of another one: it is not negative where any of them is not, or where none of them is. */
interface LowerBounds {
  readonly of: 'any' | 'all';
  readonly dims: readonly Dim[];
}

/** Bounds of `sum` without the function in one of its terms; nothing where there is none, or it has no bound. */
function lowerBoundsOf(term: DimTerm, sum: DimExpression): LowerBounds | undefined {
  const place = term.atoms.findIndex(({ kind }) => kind === 'floor' || isLattice(kind));
  const atom = term.atoms[place];
  if (atom === undefined) return undefined;
  const factor = dimOfTerms([{ coefficient: 1, atoms: term.atoms.filter((_, index) => index !== place) }]);
  if (lowerBound(factor) < 0) return undefined;
  const others = dimOfTerms(sum.terms.filter((each) => each !== term));
  const scaled = multiplyDims(factor, term.coefficient);
  const isAdded = term.coefficient > 0;
  if (atom.kind === 'floor') {
    if (typeof atom.right !== 'number' || !(atom.right >= 1 && isWhole(atom.left))) return undefined;
    // (x - n + 1) / n <= floor(x / n) <= x / n
    const bound = isAdded ? subtractDims(atom.left, atom.right - 1) : atom.left;
    return { of: 'any', dims: [addDims(multiplyDims(others, atom.right), multiplyDims(scaled, bound))] };
  }
  if (!('operands' in atom)) return undefined;
  const isLargest =
    atom.kind === 'max' || (atom.kind === 'broadcast' && atom.operands.every((each) => lowerBound(each) >= 1));
  const isAny = isAdded ? isLargest : atom.kind === 'min';
  return { of: isAny ? 'any' : 'all', dims: atom.operands.map((each) => addDims(others, multiplyDims(scaled, each))) };
}

function isLattice(kind: string): boolean {
  return kind === 'min' || kind === 'max' || kind === 'broadcast';
}

function isWhole(dim: Dim): boolean {
  if (typeof dim === 'number') return Number.isInteger(dim);
  return dim.terms.every(({ coefficient }) => Number.isInteger(coefficient));
}
