import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cutAboveDownset, cutAtPosition } from '../../../src/engine/split/cuts';
import { depthFirstOrder } from '../../../src/engine/split/depthFirstOrder';
import { findCandidates, searchCandidates } from '../../../src/engine/split/findCandidates';
import { leastLiveOrder } from '../../../src/engine/split/leastLiveOrder';
import { liveBytes } from '../../../src/engine/split/liveBytes';
import { chooseOrder } from '../../../src/engine/split/order';
import { loadOf, loadsAtPosition } from '../../../src/engine/split/peakActivations';
import { permuteNodes } from '../../../src/engine/split/permuteNodes';
import { smallGraphs } from '../planning/randomGraphs';
import { syntheticGraph } from '../planning/support';

test('a graph without nodes has one position and no more than the trivial candidate', () => {
  const graph = syntheticGraph({ x: 8 }, []);
  expect(Array.from(liveBytes(graph).bytes)).toEqual([0]);
  expect(findCandidates(graph).map((one) => [one.position, one.bytes])).toEqual([[0, 0]]);
  expect(chooseOrder(graph)).toHaveLength(0);
});

test('a graph without inputs costs nothing to offload', () => {
  const graph = syntheticGraph({}, [
    { name: 'random', reads: [], bytes: 40 },
    { name: 'y', reads: ['random'], bytes: 4 },
  ]);
  expect(Array.from(liveBytes(graph).bytes)).toEqual([0, 40, 0]);
  expect(findCandidates(graph).map((one) => one.position)).toEqual([0]);
});

test('an unknown size poisons the positions that it crosses and no others', () => {
  const graph = syntheticGraph({ x: 8 }, [
    { name: 'a', reads: ['x'], bytes: undefined },
    { name: 'b', reads: ['a'], bytes: 4 },
    { name: 'c', reads: ['b'], bytes: 4 },
  ]);
  expect(Array.from(liveBytes(graph).bytes)).toEqual([8, Number.POSITIVE_INFINITY, 4, 0]);
  expect(findCandidates(graph).map((one) => one.bytes)).toEqual([8, 4, 0]);
});

test('an unknown input leaves only the cuts above it', () => {
  const graph = syntheticGraph({ x: undefined }, [
    { name: 'a', reads: ['x'], bytes: 4 },
    { name: 'b', reads: ['a'], bytes: 4 },
  ]);
  expect(findCandidates(graph).map((one) => one.position)).toEqual([1, 2]);
});

test('two disconnected parts give a cut through each of them', () => {
  const graph = syntheticGraph({ x: 100, y: 100 }, [
    { name: 'a', reads: ['x'], bytes: 10, macs: 5 },
    { name: 'b', reads: ['y'], bytes: 10, macs: 7 },
    { name: 'c', reads: ['a'], bytes: 4 },
    { name: 'd', reads: ['b'], bytes: 4 },
  ]);
  const found = findCandidates(graph).map((one) => [one.downset ?? one.position, one.bytes, one.macsBefore]);
  expect(found).toContainEqual([1, 110, 5]);
  expect(found).toContainEqual([[1], 110, 7]);
  expect(found).toContainEqual([2, 20, 12]);
});

test('a tensor with many readers counts once, and peaks hold it until its last reader', () => {
  const graph = syntheticGraph({ x: 100 }, [
    { name: 'a', reads: ['x'], bytes: 40 },
    { name: 'b', reads: ['x', 'a'], bytes: 20, weightBytes: 12 },
    { name: 'c', reads: ['a', 'b'], bytes: 4 },
  ]);
  expect(Array.from(liveBytes(graph).bytes)).toEqual([100, 140, 60, 0]);
  const [, two] = findCandidates(graph);
  expect(two).toMatchObject({
    position: 2,
    bytes: 60,
    peakActivationBytesBefore: 160,
    peakActivationBytesAfter: 64,
    weightBytesBefore: 12,
    weightBytesAfter: 0,
  });
});

