import { describe, expect, it } from 'vitest';
import { buildScene } from '../../../src/engine/picture/layout/buildScene';
import { createElkEngine } from '../../../src/engine/picture/layout/elkEngine';
import type { Scene } from '../../../src/shared/picture/scene';
import { geometryProblems } from './geometry';
import { inception } from './graphs';

const graph = inception(2);

/** A good scene with one thing changed. */
async function spoiled(change: (scene: Scene) => Partial<Scene>): Promise<string[]> {
  const scene = await buildScene(graph, { folded: [] }, createElkEngine());
  return geometryProblems({ ...scene, ...change(scene) }, graph);
}

describe('the geometry checker', () => {
  it('finds nothing wrong with a good scene', async () => {
    expect(await spoiled(() => ({}))).toEqual([]);
  });

  it('finds an overlap', async () => {
    const problems = await spoiled(({ nodes }) => ({
      nodes: nodes.map((node, index) => (index === 5 ? { ...node, x: nodes[4]?.x ?? 0, y: nodes[4]?.y ?? 0 } : node)),
    }));
    expect(problems.join()).toContain('overlaps');
  });

  it('finds a missing and a doubled edge', async () => {
    expect((await spoiled(({ edges }) => ({ edges: edges.slice(1) }))).join()).toContain('is missing');
    expect((await spoiled(({ edges }) => ({ edges: [...edges, ...edges.slice(0, 1)] }))).join()).toContain(
      'not unique',
    );
  });

  it('finds an edge that leads upwards, through a box, out of bounds, or past its ends', async () => {
    const withPoints = (points: (old: readonly number[], scene: Scene) => number[]) =>
      spoiled((scene) => ({
        edges: scene.edges.map((edge, index) => (index === 3 ? { ...edge, points: points(edge.points, scene) } : edge)),
      }));
    expect((await withPoints((old) => [...old].reverse())).join()).toContain('leads upwards');
    expect((await withPoints((old) => [old[0] ?? 0, old[1] ?? 0, old[0] ?? 0, (old[1] ?? 0) + 500])).join()).toContain(
      'crosses',
    );
    expect((await withPoints((old, { width }) => [...old, width + 1, old.at(-1) ?? 0])).join()).toContain(
      'out of bounds',
    );
    expect((await withPoints((old) => old.slice(0, -2))).join()).toContain('ends off');
  });
});
