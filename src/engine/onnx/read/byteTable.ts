/** Longer runs of bytes are rarely repeated: they are neither looked for nor kept. */
export const longestKeptBytes = 256;
/** Slots looked at before a value is left out, so that bytes made to collide cost no more than others. */
const mostProbes = 16;
const smallestTable = 1024;

/** Values by the bytes that they were read from, so that what repeats is decoded once. Open addressing. */
export class ByteTable<T> {
  /** By hash the place of a value, one higher, so that 0 is none: little to move and to run through for many values. */
  #slots = new Int32Array(smallestTable);
  readonly #values: T[] = [];
  /** Per value the hash of its bytes, and where these begin in `#bytes`; where the next ones begin they end. */
  #hashes = new Int32Array(smallestTable);
  #starts = new Int32Array(smallestTable);
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
    const mask = this.#slots.length - 1;
    for (let probe = 0; probe < mostProbes; probe++) {
      const slot = (this.#hash + probe) & mask;
      const place = (this.#slots[slot] ?? 0) - 1;
      if (place < 0) {
        this.#slot = slot;
        return undefined;
      }
      if (this.#hashes[place] === this.#hash && this.#isAt(place, bytes, start, end)) return this.#values[place];
    }
    return undefined;
  }

  /** Keeps a value for bytes that `find` was asked for just before, in vain. */
  add(bytes: Uint8Array, start: number, end: number, value: T): void {
    if (this.#slot < 0) return;
    if (this.#used + end - start > this.#bytes.length) {
      const more = new Uint8Array(this.#bytes.length * 2);
      more.set(this.#bytes);
      this.#bytes = more;
    }
    for (let index = start; index < end; index++) this.#bytes[this.#used++] = bytes[index] ?? 0;
    const count = this.#values.push(value);
    if (count === this.#hashes.length) this.#extend(count * 2);
    this.#slots[this.#slot] = count;
    this.#hashes[count - 1] = this.#hash;
    this.#starts[count] = this.#used;
    this.#slot = -1;
    if (count * 2 > this.#slots.length) this.#grow();
  }

  #isAt(place: number, bytes: Uint8Array, start: number, end: number): boolean {
    const first = this.#starts[place] ?? 0;
    if ((this.#starts[place + 1] ?? 0) - first !== end - start) return false;
    const offset = first - start;
    for (let index = start; index < end; index++) if (this.#bytes[offset + index] !== bytes[index]) return false;
    return true;
  }

  #extend(count: number): void {
    const [hashes, starts] = [this.#hashes, this.#starts];
    this.#hashes = new Int32Array(count);
    this.#starts = new Int32Array(count);
    this.#hashes.set(hashes);
    this.#starts.set(starts);
  }

  #grow(): void {
    const mask = this.#slots.length * 4 - 1;
    const slots = new Int32Array(mask + 1);
    for (let place = 0; place < this.#values.length; place++) {
      let slot = (this.#hashes[place] ?? 0) & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = place + 1;
    }
    this.#slots = slots;
  }
}
