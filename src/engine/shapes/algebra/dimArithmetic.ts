import type { Dim, DimAtom, DimExpression, DimTerm } from './dim';
import { lowerBound, lowerBoundOfTerms, withDerivedLeast } from './dimBounds';
import { maximumKeyLength, maximumTerms, textOfTerms } from './dimText';

/** A symbol of the model, such as `batch`. */
export function symbolDim(name: string): DimExpression {
  return expressionOfAtom({ kind: 'symbol', key: name });
}

/** A dimension that node `cause` makes and that no binding can settle. Equal names are the same dimension. */
export function freshDim(name: string, cause: string): DimExpression {
  return expressionOfAtom({ kind: 'fresh', key: name, cause });
}

/** Something that follows from `dims` in a way that arithmetic does not express: it is known once their symbols are bound. */
export function undecidedDim(name: string, dims: readonly Dim[], least: number): DimExpression {
  const symbols = new Set(dims.flatMap(symbolsOfDim));
  const cause = dims.map((dim) => (typeof dim === 'number' ? undefined : dim.cause)).find((each) => each !== undefined);
  return expressionOfAtom({ kind: 'folded', key: name, symbols: [...symbols].sort(), cause, least });
}

/** Whether two dimensions are certainly equal. */
export function sameDim(left: Dim, right: Dim): boolean {
  if (typeof left === 'number' || typeof right === 'number') return left === right;
  return left === right || left.key === right.key;
}

export function addDims(left: Dim, right: Dim): Dim {
  if (typeof left === 'number' && typeof right === 'number') return left + right;
  if (left === 0) return right;
  if (right === 0) return left;
  const sum = dimOfTerms([...termsOf(left), ...termsOf(right)]);
  return withDerivedLeast(sum, [left, right], () => lowerBound(left) + lowerBound(right));
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
  if (typeof divisor !== 'number') return functionDim('floor', dividend, divisor);
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
  return functionDim('floor', dim, 1);
}

function nearInteger(value: number): number {
  const nearest = Math.round(value);
  return Math.abs(value - nearest) <= Math.abs(nearest) * 2 ** -24 ? nearest : value;
}

export function minDim(left: Dim, right: Dim): Dim {
  if (typeof left === 'number' && typeof right === 'number') return Math.min(left, right);
  if (isAtLeast(left, right)) return right;
  if (isAtLeast(right, left)) return left;
  return left === Number.POSITIVE_INFINITY ? right : orderedFunction('min', left, right);
}

export function maxDim(left: Dim, right: Dim): Dim {
  if (typeof left === 'number' && typeof right === 'number') return Math.max(left, right);
  if (isAtLeast(left, right)) return left;
  if (isAtLeast(right, left)) return right;
  return orderedFunction('max', left, right);
}

/** True when `left >= right` whatever the symbols are, given that every symbol of a model is at least 1. */
export function isAtLeast(left: Dim, right: Dim): boolean {
  if (typeof left === 'number' && left >= hugeDimension) return typeof right !== 'number' || right <= left;
  return lowerBound(subtractDims(left, right)) >= 0;
}

/** The dimension with symbols, and dimensions that nodes make, replaced by numbers where `bindings` has them. */
export function substituteDim(dim: Dim, bindings: ReadonlyMap<string, number>): Dim {
  if (typeof dim === 'number') return dim;
  let sum: Dim = 0;
  for (const term of dim.terms) {
    let product: Dim = term.coefficient;
    for (const atom of term.atoms) product = multiplyDims(product, substituteAtom(atom, bindings));
    sum = addDims(sum, product);
  }
  return sum;
}

/** Ends of slices at or above this mean "to the end" (exporters write INT32_MAX or INT64_MAX). */
const hugeDimension = 2 ** 31 - 1;

