import type { DType } from '../../protocol/dtype';
import type { Dim, Shape } from './dim';

/** The elements of a small tensor, row-major. An element that is not known is `undefined`; integers may be symbolic. */
export type TensorValue = readonly (Dim | undefined)[];

/** What is known of a tensor. */
export interface TensorFact {
  readonly kind: 'tensor' | 'sequence' | 'optional' | 'map' | 'opaque';
  /** Element type; of the element for sequences and optionals. `undefined` (the name) where it is not known. */
  readonly dtype: DType;
  readonly shape: Shape;
  /** Elements of small tensors (at most a few thousand) as far as they are known. */
  readonly value?: TensorValue;
  /** True when the tensor follows from initializers and constants alone, whatever the inputs are. */
  readonly constant: boolean;
}

export const unknownFact: TensorFact = { kind: 'tensor', dtype: 'undefined', shape: undefined, constant: false };
