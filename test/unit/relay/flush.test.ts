import { EventEmitter } from 'node:events';
import type { ServerResponse } from 'node:http';
import { describe, expect, it } from 'vitest';
import { flush } from '../../../src/relay/service/flush';
import { MemoryBudget } from '../../../src/relay/service/memoryBudget';

/** A response whose bytes stay with it until the test says that they are out. */
class HeldResponse extends EventEmitter {
  destroyed = false;
  writableFinished = false;
  readonly socket = { destroyed: false };
  readonly sent: Uint8Array[] = [];
  cork(): void {}
  uncork(): void {}
  writeHead(): void {}
  write(piece: Uint8Array): boolean {
    this.sent.push(piece);
    return true;
  }
  end(piece: Uint8Array | undefined): void {
    if (piece !== undefined) this.sent.push(piece);
  }
  destroy(): void {
    this.destroyed = true;
  }
}

describe('the end of an answer', () => {
  it('is waited for, however small the answer is', async () => {
    const response = new HeldResponse();
    const hold = new MemoryBudget(1000).hold();
    let isOut = false;
    const message = { headers: {}, parts: [new Uint8Array(10)] };
    const flushed = flush(response as unknown as ServerResponse, message, hold, 60_000).then(() => {
      isOut = true;
    });
    await new Promise((done) => setTimeout(done, 20));
    expect([response.sent.length, isOut]).toEqual([1, false]);
    response.emit('finish');
    await flushed;
    expect(isOut).toBe(true);
  });

  it('never comes where the reader is gone', async () => {
    const response = new HeldResponse();
    const message = { headers: {}, parts: [new Uint8Array(10)] };
    const flushed = flush(response as unknown as ServerResponse, message, new MemoryBudget(1000).hold(), 60_000);
    response.emit('close');
    await expect(flushed).rejects.toMatchObject({ status: 499 });
  });
});
