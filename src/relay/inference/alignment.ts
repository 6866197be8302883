/** Where binary tensors begin in a message, so that no element of the first one lies across its own alignment. */
export const binaryAlignment = 8;

/** Bytes from a place to the next multiple of an alignment. */
export function missingTo(alignment: number, place: number): number {
  return (alignment - (place % alignment)) % alignment;
}
