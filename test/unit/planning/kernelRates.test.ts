import { describe, expect, it } from 'vitest';
import { createCostTables } from '../../../src/engine/planning/costs/costTables';
import { separatedKernels } from '../../../src/engine/planning/costs/separatedKernels';
import type { Tier } from '../../../src/engine/planning/infrastructure/infrastructure';
import { planModel } from '../../../src/engine/planning/planModel';
import { findCandidates } from '../../../src/engine/split/findCandidates';
import { withTraffic } from './kernelGraphs';
import { plainInfrastructure, syntheticGraph } from './support';

const pair = withTraffic(
  syntheticGraph({ x: 1000 }, [
    { name: 'conv', reads: ['x'], op: 'Conv', rateClass: 'depthwise', bytes: 2000, macs: 3e6, weightBytes: 500 },
    { name: 'relu', reads: ['conv'], op: 'Relu', bytes: 2000 },
    { name: 'pool', reads: ['relu'], op: 'MaxPool', bytes: 500 },
  ]),
);

function secondsOn(tier: Partial<Tier>, graph = pair): number[] {
  return [...(createCostTables(graph, plainInfrastructure([tier], [])).tiers[0]?.seconds ?? [])];
}

describe('the time of a node', () => {
  it('is computing plus moving plus the overhead of its kernel where the tier has rates', () => {
    const tier = { gflops: 100, memoryGBps: 2, overheadUs: 9, rates: { depthwise: 4 }, kernelOverheadUs: 7 };
    const [conv, relu, pool] = secondsOn(tier);
    // 6 MFLOP at 4 GFLOP/s; the input, the weights and what relu writes at 2 GB/s; 7 us.
    expect(conv).toBeCloseTo(1.5e-3 + 3500 / 2e9 + 7e-6, 15);
    expect(relu).toBe(0);
    expect(pool).toBeCloseTo(2500 / 2e9 + 7e-6, 15);
  });

  it('counts weights at the bandwidth that they are read at, where that is one of its own', () => {
    const tier = { memoryGBps: 2, weightGBps: 5, rates: { depthwise: 4 }, kernelOverheadUs: 7 };
    const [conv, , pool] = secondsOn(tier);
    expect(conv).toBeCloseTo(1.5e-3 + 3000 / 2e9 + 500 / 5e9 + 7e-6, 15);
    expect(pool).toBeCloseTo(2500 / 2e9 + 7e-6, 15);
  });

  it('is that of dense convolutions where none is known of Winograd', () => {
    const graph = withTraffic(
      syntheticGraph({ x: 1000 }, [
        { name: 'conv', reads: ['x'], op: 'Conv', rateClass: 'winograd', bytes: 2000, macs: 3e6, weightBytes: 500 },
      ]),
    );
    expect(secondsOn({ gflops: 100, rates: { dense: 4 } }, graph)[0]).toBeCloseTo(1.5e-3, 15);
    expect(secondsOn({ gflops: 100, rates: { dense: 4, winograd: 12 } }, graph)[0]).toBeCloseTo(0.5e-3, 15);
    expect(secondsOn({ gflops: 60, rates: { pointwise: 4 } }, graph)[0]).toBeCloseTo(0.1e-3, 15);
  });

  it('falls back to the rate of everything and to the overhead of every node', () => {
    const [conv] = secondsOn({ gflops: 100, overheadUs: 9, rates: { dense: 4 } });
    expect(conv).toBeCloseTo(6e6 / 100e9 + 9e-6, 15);
  });

  it('stays the roofline of every node where the tier has nothing but rates of everything', () => {
    expect(secondsOn({ gflops: 100, memoryGBps: 2, overheadUs: 9 })).toEqual([
      Math.max(6e6 / 100e9, 3500 / 2e9) + 9 * 1e-6,
      4000 / 2e9 + 9 * 1e-6,
      2500 / 2e9 + 9 * 1e-6,
    ]);
  });

  it('is that of the group where such a tier fuses, and of every node where one with rates does not', () => {
    const [conv, relu] = secondsOn({ gflops: 100, memoryGBps: 2, fusion: true });
    expect(conv).toBe(Math.max(6e6 / 100e9, 3500 / 2e9));
    expect(relu).toBe(0);
    const apart = secondsOn({ gflops: 100, memoryGBps: 2, rates: { depthwise: 4 }, fusion: false });
    expect(apart[1]).toBeCloseTo(4000 / 2e9, 15);
  });

  it('is the measured one, in a group or not', () => {
    const profile = new Map([['relu', 40]]);
    const [conv, relu] = secondsOn({ gflops: 100, rates: { depthwise: 4 }, profile });
    expect(conv).toBeCloseTo(1.5e-3, 15);
    expect(relu).toBe(40 * 1e-6);
  });
});

