import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FollowingChain, type Outcome, startFollowingChain } from '../../relay/followingChain';
import { type Bundled, bundlePrograms } from '../../support/bundled';

const clients = 4;
/** At each bandwidth. Long form: `FOLLOWING_REQUESTS=1000 npx vitest run test/unit/relay/following.test.ts --testTimeout 1200000`. */
const requestsAtOnce = Number(process.env['FOLLOWING_REQUESTS'] ?? 20);

let bundled: Bundled;
beforeAll(async () => {
  bundled = await bundlePrograms({ relay: 'src/relay/main.ts' });
});
afterAll(async () => {
  await bundled?.remove();
});

function expectSound(outcomes: readonly Outcome[]): void {
  const lost = outcomes.filter(({ status }) => status !== 200);
  const wrong = outcomes.filter(({ isRight }) => !isRight);
  const mixed = outcomes.filter(({ cuts }) => new Set(cuts).size !== 1);
  expect({ lost, wrong, mixed }).toEqual({ lost: [], wrong: [], mixed: [] });
}

describe('three processes over a link that changes', () => {
  let chain: FollowingChain;
  beforeAll(async () => {
    chain = await startFollowingChain(bundled.program('relay'));
  });
  afterAll(async () => {
    await chain?.stop();
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

  it('loses nothing, answers bit for bit, on one cut from end to end, and settles within ten requests', async () => {
    const settled: number[] = [];
    for (const mbps of [50, 5, 1, 20, 100]) {
      chain.link.bandwidth = mbps;
      const outcomes = await ask(requestsAtOnce);
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

describe('three processes of which a link further up changes', () => {
  let chain: FollowingChain;
  beforeAll(async () => {
    chain = await startFollowingChain(bundled.program('relay'), 2);
  });
  afterAll(async () => {
    await chain?.stop();
  });

  it('takes the cut that is best for both links, also for one that nothing crosses now, and loses nothing', async () => {
    const steps = [
      [50, 50],
      [50, 5],
      [50, 1],
      [50, 50],
      [2, 50],
      [0, 50],
    ] as const;
    expect(new Set(steps.map((mbps) => chain.wanted(...mbps))).size).toBe(5);
    for (const [below, above] of steps) {
      chain.link.bandwidth = below;
      if (chain.linkAbove !== undefined) chain.linkAbove.bandwidth = above;
      const outcomes: Outcome[] = [];
      do outcomes.push(await chain.infer(outcomes.length));
      while (outcomes.at(-1)?.cuts[0] !== chain.wanted(below, above));
      expectSound(outcomes);
    }
  });
});
