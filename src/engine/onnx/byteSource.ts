/**
 * A model's bytes, wherever they are: a file, a buffer, a remote document. Reading is synchronous because it runs in a
 * worker thread and a weight-free walk does tens of thousands of small reads.
 */
export interface ByteSource {
  /** Total length in bytes; may exceed 2^31. */
  readonly size: number;
  /**
   * Reads exactly `length` bytes from `offset`. The result may be a view that is only valid until the next read.
   * @throws RangeError when the range is not inside the source.
   */
  read(offset: number, length: number): Uint8Array;
  /**
   * Reads a few bytes of a file beside the model, where it keeps constants; the result may be a view as above. Nothing
   * where that file is missing, too short, or may not be read.
   */
  readBeside?(location: string, offset: number, length: number): Uint8Array | undefined;
}

/** A source over bytes that are already in memory. */
export function bufferSource(bytes: Uint8Array): ByteSource {
  return {
    size: bytes.byteLength,
    read(offset, length) {
      if (offset < 0 || length < 0 || offset + length > bytes.byteLength) {
        throw new RangeError(`bytes ${offset}..${offset + length} are outside a source of ${bytes.byteLength} bytes`);
      }
      return bytes.subarray(offset, offset + length);
    },
  };
}
