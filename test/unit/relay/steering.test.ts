import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { analyzeFile } from '../../../src/app/model/analyzeFile';
import { settingsOf } from '../../../src/app/model/configuredModel';
import { planAnalyzed } from '../../../src/app/plan/planAnalyzed';
import { followedReports } from '../../../src/engine/report/planReport';
import { Arrivals } from '../../../src/relay/adaptive/arrivals';
import {
  assumedLink,
  hasChanged,
  type LinkEstimate,
  type LinkObservation,
  probeBytes,
  probePauseMs,
  withLowerBound,
  withObservation,
  withUpperBound,
} from '../../../src/relay/adaptive/bandwidthEstimate';
import { routeFrom } from '../../../src/relay/adaptive/route';
import { SharedArrivals } from '../../../src/relay/adaptive/sharedArrivals';
import { Steering } from '../../../src/relay/adaptive/steering';
import { type AdaptiveContract, contractSchema } from '../../../src/shared/documents/contract';
import { adaptiveContract, exportFunnel, funnelConfig } from '../../relay/adaptiveChain';
import { deviceContract } from './support/adaptiveContracts';

describe('arrivals', () => {
  /** Feeds pieces of several bodies at given times; gives what each body's receiver reports. */
  const replay = (pieces: readonly (readonly [atMs: number, sender: string, body: string, bytes: number])[]) => {
    let now = 0;
    const arrivals = new Arrivals(() => now);
    const bodies = new Map<string, ReturnType<Arrivals['begin']>>();
    for (const [atMs, sender, body, bytes] of pieces) {
      now = atMs;
      const open = bodies.get(body) ?? arrivals.begin(sender);
      bodies.set(body, open);
      open.grow(bytes);
    }
    return new Map([...bodies].map(([body, open]) => [body, open.end()]));
  };

  it('time a body from its first piece to its last, without the first', () => {
    const pieces = [0, 10, 20, 30].map((atMs) => [atMs, 's', 'one', 1000] as const);
    expect(replay(pieces).get('one')).toEqual({ bodyBytes: 4000, bytes: 3000, ms: 30 });
  });

  it('count what the same sender sends beside it, and nothing of others', () => {
    // Two bodies of one sender share its link: 1000 bytes in every 5 ms.
    const shared = [0, 5, 10, 15, 20, 25, 30, 35].map((atMs, i) => [atMs, 's', i % 2 ? 'b' : 'a', 1000] as const);
    const others = [2, 12, 22].map((atMs) => [atMs, 'other', 'c', 9000] as const);
    const seen = replay([...shared, ...others].sort(([a], [b]) => a - b));
    for (const body of ['a', 'b']) {
      const { bytes, ms, bodyBytes } = seen.get(body) ?? { bytes: 0, ms: 1, bodyBytes: 0 };
      expect([bodyBytes, bytes / ms]).toEqual([4000, 200]);
    }
    expect(seen.get('c')).toEqual({ bodyBytes: 27_000, bytes: 18_000, ms: 20 });
  });

  it('say nothing of a body that came at once', () => {
    expect(replay([[3, 's', 'one', 500]]).get('one')).toEqual({ bodyBytes: 500, bytes: 0, ms: 0 });
  });
});

describe('arrivals without pieces', () => {
  it('take their share of the time in which they share a link, one sender apart from the others', () => {
    let now = 0;
    const arrivals = new SharedArrivals(() => now);
    const at = <Value>(ms: number, work: () => Value) => {
      now = ms;
      return work();
    };
    // Over 1000 bytes a millisecond, shared evenly: `a` has 10 ms alone, 20 ms with `b`, 30 ms with both.
    const endA = at(0, () => arrivals.begin('s'));
    const endB = at(10, () => arrivals.begin('s'));
    const endOther = at(15, () => arrivals.begin('other'));
    const endC = at(30, () => arrivals.begin('s'));
    expect(at(60, endA)).toBeCloseTo(10 + 20 / 2 + 30 / 3);
    expect(at(80, endB)).toBeCloseTo(20 / 2 + 30 / 3 + 20 / 2);
    expect(at(100, endC)).toBeCloseTo(30 / 3 + 20 / 2 + 20);
    expect(at(115, endOther)).toBe(100);
    const later = at(200, () => arrivals.begin('s'));
    expect(at(205, later)).toBe(5);
  });
});

