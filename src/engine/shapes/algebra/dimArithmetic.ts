import type { Dim, DimExpression, DimTerm } from './dim';
import { lowerBound, withDerivedLeast } from './dimBounds';
import { byKey, dimOfTerms, expressionOfAtom, keyOf, sameDim, termsOf } from './dimExpression';
import { maximumTerms } from './dimText';

export function addDims(left: Dim, right: Dim): Dim {
  if (typeof left === 'number' && typeof right === 'number') return left + right;
  if (left === 0) return right;
  if (right === 0) return left;
  const sum = dimOfTerms([...termsOf(left), ...termsOf(right)]);
  return withDerivedLeast(sum, [left, right], () => lowerBound(left) + lowerBound(right));
}

/** The sum of any number of dimensions: one expression is made of it, however many there are. */
export function sumDims(dims: readonly Dim[]): Dim {
  const sum = dimOfTerms(dims.flatMap(termsOf));
  return withDerivedLeast(sum, dims, () => dims.reduce<number>((least, dim) => least + lowerBound(dim), 0));
}

export function subtractDims(left: Dim, right: Dim): Dim {
  if (typeof left === 'number' && typeof right === 'number') return left - right;
  return addDims(left, multiplyDims(right, -1));
}

export function multiplyDims(left: Dim, right: Dim): Dim {
  // Adding 0 makes -0 an ordinary zero.
  if (typeof left === 'number' && typeof right === 'number') return left * right + 0;
  if (left === 0 || right === 0) return 0;
  if (left === 1) return right;
  if (right === 1) return left;
  const products: DimTerm[] = [];
  for (const a of termsOf(left)) for (const b of termsOf(right)) products.push(multiplyTerms(a, b));
  return withDerivedLeast(dimOfTerms(products), [left, right], () => leastProduct(lowerBound(left), lowerBound(right)));
}

/** The product of two bounds bounds the product only where neither factor can be negative. */
function leastProduct(left: number, right: number): number {
  return left < 0 || right < 0 ? Number.NEGATIVE_INFINITY : left * right;
}

/**
 * The quotient where `divisor` divides `dividend` whatever the symbols are; `undefined` where that is not certain.
 * Division of multivariate polynomials by leading terms in graded lexicographic order.
 */
export function divideExactly(dividend: Dim, divisor: Dim): Dim | undefined {
  if (divisor === 0) return undefined;
  if (typeof dividend === 'number' && typeof divisor === 'number') {
    return dividend % divisor === 0 ? dividend / divisor : undefined;
  }
  if (sameDim(dividend, divisor)) return 1;
  const [lead] = termsOf(divisor);
  if (lead === undefined) return undefined;
  let rest = dividend;
  const quotient: DimTerm[] = [];
  for (let step = 0; step <= maximumTerms; step++) {
    const [top] = termsOf(rest);
    if (top === undefined) return dimOfTerms(quotient);
    const part = divideTerms(top, lead);
    if (part === undefined) return undefined;
    quotient.push(part);
    rest = subtractDims(rest, multiplyDims(dimOfTerms([part]), divisor));
  }
  return undefined;
}

/** The largest integer not above `dividend / divisor`. @throws RangeError on division by zero. */
export function floorDivDims(dividend: Dim, divisor: Dim): Dim {
  if (divisor === 0) throw new RangeError('a dimension is divided by zero');
  if (typeof dividend === 'number' && typeof divisor === 'number') return Math.floor(dividend / divisor);
  const exact = divideExactly(dividend, divisor);
  if (exact !== undefined) return exact;
  if (typeof divisor !== 'number') return floorAtom(dividend, divisor);
  const quotient = floorByNumber(dividend, divisor);
  if (divisor < 0) return quotient;
  return withDerivedLeast(quotient, [dividend], () => Math.floor(lowerBound(dividend) / divisor));
}

/** The smallest integer not below `dividend / divisor`. */
export function ceilDivDims(dividend: Dim, divisor: Dim): Dim {
  if (typeof dividend === 'number' && typeof divisor === 'number') {
    if (divisor === 0) throw new RangeError('a dimension is divided by zero');
    return Math.ceil(dividend / divisor);
  }
  const exact = divideExactly(dividend, divisor);
  return exact ?? floorDivDims(addDims(dividend, subtractDims(divisor, 1)), divisor);
}

/** The remainder of floor division. */
export function moduloDims(dividend: Dim, divisor: Dim): Dim {
  return subtractDims(dividend, multiplyDims(divisor, floorDivDims(dividend, divisor)));
}