test('both orders are topological, and the cheap cast of a mask moves to the front', () => {
  const graph = syntheticGraph({ x: 16, mask: 80 }, [
    { name: 'a', reads: ['x'], bytes: 64, macs: 9 },
    { name: 'small', reads: ['mask'], bytes: 10 },
    { name: 'b', reads: ['a', 'small'], bytes: 64, macs: 9 },
    { name: 'c', reads: ['b', 'small'], bytes: 4, macs: 9 },
  ]);
  for (const order of [depthFirstOrder(graph), leastLiveOrder(graph)]) {
    expect([...order].sort()).toEqual([0, 1, 2, 3]);
    const permuted = permuteNodes(graph, order);
    for (const [place, node] of permuted.nodes.entries()) {
      for (const tensor of node.reads) expect(permuted.tensors[tensor]?.producer).toBeLessThan(place);
    }
  }
  expect(chooseOrder(graph)[0]).toBe(1);
});

test('a block with too many downsets is reported and keeps the cuts of the orders', () => {
  const branches = Array.from({ length: 40 }, (_, index) => ({ name: `b${index}`, reads: ['x'], bytes: 400 - index }));
  const ends = branches.map(({ name }, index) => ({ name: `e${index}`, reads: [name], bytes: 100 + index }));
  const join = { name: 'y', reads: ends.map(({ name }) => name), bytes: 8 };
  const graph = syntheticGraph({ x: 500 }, [...branches, ...ends, join, { name: 'z', reads: ['y'], bytes: 4 }]);
  const { candidates, boundedBlocks } = searchCandidates(graph);
  expect(boundedBlocks).toBe(1);
  expect(candidates.map((one) => one.bytes)).toEqual([500, 8, 0]);
});

test('a block with more minima than anybody could choose from is reported and keeps few of them', () => {
  const branches = Array.from({ length: 18 }, (_, index) => ({ name: `b${index}`, reads: [`x${index}`], bytes: 4 }));
  const join = { name: 'y', reads: branches.map(({ name }) => name), bytes: 400 };
  const inputs = Object.fromEntries(branches.map((_, index) => [`x${index}`, 8]));
  const { candidates, boundedBlocks } = searchCandidates(syntheticGraph(inputs, [...branches, join]));
  expect(boundedBlocks).toBe(1);
  expect(candidates.length).toBeLessThan(50);
  expect(candidates.map((one) => one.bytes)).toContain(18 * 4);
});

test('what a position means for both of its sides is what its nodes mean one by one', () => {
  fc.assert(
    fc.property(smallGraphs(12), (graph) => {
      const n = graph.nodes.length;
      for (let position = 0; position <= n; position++) {
        const below = new Uint8Array(n).fill(1, 0, position);
        const above = below.map((member) => 1 - member);
        expect(loadsAtPosition(graph, position)).toEqual([
          loadOf(graph, below, new Uint8Array(n)),
          loadOf(graph, above, below),
        ]);
      }
    }),
  );
});

test('a cut above a prefix is the cut at its position', () => {
  fc.assert(
    fc.property(smallGraphs(12), fc.nat({ max: 12 }), (graph, wanted) => {
      const position = Math.min(wanted, graph.nodes.length);
      const downset = Array.from({ length: position }, (_, node) => node);
      const crossing = graph.tensors.flatMap((tensor, index) =>
        tensor.producer < position && tensor.consumers.some((node) => node >= position) ? [index] : [],
      );
      expect(cutAtPosition(graph, position).tensors).toEqual(crossing);
      expect(cutAboveDownset(graph, downset)).toEqual(cutAtPosition(graph, position));
    }),
  );
});

test('the depth-first order goes first into the branch with the smaller peak, of two and of more', () => {
  const branch = (name: string, bytes: number) => ({ name, reads: ['x'], bytes });
  const join = (...reads: string[]) => ({ name: 'join', reads, bytes: 8 });
  const two = syntheticGraph({ x: 4 }, [branch('a', 64), branch('b', 16), join('a', 'b')]);
  expect([...depthFirstOrder(two)]).toEqual([1, 0, 2]);
  const three = syntheticGraph({ x: 4 }, [branch('a', 64), branch('b', 32), branch('c', 16), join('a', 'b', 'c', 'a')]);
  expect([...depthFirstOrder(three)]).toEqual([2, 1, 0, 3]);
});
