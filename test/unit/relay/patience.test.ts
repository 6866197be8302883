import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Patience } from '../../../src/relay/adaptive/patience';

/** A clock, and requests over a link of one bandwidth that are answered `otherMs` after they have arrived. */
function bench() {
  let now = 0;
  const patience = new Patience(() => now);
  return {
    patience,
    wait: (ms: number) => {
      now += ms;
    },
    answer(cut: string, bytes: number, mbps: number, otherMs: number) {
      const waiting = patience.begin(cut, bytes);
      const arrivalMs = (8 * bytes) / (mbps * 1e3);
      now += arrivalMs + otherMs;
      waiting.answered(arrivalMs);
    },
  };
}

describe('the patience of a request', () => {
  it('is long before anything is known of answers', () => {
    const { patience } = bench();
    expect(patience.begin('a', 100_000).leftMs(8)).toBeCloseTo(100 + 400);
  });

  it('is the time of its bytes at the border, with twice what answers took beside them of late', () => {
    const { patience, wait, answer } = bench();
    for (const otherMs of [200, 10, 900]) answer('a', 100_000, 80, otherMs);
    // 100 kB at 8 Mbit/s take 100 ms.
    const waiting = patience.begin('a', 100_000);
    expect(waiting.leftMs(8)).toBeCloseTo(100 + 400);
    wait(500);
    expect(waiting.leftMs(8)).toBeCloseTo(0);
    // 800,000 bits within 300 ms at most, so about half of that.
    expect(waiting.gaveUp()).toBeCloseTo(4 / 3);
  });

  it('lets answers waver by some milliseconds, however short they were', () => {
    const { patience, answer } = bench();
    answer('a', 100, 80, 1);
    expect(patience.begin('a', 0).leftMs(8)).toBeCloseTo(1 + 50);
  });

  it('holds nothing against the link that requests beside it have sent, earlier or later', () => {
    const { patience, wait, answer } = bench();
    answer('a', 100_000, 80, 0);
    const [earlier, own] = [patience.begin('a', 100_000), patience.begin('a', 100_000)];
    expect(own.leftMs(8)).toBeCloseTo(200 + 50);
    earlier.end();
    earlier.end();
    wait(150);
    patience.begin('b', 50_000);
    expect(own.leftMs(8)).toBeCloseTo(100 + 50);
    wait(50);
    expect(own.gaveUp()).toBeCloseTo(5);
    own.end();
    expect(patience.begin('a', 100_000).leftMs(8)).toBeCloseTo(2 * (150 + 50));
  });

  it('takes what is known of another cut for one that was never answered', () => {
    const { patience, answer } = bench();
    answer('a', 100_000, 80, 200);
    expect(patience.begin('b', 50_000).leftMs(8)).toBeCloseTo(50 + 400);
  });

  it('grows where it ended in vain, so that a slow tier above is not taken for a slow link again and again', () => {
    const { patience, answer } = bench();
    answer('a', 100_000, 80, 0);
    const left = () => {
      const waiting = patience.begin('a', 100_000);
      const ms = waiting.leftMs(8);
      waiting.end();
      return Math.round(ms);
    };
    const giveUp = () => patience.begin('a', 100_000).gaveUp();
    giveUp();
    expect(left()).toBe(2 * 150);
    for (let more = 0; more < 5; more += 1) giveUp();
    expect(left()).toBe(8 * 150);
    answer('a', 100_000, 80, 0);
    expect(left()).toBe(4 * 150);
    for (let more = 0; more < 5; more += 1) answer('a', 100_000, 80, 0);
    expect(left()).toBe(150);
  });

  it('costs at most twice the better of two cuts, whatever the bandwidth, but for those milliseconds', () => {
    const positive = (max: number) => fc.double({ min: 1, max, noNaN: true });
    fc.assert(
      fc.property(positive(1e6), positive(1e3), positive(1e3), (bytes, extraMs, mbps) => {
        // The other cut sends a tenth and computes so much longer that the border lies where both take the same.
        const borderMbps = (8 * 0.9 * bytes) / (extraMs * 1e3);
        const { patience, answer } = bench();
        answer('a', bytes, 1e9, 0);
        const atMbps = mbps / 100;
        const sendingMs = (part: number) => (8 * part * bytes) / (atMbps * 1e3);
        const waitMs = patience.begin('a', bytes).leftMs(borderMbps) - 50;
        const takesMs = sendingMs(1) <= waitMs ? sendingMs(1) : waitMs + extraMs + sendingMs(0.1);
        const bestMs = Math.min(sendingMs(1), extraMs + sendingMs(0.1));
        expect(takesMs).toBeLessThanOrEqual(2 * bestMs * (1 + 1e-9));
      }),
    );
  });
});
