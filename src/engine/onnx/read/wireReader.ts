import { type Sentence, say } from '../../../shared/messages/say';
import { DnnSplitError } from '../../../shared/work/errors';
import { throwIfCanceled, type Work } from '../../../shared/work/work';
import type { ByteSource } from '../byteSource';
import type { ByteTable } from './byteTable';
import { TextTable } from './textTable';

/** Wire types of the protobuf encoding; groups (3 and 4) do not occur in ONNX. */
export const wireType = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const;

const smallestWindowBytes = 4 * 1024;
const largestWindowBytes = 256 * 1024;
const largestPrefetchBytes = 16 * 1024;
const longestVarintBytes = 10;
const fieldsBetweenCancelChecks = 8192;
/** Even a field that is passed over costs time, so their number is bounded as well: a quarter of a billion. */
const chargePerFieldBytes = 2;
/** What the model's structure may take in memory, estimated: that of half a million nodes, far above any real model. */
const structureBudgetBytes = 768 * 1024 * 1024;

/**
 * Walks protobuf fields at absolute offsets of a source. Reads go through one window that starts small after a seek and
 * doubles while reading goes on where it left off: thousands of skipped payloads cost little, and so do dense messages.
 */
export class WireReader {
  /** Offset of the next field. */
  position = 0;
  bytesRead = 0;
  /** True once something was found that only models have; until then, an error means that the file is something else. */
  modelBegun = false;

  /** The field that `nextField` found: its number, its wire type, and where its tag and its value lie. */
  field = 0;
  wire = 0;
  fieldStart = 0;
  valueStart = 0;
  valueEnd = 0;

  /** The varint that was read last, as bits 0 to 27, 28 to 55 and 56 to 63: no double holds all of them. */
  #low = 0;
  #middle = 0;
  #high = 0;

  readonly #texts = new TextTable();
  #window: Uint8Array = new Uint8Array(0);
  #windowStart = 0;
  #readAhead = smallestWindowBytes;
  #fields = 0;
  #structureBytes = 0;
  readonly #source: ByteSource;
  readonly #work: Work;

  constructor(source: ByteSource, work: Work) {
    this.#source = source;
    this.#work = work;
  }

  get size(): number {
    return this.#source.size;
  }

  /** A copy of a few bytes of a file beside the model, where the source can read it. */
  beside(location: string, offset: number, length: number): Uint8Array | undefined {
    const bytes = this.#source.readBeside?.(location, offset, length)?.slice();
    if (bytes !== undefined) this.charge(bytes.length);
    return bytes;
  }

  /** Estimated memory of the structure so far; a bound against files that are small but explode when read. */
  charge(bytes: number): void {
    this.#structureBytes += bytes;
    if (this.#structureBytes > structureBudgetBytes) {
      throw new DnnSplitError('unsupported-model', say('model.tooLarge', {}), { byteOffset: this.position });
    }
  }

  /**
   * Moves to the next field before `end` and past its value; false at the end.
   * @throws DnnSplitError where the bytes are not a protobuf field that fits before `end`.
   */
  nextField(end: number, message: string): boolean {
    if (this.position >= end) return false;
    if (++this.#fields % fieldsBetweenCancelChecks === 0) {
      throwIfCanceled(this.#work);
      this.charge(fieldsBetweenCancelChecks * chargePerFieldBytes);
    }
    this.fieldStart = this.position;
    const tag = this.#varint(end, message);
    this.field = tag < 0x80 ? tag >> 3 : Math.floor(tag / 8);
    this.wire = tag % 8;
    if (this.field === 0 || this.field > 0x1fff_ffff) {
      throw this.malformed(say('damage.fieldNumber', { message, field: this.field }), this.fieldStart);
    }
    this.valueStart = this.position;
    this.valueEnd = this.#endOfValue(end, message);
    this.position = this.valueEnd;
    return true;
  }

  #endOfValue(end: number, message: string): number {
    let length: number;
    switch (this.wire) {
      case wireType.varint:
        this.#varint(end, message);
        return this.position;
      case wireType.fixed64:
        length = 8;
        break;
      case wireType.fixed32:
        length = 4;
        break;
      case wireType.bytes:
        length = this.#varint(end, message);
        this.valueStart = this.position;
        break;
      default:
        throw this.malformed(
          say('damage.unusedWireType', { field: this.field, message, wire: this.wire }),
          this.fieldStart,
        );
    }
    if (this.valueStart + length > this.size && end >= this.size && this.modelBegun) {
      throw this.#truncated(this.valueStart + length);
    }
    if (this.valueStart + length > end) {
      throw this.malformed(
        say('damage.fieldLength', { field: this.field, message, length, left: end - this.valueStart }),
        this.fieldStart,
      );
    }
    return this.valueStart + length;
  }

