/**
 * SHA-256 (FIPS 180-4) at once: what a browser has answers later, and the programs ask in the middle of their work.
 */
const roundConstants = fractions(64, Math.cbrt);
const initialState = fractions(8, Math.sqrt);
const blockBytes = 64;

/** Hashes bytes that come in parts. */
export class Sha256 {
  readonly #state = initialState.slice();
  readonly #words = new Uint32Array(64);
  readonly #block = new Uint8Array(blockBytes);
  #inBlock = 0;
  #length = 0;

  update(bytes: Uint8Array): void {
    this.#length += bytes.length;
    for (let at = 0; at < bytes.length; ) {
      const part = bytes.subarray(at, at + blockBytes - this.#inBlock);
      this.#block.set(part, this.#inBlock);
      this.#inBlock += part.length;
      at += part.length;
      if (this.#inBlock === blockBytes) this.#takeBlock();
    }
  }

  /** The hash of all; nothing can follow. */
  digest(): Uint8Array {
    const bits = this.#length * 8;
    const padding = new Uint8Array(((blockBytes + 55 - (this.#length % blockBytes)) % blockBytes) + 9);
    padding[0] = 0x80;
    const view = new DataView(padding.buffer);
    view.setUint32(padding.length - 8, Math.floor(bits / 2 ** 32));
    view.setUint32(padding.length - 4, bits >>> 0);
    this.update(padding);
    const result = new Uint8Array(32);
    const words = new DataView(result.buffer);
    this.#state.forEach((word, index) => {
      words.setUint32(index * 4, word);
    });
    return result;
  }

  #takeBlock(): void {
    this.#inBlock = 0;
    const words = this.#words;
    const block = new DataView(this.#block.buffer);
    for (let i = 0; i < 16; i++) words[i] = block.getUint32(i * 4);
    for (let i = 16; i < 64; i++) {
      const [a, b] = [at(words, i - 15), at(words, i - 2)];
      const small0 = turned(a, 7) ^ turned(a, 18) ^ (a >>> 3);
      const small1 = turned(b, 17) ^ turned(b, 19) ^ (b >>> 10);
      words[i] = at(words, i - 16) + small0 + at(words, i - 7) + small1;
    }
    this.#mix(words);
  }

  #mix(words: Uint32Array): void {
    const state = this.#state;
    let [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = state;
    for (let i = 0; i < 64; i++) {
      const big1 = turned(e, 6) ^ turned(e, 11) ^ turned(e, 25);
      const first = (h + big1 + ((e & f) ^ (~e & g)) + at(roundConstants, i) + at(words, i)) | 0;
      const big0 = turned(a, 2) ^ turned(a, 13) ^ turned(a, 22);
      const second = (big0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      [h, g, f, e, d, c, b, a] = [g, f, e, (d + first) | 0, c, b, a, (first + second) | 0];
    }
    [a, b, c, d, e, f, g, h].forEach((word, index) => {
      state[index] = at(state, index) + word;
    });
  }
}

function turned(word: number, by: number): number {
  return (word >>> by) | (word << (32 - by));
}

function at(words: Uint32Array, index: number): number {
  return words[index] ?? 0;
}

/** The first 32 bits of the fractions of roots of the first primes. */
function fractions(count: number, root: (value: number) => number): Uint32Array {
  const primes: number[] = [];
  for (let value = 2; primes.length < count; value++) {
    if (primes.every((prime) => value % prime !== 0)) primes.push(value);
  }
  return Uint32Array.from(primes, (prime) => (root(prime) % 1) * 2 ** 32);
}
