/**
 * A dimension is a non-negative integer or an expression over symbols. An expression is a canonical immutable object, so
 * two equal expressions have equal `key`s; anything that cannot be simplified becomes a new symbol that knows its cause.
 */
export type Dim = number | DimExpression;

export interface DimExpression {
  /** Canonical text, for example `batch`, `2*seq`, `floor(seq/2)+1`; equal dimensions have equal keys. */
  readonly key: string;
  /** Names of the model's own symbols in it (`batch`); binding all of them makes it a number. */
  readonly symbols: readonly string[];
  /** Id of the node at which it became unknown, for symbols that no binding can settle. */
  readonly cause?: string;
}

/** A shape, or `undefined` where not even the rank is known. */
export type Shape = readonly Dim[] | undefined;
