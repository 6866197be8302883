import { describe, expect, it } from 'vitest';
import { buildScene } from '../../../src/engine/picture/layout/buildScene';
import { createElkEngine } from '../../../src/engine/picture/layout/elkEngine';
import { positionProfile } from '../../../src/engine/picture/layout/positionProfile';
import { liveBytes } from '../../../src/engine/split/liveBytes';
import { chain, residual } from './graphs';

describe('positions of a graph', () => {
  it('are all there, with what crosses, however the graph is folded', async () => {
    const graph = residual([3, 8, 36, 3]);
    const elk = createElkEngine();
    const folded = await buildScene(graph, { folded: null }, elk);
    const open = await buildScene(graph, { folded: [] }, elk);
    expect(folded.nodes.length).toBeLessThan(open.nodes.length);
    expect(folded.positions).toEqual(open.positions);
    expect(folded.positions.map(({ position }) => position)).toEqual(
      Array.from({ length: graph.nodes.length + 1 }, (_, position) => position),
    );
    expect(folded.positions.map(({ bytes }) => bytes)).toEqual([...liveBytes(graph).bytes]);
    const total = graph.nodes.reduce((sum, { macs }) => sum + (macs ?? 0), 0);
    expect(total).toBeGreaterThan(0);
    expect(folded.positions.at(-1)?.macsBefore).toBe(total);
  });

  it('of a large graph are those that carry the least and the most among their neighbors, and both ends', () => {
    const { tensors, ...graph } = chain(20_000);
    // One small tensor, which is where a candidate lies, and one large one.
    const sized = tensors.map((tensor, index) => ({
      ...tensor,
      bytes: index === 7001 ? 8 : index === 9001 ? 1e9 : 1000,
    }));
    const kept = positionProfile({ ...graph, tensors: sized });
    expect(kept.length).toBeLessThanOrEqual(1200);
    expect([kept[0]?.position, kept.at(-1)?.position]).toEqual([0, 20_000]);
    expect(kept.filter(({ bytes }) => bytes === 8 || bytes === 1e9).map(({ position }) => position)).toEqual([
      7001, 9001,
    ]);
    const positions = kept.map(({ position }) => position);
    expect(positions).toEqual([...positions].sort((a, b) => a - b));
  });

  it('have no bytes where the size of what crosses is not known', () => {
    const { tensors, ...graph } = chain(2);
    const unknown = tensors.map((tensor, index) => (index === 1 ? { ...tensor, bytes: undefined } : tensor));
    const [, first, second] = positionProfile({ ...graph, tensors: unknown });
    expect([first?.bytes, second?.bytes]).toEqual([null, 0]);
  });
});
