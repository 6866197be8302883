import { describe, expect, it } from 'vitest';
import { similarity } from '../../../src/runtime/similarity';

describe('similarity of outputs', () => {
  it('is the cosine of the angle, whatever the lengths', () => {
    expect(similarity([1, 0], [5, 0], [2]).cosine).toBe(1);
    expect(similarity([1, 0], [0, 2], [2]).cosine).toBe(0);
    expect(similarity([1, 1], [1, 0], [2]).cosine).toBeCloseTo(Math.SQRT1_2, 12);
    expect(similarity([1, 2], [-1, -2], [2]).cosine).toBeCloseTo(-1, 12);
    expect(similarity([0, 0], [1, 2], [2]).cosine).toBeNull();
  });

  it('counts the rows whose largest element is at the same place', () => {
    const expected = [1, 2, 3, 9, 8, 7, 4, 6, 5];
    expect(similarity(expected, expected, [3, 3]).topOneAgreement).toBe(1);
    expect(similarity(expected, [1, 2, 3, 1, 2, 3, 4, 6, 5], [3, 3]).topOneAgreement).toBeCloseTo(2 / 3, 12);
    expect(similarity([1], [2], []).topOneAgreement).toBeNull();
  });
});