/**
 * The largest integer not above a value whose coefficients may be fractions (`0.5*seq`). They come from float32, so what
 * is a fraction of small numbers but for its rounding is taken for that fraction: 10 * 0.7 is 7 there, too.
 */
export function floorOfDim(dim: Dim): Dim {
  if (typeof dim === 'number') return Math.floor(dim);
  if (dim.terms.every((term) => Number.isInteger(term.coefficient))) return dim;
  for (let denominator = 2; denominator <= 1024; denominator++) {
    const scaled = dim.terms.map(({ atoms, coefficient }) => ({
      atoms,
      coefficient: nearInteger(coefficient * denominator),
    }));
    if (scaled.every((term) => Number.isInteger(term.coefficient))) {
      return floorDivDims(dimOfTerms(scaled), denominator);
    }
  }
  return floorAtom(dim, 1);
}

function nearInteger(value: number): number {
  const nearest = Math.round(value);
  return Math.abs(value - nearest) <= Math.abs(nearest) * 2 ** -24 ? nearest : value;
}

/** `floor((n*q + r) / n) = q + floor(r / n)`, and nested floors by numbers become one. */
function floorByNumber(dividend: Dim, divisor: number): Dim {
  if (divisor < 0) return floorByNumber(multiplyDims(dividend, -1), -divisor);
  const whole: DimTerm[] = [];
  const rest: DimTerm[] = [];
  for (const term of termsOf(dividend)) {
    const quotient =
      term.atoms.length === 0 ? Math.floor(term.coefficient / divisor) : Math.trunc(term.coefficient / divisor);
    if (term.atoms.length === 0 || term.coefficient % divisor === 0) {
      whole.push({ coefficient: quotient, atoms: term.atoms });
      rest.push({ coefficient: term.coefficient - quotient * divisor, atoms: term.atoms });
    } else {
      rest.push(term);
    }
  }
  return addDims(dimOfTerms(whole), floorOfRest(dimOfTerms(rest), divisor));
}

function floorOfRest(rest: Dim, divisor: number): Dim {
  if (typeof rest === 'number') return Math.floor(rest / divisor);
  const inner = floorWithNumber(rest);
  if (inner !== undefined) return floorByNumber(addDims(inner.numerator, 0), inner.divisor * divisor);
  const common = rest.terms.reduce((factor, term) => greatestCommonDivisor(factor, term.coefficient), divisor);
  if (common <= 1) return floorAtom(rest, divisor);
  const reduced = rest.terms.map((term) => ({ ...term, coefficient: term.coefficient / common }));
  return floorAtom(dimOfTerms(reduced), divisor / common);
}

/** `floor(x/n) + c` as `floor((x + c*n)/n)`. */
function floorWithNumber(dim: DimExpression): { numerator: Dim; divisor: number } | undefined {
  const [first, constant] = dim.terms;
  const atom = first?.atoms[0];
  if (first?.coefficient !== 1 || first.atoms.length !== 1 || atom?.kind !== 'floor') return undefined;
  if (typeof atom.right !== 'number' || !Number.isInteger(atom.right) || dim.terms.length > 2) return undefined;
  if (constant !== undefined && constant.atoms.length > 0) return undefined;
  return { numerator: addDims(atom.left, (constant?.coefficient ?? 0) * atom.right), divisor: atom.right };
}

function greatestCommonDivisor(left: number, right: number): number {
  let [a, b] = [Math.abs(left), Math.abs(right)];
  if (!Number.isInteger(a) || !Number.isInteger(b)) return 1;
  while (b > 0) [a, b] = [b, a % b];
  return a;
}

function floorAtom(left: Dim, right: Dim): Dim {
  return expressionOfAtom({ kind: 'floor', key: `floor(${operand(left)}/${operand(right)})`, left, right });
}

function operand(dim: Dim): string {
  return typeof dim === 'number' || dim.terms.length === 1 ? keyOf(dim) : `(${dim.key})`;
}

function multiplyTerms(left: DimTerm, right: DimTerm): DimTerm {
  const atoms = left.atoms.length === 0 ? right.atoms : [...left.atoms, ...right.atoms].sort(byKey);
  return { coefficient: left.coefficient * right.coefficient, atoms };
}

function divideTerms(dividend: DimTerm, divisor: DimTerm): DimTerm | undefined {
  const coefficient = dividend.coefficient / divisor.coefficient;
  if (!Number.isInteger(coefficient)) return undefined;
  const atoms = [...dividend.atoms];
  for (const atom of divisor.atoms) {
    const place = atoms.findIndex((other) => other.key === atom.key);
    if (place < 0) return undefined;
    atoms.splice(place, 1);
  }
  return { coefficient, atoms };
}
