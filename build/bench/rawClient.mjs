/** A client of one connection with as little of its own as there can be, and what its times come to. */
import { connect } from 'node:net';

/** One connection, one request at a time. */
export class RawClient {
  /** @param {number} port @param {(received: Buffer) => number | undefined} wholeLength */
  constructor(port, wholeLength) {
    this.wholeLength = wholeLength;
    /** @type {Buffer} */
    this.received = Buffer.alloc(0);
    /** @type {{ done: () => void, fail: (error: unknown) => void } | undefined} */
    this.waiting = undefined;
    this.socket = connect({ port, host: '127.0.0.1', noDelay: true });
    this.socket.on('data', (piece) => this.receive(piece));
    this.socket.on('error', (error) => this.waiting?.fail(error));
  }

  /** @param {Buffer} request @returns {Promise<void>} */
  ask(request) {
    return new Promise((done, fail) => {
      this.waiting = { done, fail };
      this.socket.write(request);
    });
  }

  /** @param {Buffer} piece */
  receive(piece) {
    this.received = this.received.length === 0 ? piece : Buffer.concat([this.received, piece]);
    try {
      if (this.received.length < (this.wholeLength(this.received) ?? Number.POSITIVE_INFINITY)) return;
    } catch (error) {
      return this.waiting?.fail(error);
    }
    this.received = Buffer.alloc(0);
    this.waiting?.done();
  }

  close() {
    this.socket.destroy();
  }
}

/** @param {Buffer} received @returns {number | undefined} bytes of a whole answer, once its head is there */
export function httpAnswer(received) {
  const end = received.indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  const head = received.toString('latin1', 0, end);
  if (!head.startsWith('HTTP/1.1 200'))
    throw new Error(`A server answered: ${received.toString('utf8').slice(0, 300)}`);
  return end + 4 + Number(/content-length: (\d+)/i.exec(head)?.[1]);
}

/** @param {() => Promise<void>} run @returns {Promise<number>} milliseconds */
export async function timed(run) {
  const start = performance.now();
  await run();
  return performance.now() - start;
}

/** @param {readonly number[]} values */
export function percentiles(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (/** @type {number} */ part) => sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? 0;
  return { p50: at(0.5), p99: at(0.99) };
}
