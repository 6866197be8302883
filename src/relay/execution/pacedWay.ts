import type { Socket } from 'node:net';

/** What one direction of a link is like. */
export interface WayShape {
  /** Shared by all connections; 0 lets nothing through. */
  readonly bandwidthMbps: number;
  readonly latencyMs: number;
}

/** How often bytes are let through while some wait. */
const tickMs = 1;
/** A timer that is late may make up for so much. */
const mostCatchUpMs = 10;
/** Connections take turns by this much, about what a network does by packets. */
const turnBytes = 4096;
/** What a connection may have waiting; beyond it its sender has to wait, as with a full router. */
const mostQueuedBytes = 64 * 1024;

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
  private allowanceBytes = 0;
  private lastMs = performance.now();
  private timer: NodeJS.Timeout | undefined;

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
    this.turn = [];
    this.streams.clear();
  }

  private take(stream: Stream, piece: Buffer): void {
    stream.queue.push(piece);
    stream.queuedBytes += piece.byteLength;
    if (stream.queuedBytes > mostQueuedBytes) stream.from.pause();
    if (this.turn.length === 0) this.lastMs = performance.now();
    if (!this.turn.includes(stream)) this.turn.push(stream);
    if (this.shape.bandwidthMbps === Number.POSITIVE_INFINITY) this.pass();
    else this.passLater();
  }

  private passLater(): void {
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      this.pass();
    }, tickMs).unref();
  }

  /** Lets through what the time since the last call allows. */
  private pass(): void {
    const now = performance.now();
    this.allowanceBytes = this.allowed(now - this.lastMs);
    this.lastMs = now;
    while (this.allowanceBytes >= 1) {
      const stream = this.turn.shift();
      if (stream === undefined) break;
      this.send(stream, Math.min(turnBytes, Math.floor(this.allowanceBytes)));
      if (stream.queuedBytes > 0) this.turn.push(stream);
    }
    if (this.turn.length > 0) this.passLater();
    // What nobody used is gone.
    else this.allowanceBytes = 0;
  }

  private allowed(elapsedMs: number): number {
    const { bandwidthMbps } = this.shape;
    if (bandwidthMbps === Number.POSITIVE_INFINITY) return bandwidthMbps;
    const bytesPerMs = bandwidthMbps * 125;
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
    if (stream.queuedBytes <= mostQueuedBytes && stream.from.isPaused()) stream.from.resume();
    this.later(() => stream.to.write(piece));
    this.finish(stream);
  }

  private finish({ ends, queuedBytes, to }: Stream): void {
    if (ends && queuedBytes === 0) this.later(() => to.end());
  }

  private later(deliver: () => void): void {
    if (this.shape.latencyMs === 0) deliver();
    else setTimeout(deliver, this.shape.latencyMs);
  }
}
