import { decodeUtf8 } from '../utf8';
import { ByteTable } from './byteTable';

/**
 * The texts of a model, each once. A tensor's name stands at its maker and at every reader, operators repeat all over:
 * looking the bytes up costs less than decoding them again, and equal names are then the same string, which maps find faster.
 */
export class TextTable {
  readonly #texts = new ByteTable<string>();

  /** The text of the UTF-8 bytes `start` to `end`. */
  text(bytes: Uint8Array, start: number, end: number): string {
    const known = this.#texts.find(bytes, start, end);
    if (known !== undefined) return known;
    const text = decodeUtf8(bytes, start, end);
    this.#texts.add(bytes, start, end, text);
    return text;
  }
}
