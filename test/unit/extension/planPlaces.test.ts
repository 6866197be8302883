import { describe, expect, it } from 'vitest';
import { PlanText, placeAt } from '../../../src/extension/model/planPlaces';

const text = `{
  "model": { "file": "nets/net.onnx" },
  "tiers": [
    { "id": "device", "nodes": ["0..3", "5"] },
    { "id": "edge", "nodes": [] },
    { "id": "cloud", "nodes": ["4", "6..20"] }
  ],
  "links": [
    { "from": "device", "to": "edge", "tensors": [{ "name": "pool" }] },
    { "from": "edge", "to": "cloud", "tensors": [] }
  ]
}
`;
const plan = new PlanText(text);

describe('places in a plan document', () => {
  it('are the tier or link around the cursor', () => {
    expect(placeAt(text, text.indexOf('"edge"'))).toEqual({ list: 'tiers', index: 1 });
    expect(placeAt(text, text.indexOf('pool'))).toEqual({ list: 'links', index: 0 });
    expect(placeAt(text, text.indexOf('nets'))).toBeUndefined();
    expect(placeAt('', 0)).toBeUndefined();
  });

  it('stand for the first and last node of a tier, the last node before a link', () => {
    expect(plan.nodesOf({ list: 'tiers', index: 0 })).toEqual(['0', '5']);
    expect(plan.nodesOf({ list: 'tiers', index: 1 })).toEqual([]);
    expect(plan.nodesOf({ list: 'tiers', index: 2 })).toEqual(['4', '20']);
    expect(plan.nodesOf({ list: 'links', index: 0 })).toEqual(['5']);
    expect(plan.nodesOf({ list: 'links', index: 1 })).toEqual(['5']);
  });

  it('are found again for selected nodes: a link for the last node before it, else the tier', () => {
    expect(plan.placeOf(['5'])).toEqual({ list: 'links', index: 0 });
    expect(plan.placeOf(['2'])).toEqual({ list: 'tiers', index: 0 });
    expect(plan.placeOf(['10', '2'])).toEqual({ list: 'tiers', index: 2 });
    // Above the last tier there is no link.
    expect(plan.placeOf(['20'])).toEqual({ list: 'tiers', index: 2 });
    expect(plan.placeOf(['21'])).toBeUndefined();
    expect(plan.placeOf([])).toBeUndefined();
  });

  it('have a range of text', () => {
    const range = plan.rangeOf({ list: 'links', index: 1 });
    expect(text.slice(range?.offset, (range?.offset ?? 0) + (range?.length ?? 0))).toBe(
      '{ "from": "edge", "to": "cloud", "tensors": [] }',
    );
  });

  it('are none in a text that is no plan, which harms nobody', () => {
    for (const broken of ['', '[]', '{ "tiers": 3', '{ "tiers": [null, { "nodes": 1 }] }']) {
      const other = new PlanText(broken);
      expect(other.modelFile).toBeUndefined();
      expect(other.placeOf(['1'])).toBeUndefined();
      expect(other.nodesOf({ list: 'links', index: 3 })).toEqual([]);
      expect(other.rangeOf({ list: 'tiers', index: 9 })).toBeUndefined();
    }
  });
});
