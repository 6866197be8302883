import type { Dim, DimAtom, DimExpression, DimTerm } from './dim';
import { lowerBoundOfTerms } from './dimBounds';
import { maximumKeyLength, maximumTerms, textOfTerms } from './dimText';

/** Further symbols of one expression are not listed: a sum over thousands of inputs would carry them all everywhere. */
export const maximumSymbols = 64;

/** True where a symbol is certainly in no term of the dimension. */
export function isWithout(dim: Dim, symbol: string): boolean {
  if (typeof dim === 'number') return true;
  return dim.symbols.length < maximumSymbols && !dim.symbols.includes(symbol);
}

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
  return expressionOfAtom({ kind: 'folded', key: name, symbols: symbolsOfDims(dims), cause: causeOfDims(dims), least });
}

/** What is not kept as an expression but follows from `dims`; equal texts are equal dimensions. */
export function foldedDim(text: string, dims: readonly Dim[], least: number): DimExpression {
  return undecidedDim(`expression#${fingerprint(text)}`, dims, least);
}

/** Whether two dimensions are certainly equal. */
export function sameDim(left: Dim, right: Dim): boolean {
  if (typeof left === 'number' || typeof right === 'number') return left === right;
  return left === right || left.key === right.key;
}

export function keyOf(dim: Dim): string {
  return typeof dim === 'number' ? String(dim) : dim.key;
}

export function termsOf(dim: Dim): readonly DimTerm[] {
  if (typeof dim !== 'number') return dim.terms;
  return dim === 0 ? [] : [{ coefficient: dim, atoms: [] }];
}

export function dimOfTerms(terms: readonly DimTerm[]): Dim {
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

export function expressionOfAtom(atom: DimAtom): DimExpression {
  return expressionOfTerms([{ coefficient: 1, atoms: [atom] }]);
}

function expressionOfTerms(terms: readonly DimTerm[]): DimExpression {
  let symbols: readonly string[] = [];
  let cause: string | undefined;
  for (const { atoms } of terms) {
    for (const atom of atoms) {
      symbols = mergeSymbols(symbols, symbolsOfAtom(atom));
      cause ??= causeOfAtom(atom);
    }
  }
  if (isTooLarge(terms) && !isName(terms)) {
    const key = `expression#${fingerprint(textOfTerms(terms, shortKey))}`;
    return expressionOfAtom({ kind: 'folded', key, symbols, cause, least: lowerBoundOfTerms(terms) });
  }
  const key = textOfTerms(terms);
  return cause === undefined ? { key, symbols, terms } : { key, symbols, cause, terms };
}

function isTooLarge(terms: readonly DimTerm[]): boolean {
  if (terms.length > maximumTerms) return true;
  let length = 0;
  for (const { atoms } of terms) for (const atom of atoms) length += atom.key.length + 1;
  return length > maximumKeyLength;
}

/** A symbol of the model stays itself, however long its name. */
function isName(terms: readonly DimTerm[]): boolean {
  const [first] = terms;
  const kind = first?.atoms[0]?.kind;
  const isNamed = kind === 'symbol' || kind === 'fresh' || kind === 'folded';
  return terms.length === 1 && first?.coefficient === 1 && first.atoms.length === 1 && isNamed;
}

const shortKeys = new WeakMap<DimAtom, string>();

/** The key, or what stands for a very long one: names of a megabyte are looked through once. */
function shortKey(atom: DimAtom): string {
  if (atom.key.length <= maximumKeyLength) return atom.key;
  const known = shortKeys.get(atom);
  if (known !== undefined) return known;
  const short = `#${fingerprint(atom.key)}`;
  shortKeys.set(atom, short);
  return short;
}

export function byKey(left: DimAtom, right: DimAtom): number {
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

/** Names in the order of the alphabet, each once, and only the first of very many. */
function mergeSymbols(left: readonly string[], right: readonly string[]): readonly string[] {
  if (left.length === 0 || left === right) return right;
  if (right.length === 0) return left;
  const merged: string[] = [];
  let [i, j] = [0, 0];
  while (merged.length < maximumSymbols && (i < left.length || j < right.length)) {
    const [ours, theirs] = [left[i], right[j]];
    const next = theirs === undefined || (ours !== undefined && ours <= theirs) ? ours : theirs;
    if (next === undefined) break;
    if (next === ours) i++;
    if (next === theirs) j++;
    merged.push(next);
  }
  const isLeft = merged.length === left.length && merged.every((name, index) => name === left[index]);
  return isLeft ? left : merged;
}

function symbolsOfDims(dims: readonly Dim[]): readonly string[] {
  let symbols: readonly string[] = [];
  for (const dim of dims) if (typeof dim !== 'number') symbols = mergeSymbols(symbols, dim.symbols);
  return symbols;
}

function symbolsOfAtom(atom: DimAtom): readonly string[] {
  if (atom.kind === 'symbol') return [atom.key];
  if (atom.kind === 'fresh') return [];
  return atom.kind === 'folded' ? atom.symbols : symbolsOfDims(argumentsOf(atom));
}

function causeOfDims(dims: readonly Dim[]): string | undefined {
  for (const dim of dims) if (typeof dim !== 'number' && dim.cause !== undefined) return dim.cause;
  return undefined;
}

function causeOfAtom(atom: DimAtom): string | undefined {
  if (atom.kind === 'symbol') return undefined;
  return atom.kind === 'fresh' || atom.kind === 'folded' ? atom.cause : causeOfDims(argumentsOf(atom));
}

/** The dimensions that a function is of; none for a name. */
export function argumentsOf(atom: DimAtom): readonly Dim[] {
  if (atom.kind === 'floor') return [atom.left, atom.right];
  return 'operands' in atom ? atom.operands : [];
}

/** The atom that the dimension is and nothing else; `undefined` where it is a number, a sum or a multiple. */
export function soleAtom(dim: Dim): DimAtom | undefined {
  if (typeof dim === 'number' || dim.terms.length !== 1) return undefined;
  const [only] = dim.terms;
  return only?.coefficient === 1 && only.atoms.length === 1 ? only.atoms[0] : undefined;
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
