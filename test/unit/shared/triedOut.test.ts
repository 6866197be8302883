import { describe, expect, it } from 'vitest';
import { hasOverrides } from '../../../src/shared/protocol/overrides';
import type { PlanOverrides } from '../../../src/shared/protocol/requests';
import { triedOut } from '../../../src/shared/wording/triedOut';
import { plan } from '../extension/fixtures';

const everything: PlanOverrides = {
  cuts: [4, null],
  pin: { a: 'cloud', b: 'device' },
  bandwidthMbps: [5, 50],
  latencyMs: [null, 0],
  tierSpeed: [2, null, null],
  objective: 'cost',
  strategy: 'exhaustive',
};
const named = {
  ...plan,
  tiers: plan.tiers.map((tier, k) => (k === 0 ? { ...tier, lastNode: 'pool' } : tier)),
  pins: [{ nodeId: 'a', label: 'bn_Conv1', tier: 'cloud' }],
};

describe('what is tried out', () => {
  it('is told with the names of nodes and tiers', () => {
    const told = triedOut(named, everything).map(({ without: _without, ...item }) => item);
    expect(told).toEqual([
      { kind: 'cut', from: 'device', to: 'edge', after: 'pool' },
      { kind: 'pin', label: 'bn_Conv1', tier: 'cloud' },
      { kind: 'pin', label: 'b', tier: 'device' },
      { kind: 'bandwidth', from: 'device', to: 'edge', mbps: 5 },
      { kind: 'bandwidth', from: 'edge', to: 'cloud', mbps: 50 },
      { kind: 'latency', from: 'edge', to: 'cloud', latencyMs: 0 },
      { kind: 'speed', tier: 'device', factor: 2 },
      { kind: 'objective', value: 'cost' },
      { kind: 'strategy', value: 'exhaustive' },
    ]);
    expect(triedOut(named, {})).toEqual([]);
    expect(triedOut(named, { placement: [['0'], [], ['1']] })).toMatchObject([{ kind: 'placement', without: {} }]);
  });

  it('is gone once each of it has been taken back, one after the other', () => {
    let left = everything;
    for (let steps = triedOut(named, left).length; steps > 0; steps--) {
      const items = triedOut(named, left);
      expect(items).toHaveLength(steps);
      left = items[0]?.without ?? left;
    }
    expect(left).toEqual({});
    expect(hasOverrides(left)).toBe(false);
  });

  it('leaves everything else as it is', () => {
    const [cut, pin] = triedOut(named, everything);
    const { cuts: _cuts, ...others } = everything;
    expect(cut?.without).toEqual(others);
    expect(pin?.without).toEqual({ ...everything, pin: { b: 'device' } });
  });
});
