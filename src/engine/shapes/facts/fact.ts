import type { DType } from '../../../shared/vocabulary/dtype';
import type { Dim, Shape } from '../algebra/dim';

/** The elements of a small tensor, row-major. An element that is not known is `undefined`; integers may be symbolic. */
export type TensorValue = readonly (Dim | undefined)[];

/** What is known of a tensor. */
export interface TensorFact {
  readonly kind: 'tensor' | 'sparse-tensor' | 'sequence' | 'optional' | 'map' | 'opaque';
  /** Element type; of the innermost elements for sequences, optionals and maps. `undefined` (the name) where it is not known. */
  readonly dtype: DType;
  readonly shape: Shape;
  /** Elements of small tensors (at most a few thousand) as far as they are known. */
  readonly value?: TensorValue;
  /** The one number that every element is, where they are too many to be listed or their count is open. */
  readonly fill?: number;
  /** The members of a sequence in order, where all of them are known. */
  readonly elements?: readonly TensorFact[];
  /** How many members a sequence has, where no more is known of them than their number. */
  readonly members?: Dim;
  /** What an optional or a sequence holds, where that is known; a sequence without it holds tensors. */
  readonly content?: TensorFact['kind'];
  /** What maps have, where this is a map or holds maps; `dtype` is that of their values. */
  readonly key?: DType;
  /**
   * True when the tensor follows from initializers, constants and the bound dimensions alone, whatever the inputs hold:
   * a weight, what is computed from weights, and `Shape` of a tensor whose dimensions are numbers.
   */
  readonly constant: boolean;
}

/** Values of at most this many integers (or booleans) are followed through the graph. */
export const maximumValueElements = 4096;
/** Real values matter only as scales and bounds, so fewer of them are followed. */
export const maximumRealElements = 64;

export const unknownFact: TensorFact = { kind: 'tensor', dtype: 'undefined', shape: undefined, constant: false };

/** How many members a sequence has, where that is known. */
export function membersOf(sequence: TensorFact | undefined): Dim | undefined {
  return sequence?.elements?.length ?? sequence?.members;
}

/** True when every element is known and a number: the tensor is statically known. */
export function isNumericValue(value: TensorValue | undefined): value is readonly number[] {
  return value?.every((element) => typeof element === 'number') ?? false;
}
