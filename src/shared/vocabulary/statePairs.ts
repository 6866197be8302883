/**
 * A piece of a model's state: what one call makes as `output` the next call reads as `input`. Key-value caches of decoders,
 * states of recurrent layers and caches of streaming convolutions are such pairs.
 */
export interface StatePair {
  /** Name of the graph input. */
  readonly input: string;
  /** Name of the graph output that takes its place in the next call. */
  readonly output: string;
  /**
   * The axis along which the output is longer than the input, so that the state grows with every call and is empty along
   * this axis before the first one. Absent where both have one shape; such a state is all zeros before the first call.
   */
  readonly growsAlong?: number;
}

/** Names of a pair as a person writes them; each `*` stands for the same text in both. */
export interface StatedPair {
  readonly input: string;
  readonly output: string;
}

/** Which pairs a model has: those that its names and shapes tell, none, or exactly these. */
export type StateSetting = 'recognized' | 'none' | readonly StatedPair[];
