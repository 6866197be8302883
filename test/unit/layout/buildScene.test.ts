import { describe, expect, it } from 'vitest';
import type { SplitGraph } from '../../../src/engine/split/splitGraph';
import { buildScene } from '../../../src/server/layout/buildScene';
import { createElkEngine } from '../../../src/server/layout/elkEngine';
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
