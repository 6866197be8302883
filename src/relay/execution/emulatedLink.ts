import { connect, createServer, type Server, type Socket } from 'node:net';
import { DnnSplitError } from '../../shared/errors';
import { say } from '../../shared/messages/say';

export interface EmulatedLinkOptions {
  /** Port that the link leads to, on the loopback address where no other is named. */
  readonly targetPort: number;
  readonly targetHost?: string;
  /** Upwards; 0 lets nothing through. */
  readonly bandwidthMbps: number;
  /** One way. */
  readonly latencyMs: number;
}

/** How often bytes are let through. */
const tickMs = 2;
/** A timer that is late may make up for so much. */
const mostCatchUpMs = 10;
/** Connections take turns by this much, about what a network does by packets. */
const turnBytes = 4096;
/** What a connection may have waiting; beyond it its sender has to wait, as with a full router. */
const mostQueuedBytes = 64 * 1024;

interface Way {
  readonly client: Socket;
  readonly server: Socket;
  readonly queue: Buffer[];
  queuedBytes: number;
  /** The client has sent everything. */
  ends: boolean;
}

/**
 * A slower link in front of a server on this machine, in user space: what is sent upwards shares one bandwidth, which may
 * change at any time, and everything is late by a latency, both ways. Whoever receives sees bytes arrive as over a real link.
 */
export class EmulatedLink {
  private readonly server: Server;
  private readonly ways = new Set<Way>();
  private readonly latencyMs: number;
  private bandwidthMbps: number;
  private turn: Way[] = [];
  private allowanceBytes = 0;
  private lastMs = performance.now();
  private readonly timer: NodeJS.Timeout;

  constructor(private readonly options: EmulatedLinkOptions) {
    this.bandwidthMbps = options.bandwidthMbps;
    this.latencyMs = options.latencyMs;
    this.server = createServer((client) => this.open(client));
    this.timer = setInterval(() => this.pass(), tickMs).unref();
  }

  /** @returns the port on the address that stands for the other end @throws DnnSplitError `file-system` */
  listen(host = '127.0.0.1'): Promise<number> {
    return new Promise((done, fail) => {
      this.server.once('error', ({ message }) =>
        fail(new DnnSplitError('file-system', say('relay.cannotListen', { address: host, reason: message }))),
      );
      this.server.listen(0, host, () => {
        const address = this.server.address();
        done(typeof address === 'object' && address !== null ? address.port : 0);
      });
    });
  }

  /** The bandwidth from now on, in Mbit/s. */
  set bandwidth(mbps: number) {
    this.pass();
    this.bandwidthMbps = mbps;
  }

  get targetPort(): number {
    return this.options.targetPort;
  }

  get bandwidth(): number {
    return this.bandwidthMbps;
  }

  close(): void {
    clearInterval(this.timer);
    this.server.close();
    for (const { client, server } of this.ways) {
      client.destroy();
      server.destroy();
    }
  }

  private open(client: Socket): void {
    const server = connect(this.options.targetPort, this.options.targetHost ?? '127.0.0.1');
    const way: Way = { client, server, queue: [], queuedBytes: 0, ends: false };
    this.ways.add(way);
    const drop = () => {
      this.ways.delete(way);
      this.turn = this.turn.filter((other) => other !== way);
      client.destroy();
      server.destroy();
    };
    for (const socket of [client, server]) socket.setNoDelay(true).on('error', drop).on('close', drop);
    client.on('data', (piece) => {
      way.queue.push(piece);
      way.queuedBytes += piece.byteLength;
      if (way.queuedBytes > mostQueuedBytes) client.pause();
      if (!this.turn.includes(way)) this.turn.push(way);
    });
    client.on('end', () => {
      way.ends = true;
      this.finish(way);
    });
    server.on('data', (piece) => this.later(() => client.write(piece)));
    server.on('end', () => this.later(() => client.end()));
  }

  /** Lets through what the time since the last call allows. */
  private pass(): void {
    const now = performance.now();
    const bytesPerMs = this.bandwidthMbps * 125;
    const mostBytes = Math.max(turnBytes, bytesPerMs * mostCatchUpMs);
    this.allowanceBytes = Math.min(mostBytes, this.allowanceBytes + bytesPerMs * (now - this.lastMs));
    this.lastMs = now;
    while (this.allowanceBytes >= 1) {
      const way = this.turn.shift();
      if (way === undefined) break;
      this.send(way, Math.min(turnBytes, Math.floor(this.allowanceBytes)));
      if (way.queuedBytes > 0) this.turn.push(way);
    }
    // What nobody used is gone.
    if (this.turn.length === 0) this.allowanceBytes = 0;
  }

  private send(way: Way, mostBytes: number): void {
    const [first] = way.queue;
    if (first === undefined) return;
    const piece = first.subarray(0, mostBytes);
    if (piece.byteLength === first.byteLength) way.queue.shift();
    else way.queue[0] = first.subarray(piece.byteLength);
    way.queuedBytes -= piece.byteLength;
    this.allowanceBytes -= piece.byteLength;
    if (way.queuedBytes <= mostQueuedBytes && way.client.isPaused()) way.client.resume();
    this.later(() => way.server.write(piece));
    this.finish(way);
  }

  private finish({ ends, queuedBytes, server }: Way): void {
    if (ends && queuedBytes === 0) this.later(() => server.end());
  }

  private later(deliver: () => void): void {
    if (this.latencyMs === 0) deliver();
    else setTimeout(deliver, this.latencyMs);
  }
}