describe('the bandwidth of a link', () => {
  /** A body as a link of some bandwidth shows it. */
  const body = (bodyBytes: number, mbps: number, roundTripMs = 10): LinkObservation => ({
    bodyBytes,
    bytes: bodyBytes,
    ms: (bodyBytes * 8) / (mbps * 1e3),
    roundTripMs,
  });
  const estimated = (seen: readonly LinkObservation[], start?: number): LinkEstimate =>
    seen.reduce(withObservation, assumedLink(start));
  const large = 200_000;

  it('is the median of the newest three large bodies: an outlier is not followed, a change is with the second body', () => {
    expect(estimated([body(large, 50), body(large, 50), body(large, 20)]).bandwidthMbps).toBeCloseTo(50);
    expect(estimated([body(large, 50), body(large, 50), body(large, 500)]).bandwidthMbps).toBeCloseTo(50);
    expect(estimated([body(large, 50), body(large, 50), body(large, 20), body(large, 20)]).bandwidthMbps).toBeCloseTo(
      20,
    );
    expect(estimated([body(large, 5), body(large, 5), body(large, 50), body(large, 50)]).bandwidthMbps).toBeCloseTo(50);
  });

  it('falls at once with a body that takes more than twice as long as those before it together', () => {
    const fast = [body(large, 50), body(large, 50)];
    expect(estimated([...fast, body(large, 13)]).bandwidthMbps).toBeCloseTo(50);
    expect(estimated([...fast, body(large, 12)]).bandwidthMbps).toBeCloseTo(12);
    // What was before says nothing any more, and a link that is fast again is seen with the second body.
    expect(estimated([...fast, body(large, 2), body(large, 50)]).bandwidthMbps).toBeCloseTo(2);
    expect(estimated([...fast, body(large, 2), body(large, 50), body(large, 50)]).bandwidthMbps).toBeCloseTo(50);
  });

  it('is only raised by small bodies, and by two in a row', () => {
    const slow = estimated([body(large, 5), body(large, 5)]);
    expect(withObservation(slow, body(10_000, 1)).bandwidthMbps).toBeCloseTo(5);
    const once = withObservation(slow, body(10_000, 40));
    expect(once.bandwidthMbps).toBeCloseTo(5);
    expect(withObservation(once, body(10_000, 20)).bandwidthMbps).toBeCloseTo(20);
    const between = withObservation(withObservation(once, body(10_000, 1)), body(10_000, 20));
    expect(between.bandwidthMbps).toBeCloseTo(5);
  });

  it('takes a body for small that is less than 64 KiB or less than what is on its way at once', () => {
    expect(estimated([body(65_535, 5)]).bandwidthMbps).toBeUndefined();
    expect(estimated([body(65_536, 5)]).bandwidthMbps).toBeCloseTo(5);
    // At 200 Mbit/s and 30 ms 750 kB are on their way: a body of 100 kB that says 54 says nothing.
    expect(estimated([body(100_000, 54, 30)], 200).bandwidthMbps).toBe(200);
    expect(estimated([body(800_000, 195, 30)], 200).bandwidthMbps).toBeCloseTo(195);
  });

  it('falls by small bodies that took many times a round trip: nothing but the link can have held them up', () => {
    const fast = estimated([body(large, 50), body(large, 50)]);
    expect(withObservation(fast, body(25_000, 1.3)).bandwidthMbps).toBeCloseTo(50);
    // 25 kB in 200 ms, 20 round trips.
    expect(withObservation(fast, body(25_000, 1)).bandwidthMbps).toBeCloseTo(1);
    expect(withObservation(fast, body(16_000, 0.1)).bandwidthMbps).toBeCloseTo(50);
  });

  it('falls by a few packets that arrive far apart, however long the round trip', () => {
    const fast = estimated([body(large, 500), body(large, 500)]);
    // 10 kB in 100 ms, less than one round trip.
    expect(withObservation(fast, body(10_000, 0.8, 300)).bandwidthMbps).toBeCloseTo(0.8);
    expect(withObservation(fast, body(10_000, 0.81, 300)).bandwidthMbps).toBeCloseTo(500);
    expect(withObservation(fast, body(6_000, 0.1, 300)).bandwidthMbps).toBeCloseTo(500);
    expect(withObservation(fast, body(14_001, 0.1, 3000)).bandwidthMbps).toBeCloseTo(500);
  });

  it('has changed where it is clearly another one, or a small body hints at that', () => {
    const fast = estimated([body(large, 50), body(large, 50)]);
    expect(hasChanged(fast, withObservation(fast, body(large, 45)))).toBe(false);
    expect(hasChanged(fast, withObservation(fast, body(large, 2)))).toBe(true);
    expect(hasChanged(fast, withObservation(fast, body(1000, 80)))).toBe(true);
    expect(hasChanged(fast, withObservation(fast, body(1000, 55)))).toBe(false);
    expect(hasChanged(assumedLink(), fast)).toBe(true);
  });

  it('falls by a body that does not arrive, and is measured anew after it', () => {
    const fast = estimated([body(large, 50), body(large, 50), body(large, 50)]);
    // 200 kB that are not there after 10 s: at most 0.16 Mbit/s.
    const fallen = withUpperBound(fast, 0.16);
    expect(fallen.bandwidthMbps).toBeCloseTo(0.16);
    expect(withObservation(fallen, body(large, 1)).bandwidthMbps).toBeCloseTo(1);
    expect(withUpperBound(estimated([body(large, 0.1)]), 0.16).bandwidthMbps).toBeCloseTo(0.1);
  });

  it('is no less than what a body took from end to end, also right after a link that was dead', () => {
    const dead = withUpperBound(estimated([body(large, 50)]), (large * 8) / 48e6);
    expect(dead.bandwidthMbps).toBeLessThan(0.04);
    // 64 KiB that come all at once, answered after 20 ms.
    const seen = withObservation(dead, { bodyBytes: 65_536, bytes: 0, ms: 0, roundTripMs: 20 });
    expect(seen.bandwidthMbps).toBe(dead.bandwidthMbps);
    const raised = withLowerBound(seen, 65_536, 20);
    expect(raised.bandwidthMbps).toBeCloseTo(26.2, 1);
    expect(withLowerBound(raised, 65_536, 200).bandwidthMbps).toBeCloseTo(26.2, 1);
    expect(withObservation(raised, body(large, 20)).bandwidthMbps).toBeCloseTo(20);
    // A probe a minute finds out, however slow the link was thought to be.
    expect(probePauseMs(probeBytes(dead), dead.bandwidthMbps ?? 0)).toBe(60_000);
    expect(probePauseMs(65_536, 50)).toBeCloseTo(1048.6, 1);
  });

  it('is probed with few bytes where the link is slow, and so more often', () => {
    // 6 KiB take 98 ms at 0.5 Mbit/s, 14,000 bytes 112 ms at 1 Mbit/s, and 16 KiB 66 ms at 2 Mbit/s.
    expect(probeBytes(estimated([body(large, 0.4, 300)]))).toBe(6144);
    expect(probeBytes(estimated([body(large, 0.5, 300)]))).toBe(14_000);
    expect(probeBytes(estimated([body(large, 1, 300)]))).toBe(14_000);
    expect(probeBytes(estimated([body(large, 2, 4)]))).toBe(16_384);
    expect(probeBytes(estimated([body(large, 2, 5)]))).toBe(65_536);
    expect(probeBytes(estimated([body(large, 50, 8)]))).toBe(65_536);
    expect(probeBytes(assumedLink(2))).toBe(65_536);
    expect(probePauseMs(16_384, 1)).toBeCloseTo(13_107.2);
  });

  it('judges by the least round trip: bodies that wait in line do not make others small', () => {
    expect(estimated([body(large, 100, 10), body(large, 20, 5000)]).roundTripMs).toBe(10);
    expect(estimated([body(large, 100, 10), body(large, 20, 5000), body(large, 20, 5000)]).bandwidthMbps).toBeCloseTo(
      20,
    );
  });
});

