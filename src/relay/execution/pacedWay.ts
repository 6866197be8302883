import type { Socket } from 'node:net';

/** What one direction of a link is like. */
export interface WayShape {
  /** Shared by all connections; 0 lets nothing through. */
  readonly bandwidthMbps: number;
  readonly latencyMs: number;
}

/** How often bytes are let through while some wait: those that leave until the next time, each when it does. */
const tickMs = 1;
/** Timers are late by up to a millisecond: what is due sooner is waited for without one. */
const timerMs = 1;
/** A timer that is late may make up for so much. */
const mostCatchUpMs = 10;
/** Connections take turns by this much, about what a network does by packets. */
const turnBytes = 4096;
/**
 * What a connection may have waiting at least; beyond what passes until the next tick, late ones included, its sender has to
 * wait, as with a full router. A fast link with less would stand idle between two ticks.
 */
const leastQueueBytes = 64 * 1024;

/** What one connection has on its way. */
interface Stream {
  readonly from: Socket;
  readonly to: Socket;
  readonly queue: Buffer[];
  queuedBytes: number;
  /** The sender has sent everything. */
  ends: boolean;
}

/**
 * One direction of an emulated link: what connections send shares one bandwidth, which may change at any time, and arrives
 * after a latency.
 */
export class PacedWay {
  private readonly streams = new Map<Socket, Stream>();
  private turn: Stream[] = [];
  /** Below 0 where bytes were let through before they leave. */
  private allowanceBytes = 0;
  private lastMs = performance.now();
  private timer: NodeJS.Timeout | undefined;
  private readonly deliveries = new Deliveries(() => this.turn.length > 0);

  constructor(private shape: WayShape) {}

  get bandwidthMbps(): number {
    return this.shape.bandwidthMbps;
  }

  /** Makes the way another one from now on. */
  reshape(shape: WayShape): void {
    this.pass();
    this.shape = shape;
    this.pass();
  }

  /** Carries whatever a socket receives to another one. */
  carry(from: Socket, to: Socket): void {
    const stream: Stream = { from, to, queue: [], queuedBytes: 0, ends: false };
    this.streams.set(from, stream);
    from.on('data', (piece) => this.take(stream, piece));
    from.on('end', () => {
      stream.ends = true;
      this.finish(stream);
    });
  }

  /** Forgets what a socket has sent. */
  drop(from: Socket): void {
    const stream = this.streams.get(from);
    this.streams.delete(from);
    this.turn = this.turn.filter((other) => other !== stream);
  }

  close(): void {
    clearTimeout(this.timer);
    this.deliveries.close();
    this.turn = [];
    this.streams.clear();
  }

  private take(stream: Stream, piece: Buffer): void {
    stream.queue.push(piece);
    stream.queuedBytes += piece.byteLength;
    if (stream.queuedBytes > this.mostQueuedBytes) stream.from.pause();
    // What an idle link could have carried is gone; what it still carries is not.
    if (this.turn.length === 0) this.allowanceBytes = Math.min(0, this.allowed());
    if (!this.turn.includes(stream)) this.turn.push(stream);
    this.pass();
  }

  private passLater(): void {
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      this.pass();
    }, tickMs).unref();
  }

  /** Lets through what the time since the last call allows, and what leaves until the next one. */
  private pass(): void {
    this.allowanceBytes = this.allowed();
    const aheadBytes = this.bytesPerMs * tickMs;
    while (this.allowanceBytes + aheadBytes >= 1) {
      const stream = this.turn.shift();
      if (stream === undefined) break;
      const mostBytes = this.turn.length === 0 ? Number.POSITIVE_INFINITY : turnBytes;
      this.send(stream, Math.min(mostBytes, Math.floor(this.allowanceBytes + aheadBytes)));
      if (stream.queuedBytes > 0) this.turn.push(stream);
    }
    if (this.turn.length > 0) this.passLater();
  }

  private get bytesPerMs(): number {
    return this.shape.bandwidthMbps * 125;
  }

  private get mostQueuedBytes(): number {
    return Math.max(leastQueueBytes, this.bytesPerMs * mostCatchUpMs);
  }

  /** What may leave now. */
  private allowed(): number {
    const now = performance.now();
    const elapsedMs = now - this.lastMs;
    this.lastMs = now;
    const { bytesPerMs } = this;
    if (bytesPerMs === Number.POSITIVE_INFINITY) return bytesPerMs;
    const mostBytes = Math.max(turnBytes, bytesPerMs * mostCatchUpMs);
    return Math.min(mostBytes, this.allowanceBytes + bytesPerMs * elapsedMs);
  }

  private send(stream: Stream, mostBytes: number): void {
    const [first] = stream.queue;
    if (first === undefined) return;
    const piece = first.subarray(0, mostBytes);
    if (piece.byteLength === first.byteLength) stream.queue.shift();
    else stream.queue[0] = first.subarray(piece.byteLength);
    stream.queuedBytes -= piece.byteLength;
    this.allowanceBytes -= piece.byteLength;
    if (stream.queuedBytes <= this.mostQueuedBytes && stream.from.isPaused()) stream.from.resume();
    this.later(() => stream.to.write(piece));
    this.finish(stream);
  }

  private finish({ ends, queuedBytes, to }: Stream): void {
    if (ends && queuedBytes === 0) this.later(() => to.end());
  }

  /** When what was let through last has left and arrived. */
  private later(deliver: () => void): void {
    const { bytesPerMs } = this;
    const leavesMs = this.allowanceBytes < 0 && bytesPerMs > 0 ? -this.allowanceBytes / bytesPerMs : 0;
    this.deliveries.add(leavesMs + this.shape.latencyMs, deliver);
  }
}

/** What arrives after a while, in turn and on time. */
class Deliveries {
  private readonly waiting: { readonly dueMs: number; readonly deliver: () => void }[] = [];
  private wake: (() => void) | undefined;

  /** @param isFollowed whether more is to come, behind which a late timer does not show */
  constructor(private readonly isFollowed: () => boolean) {}

  add(delayMs: number, deliver: () => void): void {
    if (delayMs === 0 && this.waiting.length === 0) deliver();
    else this.waiting.push({ dueMs: performance.now() + delayMs, deliver });
    if (this.wake === undefined) this.wait();
  }

  close(): void {
    this.wake?.();
    this.waiting.length = 0;
  }

  private wait(): void {
    const [first] = this.waiting;
    this.wake = undefined;
    if (first === undefined) return;
    const leftMs = first.dueMs - performance.now();
    if (leftMs > timerMs || this.waiting.length > 1 || this.isFollowed()) {
      const timer = setTimeout(() => this.deliver(), leftMs - timerMs);
      this.wake = () => clearTimeout(timer);
    } else {
      const soon = setImmediate(() => this.deliver());
      this.wake = () => clearImmediate(soon);
    }
  }

  private deliver(): void {
    const now = performance.now();
    let due = 0;
    while ((this.waiting[due]?.dueMs ?? Number.POSITIVE_INFINITY) <= now) due += 1;
    for (const { deliver } of this.waiting.splice(0, due)) deliver();
    this.wait();
  }
}
