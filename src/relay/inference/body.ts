import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { binaryAlignment, missingTo } from './alignment';

/** Room is made for at most so many times what has come, so that nobody gets memory for what is only announced. */
const roomForAnnounced = 16;
const roomForUnknown = 2;

/** A body as it comes: each piece goes to its place at once, while the processor still has it at hand. */
export class Body {
  private room: Uint8Array = new Uint8Array();
  private length = 0;

  /**
   * @param announced bytes of the whole body; `NaN` where its sender does not say
   * @param aligned place in the body that is to lie at a multiple of `binaryAlignment`
   */
  constructor(
    private readonly announced: number,
    private readonly aligned: number,
  ) {}

  add(piece: Buffer): void {
    const { buffer, byteOffset, byteLength } = piece;
    const needed = this.length + byteLength;
    if (byteLength === this.announced && (byteOffset + this.aligned) % binaryAlignment === 0) {
      this.room = new Uint8Array(buffer, byteOffset, byteLength);
    } else {
      if (needed > this.room.byteLength) this.widen(needed);
      this.room.set(piece, this.length);
      giveBack(piece);
    }
    this.length = needed;
  }

  /** A plain array, since `slice` of a Buffer would share its memory. */
  whole(): Uint8Array {
    return this.room.subarray(0, this.length);
  }

  private widen(needed: number): void {
    const isAnnounced = this.announced >= needed;
    const bytes = isAnnounced ? Math.min(this.announced, needed * roomForAnnounced) : needed * roomForUnknown;
    const shift = missingTo(binaryAlignment, this.aligned);
    const { buffer, byteOffset } = Buffer.allocUnsafeSlow(shift + bytes);
    const wider = new Uint8Array(buffer, byteOffset + shift, bytes);
    wider.set(this.room.subarray(0, this.length));
    giveBack(this.room);
    this.room = wider;
  }
}

/** From this size on it pays to give memory back. */
const worthBytes = 16 * 1024;
let nowhere: MessagePort | undefined;

/**
 * Frees large memory that nobody reads any more at once: what is sent to a port that is closed is lost. The collector would free it
 * only after 32 MB of it, none of which the processor then has at hand.
 */
export function giveBack({ buffer, byteLength }: Uint8Array): void {
  if (byteLength < worthBytes || byteLength + binaryAlignment <= buffer.byteLength) return;
  if (nowhere === undefined) {
    nowhere = new MessageChannel().port1;
    nowhere.close();
  }
  if (buffer instanceof ArrayBuffer) nowhere.postMessage(undefined, [buffer]);
}
