import { decodeUtf8 } from '../utf8';

/** Longer texts are rarely repeated. */
const longestSharedBytes = 256;
/** Slots looked at before a text is left unshared, so that names made to collide cost no more than others. */
const mostProbes = 16;
const smallestTable = 1024;

/**
 * The texts of a model, each once. A tensor's name stands at its maker and at every reader, operators and attributes repeat
 * all over: looking the bytes up costs less than decoding them again, and equal names are then the same string, which
 * maps find faster.
 */
export class TextTable {
  #texts: (string | undefined)[] = emptySlots(smallestTable);
  /** Hashes of the texts, so that most other texts in the way are told apart without a look at them. */
  #hashes = new Int32Array(smallestTable);
  #count = 0;

  /** The text of the UTF-8 bytes `start` to `end`. */
  text(bytes: Uint8Array, start: number, end: number): string {
    if (end - start > longestSharedBytes) return decodeUtf8(bytes.subarray(start, end));
    // FNV-1a, its high bits folded into the low ones.
    let hash = 0x811c_9dc5;
    for (let index = start; index < end; index++) {
      const byte = bytes[index] ?? 0;
      if (byte >= 0x80) return decodeUtf8(bytes.subarray(start, end));
      hash = Math.imul(hash ^ byte, 0x0100_0193);
    }
    return this.#find(bytes, start, end, hash ^ (hash >>> 15));
  }

  #find(bytes: Uint8Array, start: number, end: number, hash: number): string {
    const mask = this.#texts.length - 1;
    for (let probe = 0; probe < mostProbes; probe++) {
      const slot = (hash + probe) & mask;
      const known = this.#texts[slot];
      if (known === undefined) {
        const text = decodeUtf8(bytes.subarray(start, end));
        this.#put(slot, text, hash);
        return text;
      }
      if (this.#hashes[slot] === hash && known.length === end - start && isSame(known, bytes, start)) return known;
    }
    return decodeUtf8(bytes.subarray(start, end));
  }

  #put(slot: number, text: string, hash: number): void {
    this.#texts[slot] = text;
    this.#hashes[slot] = hash;
    if (++this.#count * 2 > this.#texts.length) this.#grow();
  }

  #grow(): void {
    const texts = this.#texts;
    const hashes = this.#hashes;
    const size = texts.length * 4;
    this.#texts = emptySlots(size);
    this.#hashes = new Int32Array(size);
    for (let old = 0; old < texts.length; old++) {
      const text = texts[old];
      const hash = hashes[old] ?? 0;
      if (text === undefined) continue;
      let slot = hash & (size - 1);
      while (this.#texts[slot] !== undefined) slot = (slot + 1) & (size - 1);
      this.#texts[slot] = text;
      this.#hashes[slot] = hash;
    }
  }
}

function emptySlots(size: number): (string | undefined)[] {
  return new Array<string | undefined>(size).fill(undefined);
}

function isSame(text: string, bytes: Uint8Array, start: number): boolean {
  for (let index = 0; index < text.length; index++) {
    if (text.charCodeAt(index) !== bytes[start + index]) return false;
  }
  return true;
}