function substituteAtom(atom: DimAtom, bindings: ReadonlyMap<string, number>): Dim {
  switch (atom.kind) {
    case 'symbol':
    case 'fresh':
      return bindings.get(atom.key) ?? expressionOfAtom(atom);
    case 'folded':
      return expressionOfAtom(atom);
    default: {
      const left = substituteDim(atom.left, bindings);
      const right = substituteDim(atom.right, bindings);
      if (atom.kind === 'floor') return right === 1 ? floorOfDim(left) : floorDivDims(left, right);
      return atom.kind === 'min' ? minDim(left, right) : maxDim(left, right);
    }
  }
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
  if (common <= 1) return functionDim('floor', rest, divisor);
  const reduced = rest.terms.map((term) => ({ ...term, coefficient: term.coefficient / common }));
  return functionDim('floor', dimOfTerms(reduced), divisor / common);
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

function orderedFunction(kind: 'min' | 'max', left: Dim, right: Dim): Dim {
  return keyOf(left) <= keyOf(right) ? functionDim(kind, left, right) : functionDim(kind, right, left);
}

function functionDim(kind: 'floor' | 'min' | 'max', left: Dim, right: Dim): Dim {
  const key =
    kind === 'floor' ? `floor(${operand(left)}/${operand(right)})` : `${kind}(${keyOf(left)},${keyOf(right)})`;
  return expressionOfAtom({ kind, key, left, right });
}

function keyOf(dim: Dim): string {
  return typeof dim === 'number' ? String(dim) : dim.key;
}

function operand(dim: Dim): string {
  return typeof dim === 'number' || dim.terms.length === 1 ? keyOf(dim) : `(${dim.key})`;
}

function termsOf(dim: Dim): readonly DimTerm[] {
  if (typeof dim !== 'number') return dim.terms;
  return dim === 0 ? [] : [{ coefficient: dim, atoms: [] }];
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

function byKey(left: DimAtom, right: DimAtom): number {
  if (left.key === right.key) return 0;
  return left.key < right.key ? -1 : 1;
}

/** Graded lexicographic order: higher degree first, then the atoms' keys. */
function byDegree(left: DimTerm, right: DimTerm): number {
  if (left.atoms.length !== right.atoms.length) return right.atoms.length - left.atoms.length;
  for (const [index, atom] of left.atoms.entries()) {
    const other = right.atoms[index];
    const order = other === undefined ? 0 : byKey(atom, other);
    if (order !== 0) return order;
  }
  return 0;
}

function dimOfTerms(terms: readonly DimTerm[]): Dim {
  const sorted = [...terms].sort(byDegree);
  const merged: DimTerm[] = [];
  for (const term of sorted) {
    const last = merged.at(-1);
    if (last !== undefined && byDegree(last, term) === 0) {
      merged[merged.length - 1] = { coefficient: last.coefficient + term.coefficient, atoms: last.atoms };
    } else {
      merged.push(term);
    }
  }
  const kept = merged.filter((term) => term.coefficient !== 0);
  const [only] = kept;
  if (only === undefined) return 0;
  if (kept.length === 1 && only.atoms.length === 0) return only.coefficient;
  return expressionOfTerms(kept);
}

function expressionOfAtom(atom: DimAtom): DimExpression {
  return expressionOfTerms([{ coefficient: 1, atoms: [atom] }]);
}

function expressionOfTerms(terms: readonly DimTerm[]): DimExpression {
  const names: string[] = [];
  let cause: string | undefined;
  for (const term of terms) {
    for (const atom of term.atoms) {
      for (const symbol of symbolsOfAtom(atom)) if (!names.includes(symbol)) names.push(symbol);
      cause ??= causeOfAtom(atom);
    }
  }
  names.sort();
  const key = textOfTerms(terms);
  const fits = key.length <= maximumKeyLength && terms.length <= maximumTerms;
  if (!fits && !isSingleAtom(terms)) {
    const least = lowerBoundOfTerms(terms);
    return expressionOfAtom({ kind: 'folded', key: `expression#${fingerprint(key)}`, symbols: names, cause, least });
  }
  return cause === undefined ? { key, symbols: names, terms } : { key, symbols: names, cause, terms };
}

/** A symbol of the model stays itself, however long its name. */
function isSingleAtom(terms: readonly DimTerm[]): boolean {
  const [first] = terms;
  const kind = first?.atoms[0]?.kind;
  const isName = kind === 'symbol' || kind === 'fresh' || kind === 'folded';
  return terms.length === 1 && first?.coefficient === 1 && first.atoms.length === 1 && isName;
}

function symbolsOfAtom(atom: DimAtom): readonly string[] {
  switch (atom.kind) {
    case 'symbol':
      return [atom.key];
    case 'fresh':
      return [];
    case 'folded':
      return atom.symbols;
    default:
      return [...symbolsOfDim(atom.left), ...symbolsOfDim(atom.right)];
  }
}

function symbolsOfDim(dim: Dim): readonly string[] {
  return typeof dim === 'number' ? [] : dim.symbols;
}

function causeOfAtom(atom: DimAtom): string | undefined {
  if (atom.kind === 'symbol') return undefined;
  if (atom.kind === 'fresh' || atom.kind === 'folded') return atom.cause;
  const left = typeof atom.left === 'number' ? undefined : atom.left.cause;
  return left ?? (typeof atom.right === 'number' ? undefined : atom.right.cause);
}

/** Two independent FNV-1a hashes of a text: a short stable name for an expression that is too long to keep. */
function fingerprint(text: string): string {
  let first = 0x811c9dc5;
  let second = 0x01000193;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    first = Math.imul(first ^ code, 0x01000193) >>> 0;
    second = Math.imul(second ^ (code + index), 0x85ebca6b) >>> 0;
  }
  return first.toString(36) + second.toString(36);
}
