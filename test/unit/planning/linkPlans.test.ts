import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  bestPlanAt,
  followPlans,
  type LinkPlan,
  nextPlan,
  planValueAt,
  rankedAt,
  regimesAlong,
} from '../../../src/shared/vocabulary/linkPlans';
import { nextRegime, startingController } from '../../../src/shared/vocabulary/policy';

const size = fc.double({ min: 0, max: 10, noNaN: true });
const mbps = fc.double({ min: -2, max: 3, noNaN: true }).map((power) => 10 ** power);
const atOnce = { hysteresis: 0.1, minimumDwellMs: 0, minimumSamples: 0 };

/** Plans over some links; a plan that needs none of them is among them. */
function plansOver(links: number): fc.Arbitrary<LinkPlan[]> {
  const figure = fc.record({ constant: size, slopes: fc.array(size, { minLength: links, maxLength: links }) });
  const plan = fc.record({ terms: fc.array(figure, { minLength: 1, maxLength: 3 }) });
  const alone = { terms: [{ constant: 12, slopes: new Array<number>(links).fill(0) }] };
  return fc.array(plan, { minLength: 1, maxLength: 8 }).map((plans) => [...plans, alone]);
}

const pairs = fc.array(fc.tuple(mbps, mbps), { minLength: 1, maxLength: 30 });

/** By hand: the largest term at both bandwidths. */
function worthAt({ terms }: LinkPlan, [a, b]: readonly [number, number]): number {
  return Math.max(...terms.map(({ constant, slopes: [x = 0, y = 0] }) => constant + x / a + y / b));
}

describe('a policy over the bandwidths of two links', () => {
  it('takes the best of all plans at any bandwidths, without hysteresis', () => {
    fc.assert(
      fc.property(plansOver(2), pairs, (plans, bandwidths) => {
        let current = -1;
        for (const pair of bandwidths) {
          current = nextPlan(plans, current, pair, 0);
          const least = Math.min(...plans.map((plan) => worthAt(plan, pair)));
          expect(worthAt(plans[current] ?? { terms: [] }, pair)).toBeCloseTo(least, 9);
          const ranked = rankedAt(plans, pair).map((index) => worthAt(plans[index] ?? { terms: [] }, pair));
          expect(ranked).toEqual([...ranked].sort((a, b) => a - b));
        }
      }),
    );
  });

  it('is never farther from the best of all plans than the hysteresis allows, whatever was before', () => {
    fc.assert(
      fc.property(plansOver(2), pairs, (plans, bandwidths) => {
        let state = startingController;
        for (const pair of bandwidths) {
          state = followPlans(plans, state, { bandwidthsMbps: pair, nowMs: 0 }, atOnce);
          const least = Math.min(...plans.map((plan) => worthAt(plan, pair)));
          const taken = worthAt(plans[state.regime] ?? { terms: [] }, pair);
          expect(taken).toBeLessThanOrEqual((least * 1.1) / 0.9 + 1e-9);
        }
      }),
    );
  });

  it('moves no cut back and forth while the bandwidths waver around a border', () => {
    const plans = [{ terms: [{ constant: 0, slopes: [10, 0] }] }, { terms: [{ constant: 0, slopes: [0, 10] }] }];
    const taken = [1, 1.05, 0.97, 1.04].map((a) => nextPlan(plans, 0, [a, 1], 0.1));
    expect(taken).toEqual([0, 0, 0, 0]);
    expect([nextPlan(plans, 0, [0.8, 1], 0.1), nextPlan(plans, 0, [1, 1.25], 0.1)]).toEqual([1, 1]);
  });

  it('goes along one link as the regimes of that link do', () => {
    fc.assert(
      fc.property(plansOver(2), mbps, fc.array(mbps, { maxLength: 30 }), (plans, other, bandwidths) => {
        const regimes = regimesAlong(plans, [1, other], 0);
        expect([regimes[0]?.fromMbps, regimes.at(-1)?.toMbps]).toEqual([0, null]);
        for (const one of bandwidths) {
          const regime = regimes[nextRegime(regimes, -1, one, 0)];
          const plan = plans[regime?.plan ?? -1] ?? { terms: [] };
          const best = plans[bestPlanAt(plans, [one, other])] ?? { terms: [] };
          expect(worthAt(plan, [one, other])).toBeCloseTo(worthAt(best, [one, other]), 6);
        }
      }),
    );
  });

  it('of one link is the policy of its regimes, hysteresis included', () => {
    const lines = fc.uniqueArray(fc.integer({ min: 0, max: 60 }), { minLength: 2, maxLength: 6 });
    // Bandwidths close to the borders, where the hysteresis decides.
    const near = fc.tuple(fc.nat({ max: 5 }), fc.double({ min: 0.8, max: 1.25, noNaN: true }));
    fc.assert(
      fc.property(lines, lines, fc.array(near, { maxLength: 40 }), (constants, slopes, bandwidths) => {
        const plans = constants.map((constant, index) => ({ terms: [{ constant, slopes: [slopes[index] ?? 0] }] }));
        const regimes = regimesAlong(plans, [1], 0);
        let [plan, regime] = [bestPlanAt(plans, [1]), nextRegime(regimes, -1, 1, 0)];
        for (const [border, part] of bandwidths) {
          const one = (regimes[border % regimes.length]?.fromMbps || 1) * part;
          plan = nextPlan(plans, plan, [one], 0.1);
          regime = nextRegime(regimes, regime, one, 0.1);
          const taken = regimes[regime]?.plan ?? -1;
          expect(planValueAt(plans[plan] ?? { terms: [] }, [one])).toBeCloseTo(
            planValueAt(plans[taken] ?? { terms: [] }, [one]),
            9,
          );
        }
      }),
    );
  });

  it('leaves a plan at once that breaks a limit which another one keeps, and takes what exceeds limits least where all do', () => {
    const plans = [
      { terms: [{ constant: 1, slopes: [0, 0] }], limits: [{ constant: -1, slopes: [2, 0] }] },
      { terms: [{ constant: 5, slopes: [0, 0] }], limits: [{ constant: -1, slopes: [0, 2] }] },
    ];
    expect([nextPlan(plans, 0, [2, 2], 0.1), nextPlan(plans, 0, [1.99, 2], 0.1)]).toEqual([0, 1]);
    expect([nextPlan(plans, 1, [2.1, 3], 0.1), bestPlanAt(plans, [1, 1.5]), bestPlanAt(plans, [1.5, 1])]).toEqual([
      0, 1, 0,
    ]);
    expect(bestPlanAt(plans, [0, 3])).toBe(1);
  });

  it('waits for its time and for as many samples of each link, but not on a dead one', () => {
    const plans = [{ terms: [{ constant: 0, slopes: [0, 10] }] }, { terms: [{ constant: 5, slopes: [0, 0] }] }];
    const rules = { hysteresis: 0.1, minimumDwellMs: 100, minimumSamples: 2 };
    let state = followPlans(plans, startingController, { bandwidthsMbps: [10, 10], nowMs: 0 }, rules);
    const at = (nowMs: number, above: number) => {
      state = followPlans(plans, state, { bandwidthsMbps: [10, above], nowMs }, rules);
      return state.regime;
    };
    expect([at(10, 1), at(99, 1), at(100, 1), at(101, 1), at(102, 10), at(103, 0)]).toEqual([0, 0, 0, 1, 1, 1]);
    expect([at(202, 10), at(203, 10), at(204, 0)]).toEqual([1, 0, 1]);
  });
});