  /** An unsigned varint of at most 10 bytes; exact up to 2^53, which is beyond every tag and length that can be valid. */
  #varint(end: number, message: string): number {
    const start = this.position;
    const index = start - this.#windowStart;
    // Most numbers take one byte that is in the window already.
    if (index >= 0 && index < this.#window.length && start < end) {
      const byte = this.#window[index] ?? 0;
      if (byte < 0x80) {
        this.position = start + 1;
        this.#low = byte;
        this.#middle = 0;
        this.#high = 0;
        return byte;
      }
    }
    return this.#longVarint(end, message);
  }

  #longVarint(end: number, message: string): number {
    const start = this.position;
    const available = Math.min(longestVarintBytes, end - start);
    this.#load(start, available);
    const length = this.#readVarint(start - this.#windowStart, available);
    if (length > 0) {
      this.position = start + length;
      return this.#low + this.#middle * 2 ** 28 + this.#high * 2 ** 56;
    }
    if (available === longestVarintBytes) throw this.malformed(say('damage.longNumber', { message }), start);
    if (end >= this.size && this.modelBegun) throw this.#truncated(this.size + 1);
    throw this.malformed(say('damage.endlessNumber', { message }), start);
  }

  /** Reads a varint from an index of the window; returns its length, 0 where it does not end within `available` bytes. */
  #readVarint(index: number, available: number): number {
    let low = 0;
    let middle = 0;
    let high = 0;
    for (let place = 0; place < available; place++) {
      const byte = this.#window[index + place] ?? 0;
      const bits = byte & 0x7f;
      if (place < 4) low |= bits << (7 * place);
      else if (place < 8) middle |= bits << (7 * (place - 4));
      else high |= (bits << (7 * (place - 8))) & 0xff;
      if (byte >= 0x80) continue;
      this.#low = low;
      this.#middle = middle;
      this.#high = high;
      return place + 1;
    }
    return 0;
  }

  /** The varint that was read last as a signed 64-bit integer; beyond 2^53 the nearest number stands for it. */
  get signedValue(): number {
    if (this.#high === 0) return this.#low + this.#middle * 2 ** 28;
    const high = this.#high < 0x80 ? this.#high : this.#high - 0x100;
    return this.#low + (this.#middle + high * 2 ** 28) * 2 ** 28;
  }

  /**
   * Adds the signed integers of a packed field that holds varints from `start` to `end`.
   * @throws DnnSplitError where one of them takes more than 10 bytes or does not end.
   */
  addPackedVarints(start: number, end: number, message: string, values: number[]): void {
    this.#load(start, end - start);
    for (let at = start; at < end; ) {
      const length = this.#readVarint(at - this.#windowStart, Math.min(longestVarintBytes, end - at));
      if (length === 0) throw this.malformed(say('damage.endlessNumber', { message }), at);
      values.push(this.signedValue);
      at += length;
    }
  }

  /** The text of the UTF-8 bytes `start` to `end`. */
  text(start: number, end: number): string {
    this.#load(start, end - start);
    return this.#texts.text(this.#window, start - this.#windowStart, end - this.#windowStart);
  }

  /** The value that a table has for the bytes `start` to `end`. */
  findIn<T>(table: ByteTable<T>, start: number, end: number): T | undefined {
    this.#load(start, end - start);
    return table.find(this.#window, start - this.#windowStart, end - this.#windowStart);
  }

  /** Keeps a value for the bytes `start` to `end`, which the table does not have yet. */
  keepIn<T>(table: ByteTable<T>, start: number, end: number, value: T): void {
    // What was read since may have taken the place of these bytes, and of where the table looked for them.
    if (this.findIn(table, start, end) !== undefined) return;
    table.add(this.#window, start - this.#windowStart, end - this.#windowStart, value);
  }

  /** Fetches a small message as a whole, so that walking it and decoding it afterwards read it once. */
  prefetch(end: number): void {
    if (end - this.position <= largestPrefetchBytes) this.#load(this.position, end - this.position);
  }

  /** Bytes `start` to `end`, valid until the reader moves on. */
  view(start: number, end: number): Uint8Array {
    this.#load(start, end - start);
    return this.#window.subarray(start - this.#windowStart, end - this.#windowStart);
  }

  /** The byte at an offset. */
  byteAt(offset: number): number {
    this.#load(offset, 1);
    return this.#window[offset - this.#windowStart] ?? 0;
  }

  #load(start: number, length: number): void {
    const windowEnd = this.#windowStart + this.#window.length;
    if (start >= this.#windowStart && start + length <= windowEnd) return;
    const goesOn = start >= this.#windowStart && start <= windowEnd;
    this.#readAhead = goesOn ? Math.min(this.#readAhead * 2, largestWindowBytes) : smallestWindowBytes;
    const wanted = Math.min(Math.max(length, this.#readAhead), this.size - start);
    this.#window = this.#source.read(start, wanted);
    this.#windowStart = start;
    this.bytesRead += wanted;
  }

  /** An error about bytes that are not what ONNX's messages have there. */
  malformed(what: Sentence, byteOffset: number): DnnSplitError {
    const id = this.modelBegun ? 'model.damaged' : 'model.notOnnx';
    return new DnnSplitError('unreadable-model', say(id, { byteOffset, what }), { byteOffset });
  }

  #truncated(neededBytes: number): DnnSplitError {
    return new DnnSplitError('truncated-model', say('model.truncated', { needed: neededBytes, size: this.size }), {
      byteOffset: this.fieldStart,
    });
  }
}