describe('a table that was made for a trace', () => {
  const [all, half, none] = ['all', 'half', 'none'];
  const table = [
    { before: all, fromMbps: 0, toMbps: 4, cut: all },
    { before: all, fromMbps: 4, toMbps: null, cut: half },
    { before: half, fromMbps: 0, toMbps: 2, cut: all },
    { before: half, fromMbps: 2, toMbps: 30, cut: half },
    { before: half, fromMbps: 30, toMbps: null, cut: none },
    { before: none, fromMbps: 0, toMbps: 5, cut: half },
    { before: none, fromMbps: 5, toMbps: null, cut: none },
  ];
  const contract = (rules = {}): AdaptiveContract => {
    const made = deviceContract({ startMbps: 5, rules });
    return contractSchema.parse({
      ...made,
      policy: { ...made.policy, links: made.policy.links.map((link) => ({ ...link, table })) },
    }) as AdaptiveContract;
  };

  it('decides instead of the borders, row by row, for any bandwidths in turn', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0.1, max: 100, noNaN: true }), { maxLength: 40 }), (bandwidths) => {
        const steering = new Steering(contract());
        // 5 Mbit/s to begin with lie in the regime of `half`.
        let before = half;
        for (const mbps of bandwidths) {
          const row = table.find(
            (one) => one.before === before && one.fromMbps <= mbps && mbps < (one.toMbps ?? Number.POSITIVE_INFINITY),
          );
          before = row?.cut ?? '';
          steering.measured(mbps);
          expect(steering.choose().id).toBe(before);
        }
      }),
    );
  });

  it('says below what a cut in force is given up, where its row goes on with it', () => {
    const steering = new Steering(contract());
    expect([half, all, none].map((cut) => steering.worthOf(cut).leastMbps)).toEqual([2, 0, 5]);
    steering.measured(3);
    expect([half, none].map((cut) => steering.worthOf(cut).leastMbps)).toEqual([2, 0]);
  });

  it('waits as the borders do, and leaves a dead link at once', () => {
    let now = 0;
    const steering = new Steering(contract({ minimumDwellMs: 1000, minimumSamples: 2 }), () => now);
    const at = (ms: number, mbps: number) => {
      now = ms;
      steering.measured(mbps);
      return steering.choose().id;
    };
    expect([at(0, 40), at(1, 40), at(2, 3), at(3, 3), at(1001, 3)]).toEqual([half, none, none, none, half]);
    expect(at(1002, 0)).toBe(all);
  });
});