describe('a cut between layers that are one kernel', () => {
  // Relu halves nothing, so that its input and its output cross alike: the cut is put before it by hand.
  const adviceOf = (position: number, fusion: boolean) => {
    const tiers = [
      { id: 'device', gflops: 1, memoryGBps: 0.001, fusion },
      { id: 'server', gflops: 9, memoryGBps: 0.004, overheadUs: 100, fusion },
    ];
    const infrastructure = plainInfrastructure(tiers, [{ bandwidthMbps: 10 }]);
    const options = { strategy: 'dnnsplit', placement: [[`0..${position - 1}`], [`${position}..2`]] } as const;
    return planModel(pair, findCandidates(pair), infrastructure, options).advice.text;
  };

  it('is told with what it costs: a tensor is written below, read above and a kernel launched for it', () => {
    // 2000 bytes at 1 MB/s and at 4 MB/s, and 0.1 ms.
    const told =
      'The cut after `conv` separates layers that runtimes run as one kernel. ' +
      'That takes about 2.60 ms of computing more, which the figures include.';
    expect(adviceOf(1, true)).toContain(told);
    expect(adviceOf(2, true)).not.toContain('one kernel');
    expect(adviceOf(1, false)).not.toContain('one kernel');
  });
});

describe('kernels that a plan separates', () => {
  const chain = withTraffic(
    syntheticGraph({ x: 1000 }, [
      { name: 'conv', reads: ['x'], op: 'Conv', rateClass: 'dense', bytes: 2000, macs: 3e6 },
      { name: 'add', reads: ['conv', 'x'], op: 'Add', bytes: 2000 },
      { name: 'relu', reads: ['add'], op: 'Relu', bytes: 2000 },
      { name: 'pool', reads: ['relu'], op: 'MaxPool', bytes: 500 },
    ]),
  );
  const tier = { memoryGBps: 1, rates: { dense: 4 }, kernelOverheadUs: 7 };
  const extraOf = (assignment: readonly number[], tiers: readonly Partial<Tier>[] = [tier, tier, tier]) => {
    const links = tiers.slice(1).map(() => ({ bandwidthMbps: 10 }));
    const costs = createCostTables(chain, plainInfrastructure(tiers, links));
    const { extraSeconds } = separatedKernels(costs, Uint8Array.from(assignment));
    return extraSeconds.map((seconds) => Math.round(seconds * 1e9));
  };

  it('cost nothing where they are whole', () => {
    expect(extraOf([0, 0, 0, 1])).toEqual([0, 0, 0]);
    expect(extraOf([1, 1, 1, 2])).toEqual([0, 0, 0]);
  });

  it('write below, and read and start above, at every cut', () => {
    expect(extraOf([0, 1, 1, 1])).toEqual([2000, 9000, 0]);
    expect(extraOf([0, 1, 2, 2])).toEqual([2000, 11_000, 9000]);
    // A tier that a tensor passes is charged at both of its links, since a price that looks at more than one is no minimum cut.
    expect(extraOf([0, 0, 2, 2])).toEqual([2000, 11_000, 9000]);
  });

  it('cost nothing on tiers that count every node, have its time measured or no bandwidth', () => {
    expect(extraOf([0, 1, 1, 1], [{ ...tier, fusion: false }, tier])).toEqual([0, 9000]);
    expect(extraOf([0, 1, 1, 1], [{ ...tier, profile: new Map([['conv', 5]]) }, tier])).toEqual([0, 9000]);
    expect(extraOf([0, 1, 1, 1], [tier, { rates: {}, kernelOverheadUs: 7, speed: 2 }])).toEqual([2000, 3500]);
  });
});
