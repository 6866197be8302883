import { expect, it } from 'vitest';
import { backMs, partsOf } from '../../../src/shared/reports/planParts';

it('a plan adds up from its tiers, its links and the way back over each of them', () => {
  const parts = partsOf({
    tiers: [
      { computeMs: 3, costPerRequest: 0 },
      { computeMs: 5, costPerRequest: 0.5 },
    ],
    links: [{ transferMs: 7, answerMs: 2, costPerRequest: 0.25 }],
  });
  expect(parts).toEqual({ computeMs: [3, 5], tierCosts: [0, 0.5], transferMs: [7], answerMs: [2], linkCosts: [0.25] });
  expect(backMs(parts)).toBe(2);
  expect(backMs(partsOf({ tiers: [], links: [{ transferMs: 7, costPerRequest: 0 }] }))).toBe(0);
});
