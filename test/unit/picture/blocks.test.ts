import { describe, expect, test } from 'vitest';
import { cutIntoBlocks } from '../../../src/engine/picture/layout/blocks';
import { edgeEndsOf, lateLayersOf } from '../../../src/engine/picture/layout/layoutGraph';

/** Edges written as `from-to`. */
const edgesOf = (...texts: string[]) =>
  texts.map((text) => {
    const [from = 0, to = 0] = text.split('-').map(Number);
    return { from, to };
  });

describe('layers from the other end', () => {
  // A path, a side source that its end reads, and a side output.
  const ends = edgeEndsOf(edgesOf('1-5', '0-4', '3-5', '0-2', '2-3'));
  const keptWithout = (from: number, to: number) =>
    Uint8Array.from(ends.from, (start, edge) => (start === from && ends.to[edge] === to ? 0 : 1));

  test('what leads to the end of the longest path stands late, the rest early', () => {
    expect([...lateLayersOf(6, ends, keptWithout(-1, -1))]).toEqual([0, 2, 1, 2, 1, 3]);
  });

  test('edges that were taken out do not count', () => {
    expect([...lateLayersOf(6, ends, keptWithout(3, 5))]).toEqual([0, 1, 1, 2, 1, 2]);
  });
});

test('blocks and lanes do not depend on the order of the edges', () => {
  // A chain of twelve with a skip around its first half, which one around nearly all of it keeps from being a block of its own.
  const chain = Array.from({ length: 11 }, (_, from) => `${from}-${from + 1}`);
  const edges = edgesOf(...chain, '0-6', '1-10');
  const widths = Array.from({ length: 12 }, () => 1);
  const readable = (list: typeof edges) => {
    const { blocks, lanes } = cutIntoBlocks({ widths, edges: list }, 8);
    return {
      cuts: blocks.map(({ first, last }) => [first, last]),
      lanes: lanes.map((edge) => list[edge]).sort((a, b) => (a?.from ?? 0) - (b?.from ?? 0)),
    };
  };
  const found = readable(edges);
  expect(found.lanes).toEqual(edgesOf('0-6', '1-10'));
  expect(readable([...edges].reverse())).toEqual(found);
});
