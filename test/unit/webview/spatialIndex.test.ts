import fc from 'fast-check';
import { expect, test } from 'vitest';
import { intersects } from '../../../src/shared/picture/geometry';
import { SpatialIndex } from '../../../webview/model/spatialIndex';

const coordinate = (max: number) => fc.double({ min: -max, max, noNaN: true });
const size = fc.oneof(fc.double({ min: 0, max: 600, noNaN: true }), fc.double({ min: 0, max: 300_000, noNaN: true }));
const boxes = fc.record({
  x: coordinate(3000),
  y: coordinate(100_000),
  width: fc.double({ min: 0, max: 900, noNaN: true }),
  height: size,
});

test('finds exactly the boxes that touch a rectangle, each once', () => {
  fc.assert(
    fc.property(
      fc.array(boxes, { maxLength: 60 }),
      fc.array(boxes, { minLength: 1, maxLength: 5 }),
      (items, queries) => {
        const index = new SpatialIndex(items);
        for (const rect of queries) {
          const found: number[] = [];
          index.query(rect, (item) => found.push(item));
          const expected = items.flatMap((item, at) => (intersects(item, rect) ? [at] : []));
          expect(found.sort((a, b) => a - b)).toEqual(expected);
        }
      },
    ),
  );
});