describe('a policy over several links', () => {
  const [x, y] = [{ constant: 0 }, { constant: 12 }];
  /** `none` sends most over both links, `half` less over the first one alone, `all` nothing. */
  const plans = [
    { cut: 'none', terms: [{ ...x, slopes: [20, 20] }] },
    { cut: 'half', terms: [{ constant: 4, slopes: [5, 0] }] },
    { cut: 'all', terms: [{ ...y, slopes: [0, 0] }] },
  ];
  const contract = (rules = {}): AdaptiveContract => {
    const made = deviceContract({ rules });
    const links = [0, 1].map((link) => ({ link, startMbps: 20, borders: [] }));
    // A third tier takes part in one of the cuts.
    const cuts = made.cuts.map((cut) => (cut.id === 'none' ? { ...cut, lastTier: 2 } : cut));
    return contractSchema.parse({ ...made, cuts, policy: { ...made.policy, links, plans } }) as AdaptiveContract;
  };

  it('is followed by the bandwidths of both', () => {
    const steering = new Steering(contract());
    const at = (below: number, above: number) => {
      steering.measured(below);
      steering.measured(above, false, 1);
      steering.measured(0.001, false, 2);
      return steering.choose().id;
    };
    expect([at(20, 20), at(20, 3), at(20, 20), at(0.5, 20), at(3, 3)]).toEqual(['none', 'half', 'none', 'all', 'half']);
    expect(steering.status().regimes).toEqual([
      { fromMbps: 0, cut: 'all' },
      { fromMbps: 0.625, cut: 'half' },
    ]);
  });

  it('says in the route below what each link further up is too slow for a cut, unless the cut has no better one', () => {
    const steering = new Steering(contract());
    const cut = steering.choose();
    // 20 / 20 + 20 / b = 4 + 5 / 20 at b = 6.15, less a tenth; the same for the first link, whose cut leaves off at 15 / a = 3.
    const route = steering.routeOf(cut);
    expect(route.leastMbps?.['1']).toBeCloseTo((0.9 * 20) / 3.25);
    expect(routeFrom(JSON.parse(JSON.stringify(route)))).toEqual(route);
    expect(steering.routeOf(cut, true).leastMbps).toBeUndefined();
    const { leastMbps, otherFactor = 0 } = steering.worthOf('none');
    expect([leastMbps, otherFactor]).toEqual([expect.closeTo(0.9 * 5), expect.closeTo(20 / ((0.9 * 20) / 3.25))]);
    expect(steering.worthOf('all')).toEqual({ leastMbps: 0, otherFactor: 1 });
    const half = contract().cuts.find(({ id }) => id === 'half');
    expect(half && steering.routeOf(half).leastMbps).toBeUndefined();
  });

  it('does without a tier that is lost, by what is best among the others', () => {
    const steering = new Steering(contract());
    steering.lose(1);
    expect(steering.choose().id).toBe('half');
    steering.lose(0);
    expect(steering.choose().id).toBe('all');
    steering.found(0);
    steering.holds({ artifact: '', cuts: ['half'] });
    expect(steering.bothHold()?.id).toBe('all');
  });

  it('has a slope for each of its links, and borders where it has but one', () => {
    const { policy, ...rest } = contract();
    const parse = (changed: object) => contractSchema.safeParse({ ...rest, policy: { ...policy, ...changed } });
    expect(parse({}).success).toBe(true);
    expect(parse({ links: policy.links.slice(1) }).error?.issues[0]?.message).toMatch(/a slope for each link/);
    expect(parse({ plans: undefined }).error?.issues[0]?.message).toMatch(/by its borders, or several by plans/);
  });
});

