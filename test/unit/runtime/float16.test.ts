import { describe, expect, it } from 'vitest';
import { halfFromNumber, numberFromHalf } from '../../../src/runtime/float16';

/** IEEE 754-2019, binary16: patterns and the numbers that they stand for. */
const table: readonly (readonly [number, number])[] = [
  [0x0001, 2 ** -24],
  [0x03ff, 2 ** -14 - 2 ** -24],
  [0x0400, 2 ** -14],
  [0x3555, 0.333251953125],
  [0x3bff, 0.99951171875],
  [0x3c00, 1],
  [0x3c01, 1 + 2 ** -10],
  [0x4248, 3.140625],
  [0x7bff, 65504],
  [0x7c00, Number.POSITIVE_INFINITY],
  [0xc000, -2],
  [0xfc00, Number.NEGATIVE_INFINITY],
];

describe('half precision', () => {
  it('is that of the standard', () => {
    for (const [half, value] of table) {
      expect(numberFromHalf(half)).toBe(value);
      expect(halfFromNumber(value)).toBe(half);
    }
    expect([halfFromNumber(0), halfFromNumber(-0)]).toEqual([0, 0x8000]);
    expect(Object.is(numberFromHalf(0x8000), -0)).toBe(true);
  });

  it('rounds every tie to the even neighbor, of both signs', () => {
    // Halfway between two neighbors is exact in float32, also below the smallest normal number and up to infinity.
    for (let below = 0; below < 0x7c00; below++) {
      const above = below + 1 === 0x7c00 ? 65536 : numberFromHalf(below + 1);
      const tie = (numberFromHalf(below) + above) / 2;
      expect(Math.fround(tie)).toBe(tie);
      const even = below % 2 === 0 ? below : below + 1;
      if (halfFromNumber(tie) !== even || halfFromNumber(-tie) !== (0x8000 | even)) {
        expect([halfFromNumber(tie), halfFromNumber(-tie)], `${tie}`).toEqual([even, 0x8000 | even]);
      }
    }
  });
});
