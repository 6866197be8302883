/**
 * A dimension is a non-negative integer or an expression over symbols. An expression is a canonical immutable object, so
 * two equal expressions have equal `key`s; anything that cannot be simplified becomes a new symbol that knows its cause.
 * Arithmetic on dimensions is in `dimArithmetic.ts`, what depends on their order in `dimLattice.ts`.
 */
export type Dim = number | DimExpression;

export interface DimExpression {
  /** Canonical text, for example `batch`, `2*seq`, `floor(seq/2)+1`; equal dimensions have equal keys. */
  readonly key: string;
  /** Names of the model's own symbols in it (`batch`); binding all of them makes it a number. */
  readonly symbols: readonly string[];
  /** Id of the node at which it became unknown, for symbols that no binding can settle. */
  readonly cause?: string;
  /** What it cannot be below although its terms do not show it: it is, or follows from, the size of a tensor. */
  readonly least?: number;
  /** The expression as a sum of products, in canonical order, without zero terms; never a plain number. */
  readonly terms: readonly DimTerm[];
}

/** `coefficient` times the product of `atoms`; the constant term has no atoms. */
export interface DimTerm {
  readonly coefficient: number;
  /** Sorted by key, repeated for powers. */
  readonly atoms: readonly DimAtom[];
}

/**
 * Functions for which neither order nor repetition matters. `broadcast(a, b)` is the size of an axis that `a` and `b` are
 * broadcast to: `a` where `b` is 1, `b` where `a` is 1, and both where they are equal, which they otherwise have to be.
 */
export type LatticeKind = 'min' | 'max' | 'broadcast';

/** What a sum of products is made of. Functions of two dimensions are atoms where they cannot be simplified further. */
export type DimAtom =
  /** A symbol of the model. */
  | { readonly kind: 'symbol'; readonly key: string }
  /** A dimension that a node makes and nobody can know beforehand. */
  | { readonly kind: 'fresh'; readonly key: string; readonly cause: string }
  | { readonly kind: 'floor'; readonly key: string; readonly left: Dim; readonly right: Dim }
  /** At least two operands, none the same, in the order of their keys: one atom however it came about. */
  | { readonly kind: LatticeKind; readonly key: string; readonly operands: readonly Dim[] }
  /** What is not kept as an expression (too large, or no simple arithmetic): it still knows its symbols. */
  | {
      readonly kind: 'folded';
      readonly key: string;
      readonly symbols: readonly string[];
      readonly cause: string | undefined;
      /** What it cannot be below, whatever the symbols are. */
      readonly least: number;
    };

/** A shape, or `undefined` where not even the rank is known. */
export type Shape = readonly Dim[] | undefined;
