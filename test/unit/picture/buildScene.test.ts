import { describe, expect, it } from 'vitest';
import { buildScene } from '../../../src/engine/picture/layout/buildScene';
import { createElkEngine } from '../../../src/engine/picture/layout/elkEngine';
import type { SplitGraph } from '../../../src/engine/split/splitGraph';
import { geometryProblems } from './geometry';
import {
  branches,
  chain,
  denseNet,
  GraphBuilder,
  inception,
  manyEnds,
  randomDag,
  residual,
  transformer,
  unconnected,
  unet,
} from './graphs';

const graphs: Record<string, () => SplitGraph> = {
  'no nodes': () => new GraphBuilder().build(),
  'one node': () => chain(1),
  'a chain': () => chain(40),
  'a chain of 20,000': () => chain(20_000),
  'a residual net': () => residual([3, 8, 36, 3]),
  inception: () => inception(9),
  'a small U-Net': () => unet(4, 4),
  'a large U-Net': () => unet(8, 60),
  DenseNet: () => denseNet([6, 12, 24, 16]),
  'parallel branches': () => branches(6, 5),
  'many long parallel branches': () => branches(64, 32),
  'a transformer': () => transformer(12),
  'a transformer of 20,000 nodes': () => transformer(740),
  'a local random DAG': () => randomDag(120, 3, 6),
  'a random DAG': () => randomDag(200, 4, 60),
  'a large random DAG': () => randomDag(3000, 5, 200),
  'a large DAG without locality': () => randomDag(2000, 6, 2000),
  'unconnected nodes': () => unconnected(50),
  'many inputs and outputs': () => manyEnds(),
};

const elk = createElkEngine();

describe('the scene of', () => {
  for (const [name, make] of Object.entries(graphs)) {
    for (const folded of [null, []]) {
      it(`${name}, ${folded === null ? 'folded as it comes' : 'unfolded'}`, async () => {
        const graph = make();
        const scene = await buildScene(graph, { folded }, elk);
        expect(geometryProblems(scene, graph)).toEqual([]);
      });
    }
  }
});

describe('skips around blocks', () => {
  /** Layers as in a transformer: `x + f(x)`, one after the other. */
  const skipping = () => {
    const graph = new GraphBuilder();
    let tensor = graph.node('Stem', [graph.input('x')]);
    for (let layer = 0; layer < 3; layer++) {
      const inner = graph.chain([`A${layer}`, `B${layer}`, `C${layer}`], tensor);
      tensor = graph.node(`Add${layer}`, [inner, tensor]);
    }
    graph.output(tensor);
    return graph.build();
  };

  it('leave what they go around straight, near to it, and without any work for ELK', async () => {
    const graph = skipping();
    let isAsked = false;
    const elk = {
      layout: () => {
        isAsked = true;
        return Promise.reject(new Error('ELK was asked.'));
      },
    };
    const scene = await buildScene(graph, { folded: null }, elk);
    expect(isAsked).toBe(false);
    expect(geometryProblems(scene, graph)).toEqual([]);
    expect(new Set(scene.nodes.map(({ x, width }) => x + width / 2)).size).toBe(1);
    const widest = Math.max(...scene.nodes.map(({ width }) => width));
    const right = Math.max(...scene.nodes.map(({ x, width }) => x + width));
    const skips = scene.edges.filter(({ points }) => points.length > 4);
    expect(skips).toHaveLength(3);
    for (const { points } of skips) {
      const furthest = Math.max(...points.filter((_, axis) => axis % 2 === 0));
      expect(furthest).toBeGreaterThan(right);
      expect(furthest).toBeLessThan(right + widest / 2);
    }
  });

  it('keep away only from what lies between their ends', async () => {
    const graph = new GraphBuilder();
    const start = graph.node('Start', [graph.input('x')]);
    const end = graph.node('End', [graph.chain(['Inner'], start), start]);
    // Below the skip, branches that are far wider than what it goes around.
    const branches = Array.from({ length: 5 }, (_, branch) => graph.chain([`L${branch}`, `R${branch}`], end));
    graph.output(graph.node('Join', branches));
    const built = graph.build();
    const scene = await buildScene(built, { folded: null }, createElkEngine());
    expect(geometryProblems(scene, built)).toEqual([]);
    const [inner] = scene.nodes.filter(({ title }) => title === 'Inner');
    const skip = scene.edges.find(({ id }) => id.includes('n0->n2'));
    const furthest = Math.max(...(skip?.points ?? []).filter((_, axis) => axis % 2 === 0));
    expect(furthest - (inner?.x ?? 0) - (inner?.width ?? 0)).toBeLessThan(40);
  });
});
