import { describe, expect, it } from 'vitest';
import type { PlanReport } from '../../../src/shared/reports/reports';
import { marginTexts } from '../../../src/shared/wording/marginText';

/** Two of three tiers in use, over one of two links. */
const plan = {
  tiers: [
    { id: 'device', nodes: 3 },
    { id: 'edge', nodes: 4 },
    { id: 'cloud', nodes: 0 },
  ],
  links: [
    { from: 'device', to: 'edge', bytes: 10 },
    { from: 'edge', to: 'cloud', bytes: 0 },
  ],
} as unknown as PlanReport;

describe('margins for reading', () => {
  it('name whose figure it is and the ends that there are', () => {
    const margins = [
      { tier: 'device', from: 0.5, to: 2 },
      { tier: 'edge', from: 0, to: 144 },
      { link: 0, from: 20, to: null },
    ];
    expect(marginTexts({ ...plan, margins })).toEqual([
      { tier: 'device', least: '0.500x', most: '2.00x' },
      { tier: 'edge', most: '144x' },
      { link: { from: 'device', to: 'edge' }, least: '20 Mbit/s' },
    ]);
  });

  it('leave out what is not used, and what may be anything', () => {
    const margins = [
      { tier: 'cloud', from: 0.5, to: 2 },
      { link: 1, from: 20, to: 30 },
      { tier: 'edge', from: 0, to: null },
    ];
    expect(marginTexts({ ...plan, margins })).toEqual([]);
    expect(marginTexts(plan)).toEqual([]);
  });
});