describe('the cut in force', () => {
  const split = exportFunnel();
  afterAll(() => split.remove());

  it('is the one that --follow names, for any bandwidths in turn', () => {
    const contract = adaptiveContract(split.contractPaths[0] ?? '');
    const settings = settingsOf(split.modelPath, { path: undefined, config: funnelConfig(), profiles: new Map() });
    const { result } = planAnalyzed(analyzeFile(split.modelPath, {}), settings, {}, { skipCertificate: true });
    const atOnce = { ...contract, policy: { ...contract.policy, minimumDwellMs: 0, minimumSamples: 0 } };
    const { borders = [], startMbps = 0 } = contract.policy.links[0] ?? {};
    expect(borders.length).toBeGreaterThanOrEqual(4);
    const bandwidths = fc.array(
      fc.double({ min: -2, max: 2.5, noNaN: true }).map((power) => 10 ** power),
      {
        minLength: 1,
        maxLength: 60,
      },
    );
    fc.assert(
      fc.property(bandwidths, (mbps) => {
        const steering = new Steering(atOnce);
        const cuts = mbps.map((one) => {
          steering.measured(one);
          return steering.choose().id;
        });
        const followed = followedReports(result, 0, [startMbps, ...mbps]).slice(1);
        expect(cuts).toEqual(followed.map(({ regime }) => borders[regime]?.cut));
      }),
    );
  });

  it('is kept for its time and until enough is measured, but not on a dead link', () => {
    let now = 0;
    const rules = { minimumDwellMs: 1000, minimumSamples: 2 };
    const steering = new Steering(deviceContract({ startMbps: 50, rules }), () => now);
    const at = (ms: number, mbps: number) => {
      now = ms;
      steering.measured(mbps);
      return steering.choose().id;
    };
    // The first move needs no patience but for the samples; the next ones wait for both.
    expect([at(0, 5), at(1, 5), at(2, 50), at(3, 50), at(900, 50), at(1002, 50)]).toEqual([
      'none',
      'half',
      'half',
      'half',
      'half',
      'none',
    ]);
    steering.lose(0);
    expect([steering.choose().id, steering.status().bandwidthMbps]).toEqual(['all', 0]);
    steering.found(0);
    expect(steering.choose().id).toBe('none');
    // The one that was used last of those that do without what is not held.
    steering.holds({ artifact: '', cuts: ['half'] });
    expect(steering.choose().id).toBe('all');
    expect(steering.status()).toMatchObject({
      switches: 5,
      switchesFor: { bandwidth: 2, lost: 1, found: 1, held: 1 },
    });
  });

  it('is given up below its border, and is another one at once where a request shows that', () => {
    const rules = { minimumDwellMs: 1000, minimumSamples: 2 };
    const steering = new Steering(deviceContract({ startMbps: 50, rules }), () => 0);
    expect(['none', 'half', 'all', 'other'].map((cut) => steering.worthOf(cut).leastMbps)).toEqual([9, 0.9, 0, 0]);
    expect(steering.choose().id).toBe('none');
    steering.measured(8.9, true);
    expect(steering.bothHold()?.id).toBe('half');
    steering.measured(0.8, true);
    expect(steering.choose().id).toBe('all');
    steering.measured(50);
    expect(steering.choose().id).toBe('all');
  });

  it('forgets a tier further above that was lost after a while, and its own neighbor only once it answers', () => {
    let now = 0;
    const steering = new Steering(deviceContract({ startMbps: 50 }), () => now);
    steering.lose(1);
    expect(steering.status().lostAbove).toBe(1);
    now = 10_000;
    expect(steering.status().lostAbove).toBeUndefined();
    steering.lose(0);
    now = 100_000;
    expect(steering.status().lostAbove).toBe(0);
  });
});
