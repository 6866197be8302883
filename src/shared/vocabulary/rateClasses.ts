import { namesOf } from '../recordOf';

/** Kinds of work that a device runs at different rates, with what each is. A depthwise MAC takes 5 to 20 dense ones. */
export const rateClassTable = {
  dense: 'Convolutions with a window over all channels.',
  winograd:
    '3 x 3 convolutions in single steps between 32 channels or more, which many runtimes compute with fewer multiplications (Winograd); as `dense` where absent.',
  pointwise: 'Convolutions with a window of one element.',
  depthwise: 'Depthwise convolutions, and those in groups of fewer than 16 channels.',
  matmul: 'Products with a weight matrix.',
  thinMatmul: 'Products of a few rows with a weight matrix, which memory bounds.',
  attention: 'Attention, and products of two tensors that are no weights.',
  recurrent: 'LSTM, GRU and other recurrent layers.',
} as const satisfies Readonly<Record<string, string>>;

export type RateClass = keyof typeof rateClassTable;

export const rateClasses: readonly RateClass[] = namesOf(rateClassTable);

/** GFLOP/s (1 MAC = 2 FLOP) by kind of work. */
export type Rates = { readonly [Class in RateClass]?: number | undefined };
