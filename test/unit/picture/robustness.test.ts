import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildScene } from '../../../src/engine/picture/layout/buildScene';
import { createElkEngine } from '../../../src/engine/picture/layout/elkEngine';
import type { Work } from '../../../src/shared/work/work';
import { brokenElk } from './fixtures';
import { geometryProblems } from './geometry';
import { denseNet, GraphBuilder, inception, manyEnds, randomDag, residual, transformer, unet } from './graphs';

describe('a scene', () => {
  it('is the same for the same graph, with a fresh or a used engine', async () => {
    const used = createElkEngine();
    for (const graph of [inception(4), manyEnds(), randomDag(150, 11, 20), transformer(6)]) {
      const first = await buildScene(graph, { folded: [] }, used);
      expect(await buildScene(graph, { folded: [] }, used)).toEqual(first);
      expect(await buildScene(graph, { folded: [] }, createElkEngine())).toEqual(first);
    }
  });

  it('comes without ELK where ELK fails', async () => {
    for (const graph of [
      inception(4),
      manyEnds(),
      unet(4, 4),
      denseNet([6, 12]),
      transformer(3),
      randomDag(300, 2, 30),
    ]) {
      const scene = await buildScene(graph, { folded: [] }, brokenElk);
      expect(geometryProblems(scene, graph)).toEqual([]);
    }
  });

  it('is well formed for any DAG, folded or not', async () => {
    const elk = createElkEngine();
    const parameters = fc.tuple(
      fc.integer({ min: 1, max: 100 }),
      fc.integer({ min: 1, max: 1e6 }),
      fc.integer({ min: 1, max: 80 }),
    );
    await fc.assert(
      fc.asyncProperty(parameters, fc.boolean(), async ([nodes, seed, locality], folded) => {
        const graph = randomDag(nodes, seed, locality);
        const scene = await buildScene(graph, { folded: folded ? null : [] }, elk);
        expect(geometryProblems(scene, graph)).toEqual([]);
      }),
      { numRuns: 15, seed: 1 },
    );
  });

  it('has one box for inputs that are too many to be drawn, with all that they give', async () => {
    const drawn = async (count: number) => {
      const builder = new GraphBuilder();
      const inputs = Array.from({ length: count }, (_, index) => builder.input(`in${index}`, [1, 2]));
      builder.output(builder.node('Concat', inputs, [1, 2 * count]));
      const scene = await buildScene(builder.build(), { folded: [] }, createElkEngine());
      return { scene, inputs: scene.nodes.filter(({ kind }) => kind === 'input') };
    };
    expect((await drawn(64)).inputs).toHaveLength(64);
    const { scene, inputs } = await drawn(5000);
    expect(inputs).toHaveLength(64);
    expect(inputs.at(-1)).toMatchObject({ title: '4937 more inputs', outputBytes: 4937 * 8, id: 'input:in63' });
    expect(scene.edges).toHaveLength(65);
    expect(scene.edges).toContainEqual(expect.objectContaining({ tensorCount: 4937, bytes: 4937 * 8 }));
  });

  it('does not drift sideways: the nodes between blocks stand exactly below one another', async () => {
    const graph = residual([3, 8, 6, 3]);
    const scene = await buildScene(graph, { folded: [] }, createElkEngine());
    const centers = scene.nodes.filter(({ title }) => title === 'Add').map(({ x, width }) => x + width / 2);
    expect(new Set(centers).size).toBe(1);
  });

  it('shares one line among the features of a dense block', async () => {
    const graph = denseNet([24]);
    const scene = await buildScene(graph, { folded: [] }, createElkEngine());
    // Twenty-four features that live until the end of the block would need as many lines of eight pixels.
    expect(scene.width).toBeLessThan(24 * 8 + 200);
  });

  it('is given up once its caller has lost interest', async () => {
    let asked = 0;
    const work: Work = { canceled: () => ++asked > 5, report: () => undefined };
    await expect(buildScene(transformer(30), { folded: [] }, createElkEngine(), work)).rejects.toMatchObject({
      code: 'canceled',
    });
  });

  it('has a place for the boundary at every single-tensor cut of a chain of blocks', async () => {
    const graph = residual([2, 2]);
    const scene = await buildScene(graph, { folded: [] }, createElkEngine());
    const single = [0];
    let live = 0;
    for (let position = 1; position < graph.nodes.length; position++) {
      live = graph.tensors.filter(
        ({ producer, consumers }) => producer < position && (consumers.at(-1) ?? -1) >= position,
      ).length;
      if (live === 1) single.push(position);
    }
    expect(scene.cutLines.map(({ position }) => position)).toEqual([...single, graph.nodes.length]);
  });
});
