import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FollowingChain, type Outcome, startFollowingChain } from '../../relay/followingChain';
import { type Bundled, bundlePrograms } from '../../support/bundled';

const clients = 4;

describe('three processes over a link that changes', () => {
  let bundled: Bundled;
  let chain: FollowingChain;
  beforeAll(async () => {
    bundled = await bundlePrograms({ relay: 'src/relay/main.ts' });
    chain = await startFollowingChain(bundled.program('relay'));
  });
  afterAll(async () => {
    await chain?.stop();
    await bundled?.remove();
  });

  /** Requests of all clients together, each client one after the other; in the order of their starts. */
  async function ask(count: number): Promise<Outcome[]> {
    const outcomes: Outcome[] = [];
    let asked = 0;
    const client = async () => {
      while (asked < count) {
        asked += 1;
        outcomes.push(await chain.infer(asked));
      }
    };
    await Promise.all(Array.from({ length: clients }, client));
    return outcomes.sort((a, b) => a.startMs - b.startMs);
  }

  function expectSound(outcomes: readonly Outcome[]): void {
    const lost = outcomes.filter(({ status }) => status !== 200);
    const wrong = outcomes.filter(({ isRight }) => !isRight);
    const mixed = outcomes.filter(({ cuts }) => new Set(cuts).size !== 1);
    expect({ lost, wrong, mixed }).toEqual({ lost: [], wrong: [], mixed: [] });
  }

  it('loses nothing, answers bit for bit, on one cut from end to end, and settles within ten requests', async () => {
    const settled: number[] = [];
    for (const mbps of [50, 5, 1, 20, 100]) {
      chain.link.bandwidth = mbps;
      const outcomes = await ask(20);
      const isSettled = ({ cuts }: Outcome) => cuts[0] === chain.wanted(mbps);
      // A machine that is busy with other things may show another bandwidth for a while.
      while (!outcomes.some(isSettled)) outcomes.push(...(await ask(clients)));
      expectSound(outcomes);
      settled.push(outcomes.findIndex(isSettled));
    }
    expect(settled.sort((x, y) => x - y)[2], `settled after ${settled}`).toBeLessThan(10);
  });

  it('answers without the tiers above while the middle one is gone, losing nothing, and uses it again once it is back', async () => {
    chain.link.bandwidth = 50;
    const before = ask(12);
    await chain.killEdge();
    expectSound(await before);
    const meanwhile = await ask(8);
    expectSound(meanwhile);
    expect(new Set(meanwhile.map(({ cuts }) => cuts.length))).toEqual(new Set([1]));
    await chain.startEdge();
    let again = await chain.infer(0);
    while (again.cuts.length === 1) again = await chain.infer(0);
    expectSound([again]);
  });
});
