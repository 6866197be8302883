/** Longer runs of bytes are rarely repeated: they are neither looked for nor kept. */
export const longestKeptBytes = 256;
/** Slots looked at before a value is left out, so that bytes made to collide cost no more than others. */
const mostProbes = 16;
const smallestTable = 1024;

/** Values by the bytes that they were read from, so that what repeats is decoded once. Open addressing. */
export class ByteTable<T> {
  /** Per slot its value, the hash of its bytes, and where these lie in `#bytes`. */
  #values: (T | undefined)[] = emptySlots(smallestTable);
  #hashes = new Int32Array(smallestTable);
  #starts = new Int32Array(smallestTable);
  #lengths = new Uint16Array(smallestTable);
  #count = 0;
  /** The bytes of all values, one after another. */
  #bytes = new Uint8Array(16 * smallestTable);
  #used = 0;
  /** Where `find` looked last, and for which hash; no slot where there is no room. */
  #slot = -1;
  #hash = 0;

  /** The value that was kept for the bytes `start` to `end`. */
  find(bytes: Uint8Array, start: number, end: number): T | undefined {
    this.#slot = -1;
    if (end - start > longestKeptBytes) return undefined;
    // FNV-1a, its high bits folded into the low ones.
    let hash = 0x811c_9dc5;
    for (let index = start; index < end; index++) hash = Math.imul(hash ^ (bytes[index] ?? 0), 0x0100_0193);
    this.#hash = hash ^ (hash >>> 15);
    const mask = this.#values.length - 1;
    for (let probe = 0; probe < mostProbes; probe++) {
      const slot = (this.#hash + probe) & mask;
      const value = this.#values[slot];
      if (value === undefined) {
        this.#slot = slot;
        return undefined;
      }
      if (this.#hashes[slot] === this.#hash && this.#isAt(slot, bytes, start, end)) return value;
    }
    return undefined;
  }

  /** Keeps a value for bytes that `find` was asked for just before, in vain. */
  add(bytes: Uint8Array, start: number, end: number, value: T): void {
    if (this.#slot < 0) return;
    if (this.#used + end - start > this.#bytes.length) {
      const more = new Uint8Array(this.#bytes.length * 4);
      more.set(this.#bytes);
      this.#bytes = more;
    }
    this.#values[this.#slot] = value;
    this.#hashes[this.#slot] = this.#hash;
    this.#starts[this.#slot] = this.#used;
    this.#lengths[this.#slot] = end - start;
    for (let index = start; index < end; index++) this.#bytes[this.#used++] = bytes[index] ?? 0;
    this.#slot = -1;
    if (++this.#count * 2 > this.#values.length) this.#grow();
  }

  #isAt(slot: number, bytes: Uint8Array, start: number, end: number): boolean {
    if (this.#lengths[slot] !== end - start) return false;
    const offset = (this.#starts[slot] ?? 0) - start;
    for (let index = start; index < end; index++) if (this.#bytes[offset + index] !== bytes[index]) return false;
    return true;
  }

  #grow(): void {
    const [values, hashes, starts, lengths] = [this.#values, this.#hashes, this.#starts, this.#lengths];
    const size = values.length * 4;
    this.#values = emptySlots(size);
    this.#hashes = new Int32Array(size);
    this.#starts = new Int32Array(size);
    this.#lengths = new Uint16Array(size);
    for (let old = 0; old < values.length; old++) {
      const value = values[old];
      if (value === undefined) continue;
      const hash = hashes[old] ?? 0;
      let slot = hash & (size - 1);
      while (this.#values[slot] !== undefined) slot = (slot + 1) & (size - 1);
      this.#values[slot] = value;
      this.#hashes[slot] = hash;
      this.#starts[slot] = starts[old] ?? 0;
      this.#lengths[slot] = lengths[old] ?? 0;
    }
  }
}

function emptySlots<T>(size: number): (T | undefined)[] {
  return new Array<T | undefined>(size).fill(undefined);
}
