import { describe, expect, it } from 'vitest';
import { buildScene } from '../../../src/engine/picture/layout/buildScene';
import { createElkEngine } from '../../../src/engine/picture/layout/elkEngine';
import { type FoldGroup, groupSize } from '../../../src/engine/picture/layout/foldGroup';
import { defaultFolding, foldGroups } from '../../../src/engine/picture/layout/groups';
import { geometryProblems } from './geometry';
import { branches, chain, denseNet, GraphBuilder, randomDag, residual, transformer } from './graphs';

const elk = createElkEngine();

function allGroups(groups: readonly FoldGroup[]): FoldGroup[] {
  return groups.flatMap((group) => [group, ...allGroups(group.children)]);
}

describe('a wide graph of few nodes', () => {
  /** Branches of operators of their own, so that none repeats another. */
  const wide = () => {
    const graph = new GraphBuilder();
    const input = graph.node('Stem', [graph.input('x')], undefined, 'net/stem');
    const ends = Array.from({ length: 9 }, (_, branch) => {
      let tensor = input;
      for (let node = 0; node < 8; node++) {
        tensor = graph.node(`Op${branch}${node}`, [tensor], undefined, `net/branch${branch}`);
      }
      return tensor;
    });
    graph.output(graph.chain(['Concat', 'Conv', 'Relu', 'Gemm'], graph.node('Join', ends)));
    return graph.build();
  };

  it('is folded so far that it fits beside the panels, and unfolds as a person wishes', async () => {
    const graph = wide();
    expect(graph.nodes.length).toBeLessThan(150);
    const folded = await buildScene(graph, { folded: null }, elk);
    expect(geometryProblems(folded, graph)).toEqual([]);
    expect(folded.width).toBeLessThanOrEqual(950);
    expect(folded.nodes.length).toBeGreaterThan(6);
    const open = await buildScene(graph, { folded: [] }, elk);
    expect(geometryProblems(open, graph)).toEqual([]);
    expect(open.width).toBeGreaterThan(950);
    // What was folded at first can be folded again.
    const again = await buildScene(graph, { folded: folded.folded }, elk);
    expect(again).toEqual(folded);
    expect(open.groups.map(({ id }) => id)).toEqual(expect.arrayContaining([...folded.folded]));
  });

  it('is left whole where it is narrow', async () => {
    const scene = await buildScene(residual([2, 2]), { folded: null }, elk);
    expect(scene.folded).toEqual([]);
    expect(scene.nodes.every(({ kind }) => kind !== 'fold')).toBe(true);
  });
});

describe('groups', () => {
  it('find the identical blocks of a residual net, however long the run', () => {
    const repeats = foldGroups(residual([3, 8, 36, 3])).flatMap(({ repeats: count }) => (count > 1 ? [count] : []));
    // The first block of every stage has a convolution on its shortcut.
    expect(repeats).toEqual([2, 7, 35, 2]);
  });

  it('find the layers of a transformer although all of them read one mask', () => {
    const graph = transformer(24);
    const [layers, ...others] = foldGroups(graph).filter((group) => group.repeats > 1);
    expect(others).toEqual([]);
    // The mask is made beside the first layer, which therefore stands for itself.
    expect(layers).toMatchObject({ title: 'x23 identical', repeats: 23 });
    expect(layers?.children.map(groupSize)).toEqual(Array(23).fill(27));
  });

  it('call blocks of equal structure and different shapes alike', () => {
    const graph = new GraphBuilder();
    let tensor = graph.node('Conv', [graph.input('x')]);
    for (let block = 0; block < 8; block++) {
      const shape = [1, 8 + block, 4, 4];
      const branch = graph.chain(['Conv', 'Relu', 'Conv'], tensor, shape);
      tensor = graph.node('Concat', [branch, tensor], shape);
    }
    expect(foldGroups(graph.build()).map(({ title }) => title)).toEqual(['x8 alike']);
  });

  it('take branches beside one another that are copies of one as one', async () => {
    const graph = branches(64, 32);
    const [group, ...others] = foldGroups(graph);
    expect(others).toEqual([]);
    expect(group).toMatchObject({ title: 'x64 parallel', repeats: 64, first: 0, last: 64 * 32 - 1 });
    expect(group?.children.map(groupSize)).toEqual(Array(64).fill(32));
    const scene = await buildScene(graph, { folded: null }, elk);
    expect(geometryProblems(scene, graph)).toEqual([]);
    expect(scene.nodes.map(({ title }) => title)).toEqual(['x', 'x64 parallel', 'Sum', expect.any(String)]);
    const one = scene.folded.filter((id) => id !== group?.id);
    const unfolded = await buildScene(graph, { folded: one }, elk);
    expect(geometryProblems(unfolded, graph)).toEqual([]);
    expect(unfolded.nodes.filter(({ kind }) => kind === 'fold')).toHaveLength(64);
  });

  it('follow the module paths where nothing repeats', () => {
    const graph = new GraphBuilder();
    let tensor = graph.input('x');
    for (let node = 0; node < 160; node++) {
      const path = node < 70 ? 'net/encoder' : node < 140 ? 'net/decoder' : 'net/head';
      tensor = graph.node(`Op${node}`, [tensor], [node], path);
    }
    const groups = foldGroups(graph.build());
    expect(groups.map(({ title, first, last }) => [title, first, last])).toEqual([
      ['encoder', 0, 69],
      ['decoder', 70, 139],
      ['head', 140, 159],
    ]);
  });

  it('are nested or apart, inside of the graph, with ids of their own', () => {
    for (const graph of [transformer(40), denseNet([6, 12, 24, 16]), randomDag(1500, 7, 100), residual([3, 4, 6, 3])]) {
      const check = (groups: readonly FoldGroup[], first: number, last: number) => {
        let from = first;
        for (const group of groups) {
          expect(group.first).toBeGreaterThanOrEqual(from);
          expect(group.last).toBeLessThanOrEqual(last);
          check(group.children, group.first, group.last);
          from = group.last + 1;
        }
      };
      const groups = foldGroups(graph);
      check(groups, 0, graph.nodes.length - 1);
      const ids = allGroups(groups).map(({ id }) => id);
      expect(new Set(ids).size).toBe(ids.length);
    }
  });
});

describe('folding as it comes', () => {
  it('leaves a graph alone that can be read whole', () => {
    const graph = residual([2, 2, 2, 2]);
    expect(graph.nodes.length).toBeLessThan(150);
    expect(defaultFolding(graph.nodes.length, foldGroups(graph)).size).toBe(0);
  });

  it('keeps the view readable for graphs of any size and structure', async () => {
    for (const graph of [transformer(910), randomDag(3000, 5, 200), chain(20_000), denseNet([12, 24, 36, 24])]) {
      const scene = await buildScene(graph, { folded: null }, elk);
      expect(scene.nodes.filter(({ kind }) => kind === 'node' || kind === 'fold').length).toBeLessThanOrEqual(150);
    }
  });

  it('keeps the picture as narrow as its groups allow', async () => {
    const graph = new GraphBuilder();
    let tensor = graph.chain(['Conv', 'Relu'], graph.input('x'));
    for (let stage = 0; stage < 4; stage++) {
      const path = `net/stage${stage}`;
      const ways = Array.from({ length: 20 }, (_, way) => {
        const inner = graph.node('Conv', [tensor], [1, stage + 1, way + 1], path);
        return graph.node('Relu', [inner], [1, stage + 1, way + 1], path);
      });
      tensor = graph.node('Concat', ways, [1, stage + 1, 400], path);
    }
    graph.output(tensor);
    const built = graph.build();
    const scene = await buildScene(built, { folded: null }, elk);
    expect(geometryProblems(scene, built)).toEqual([]);
    expect(scene.width).toBeLessThanOrEqual(1200);
    const whole = await buildScene(built, { folded: [] }, elk);
    expect(whole.width).toBeGreaterThan(1800);
  });

  it('sums up what is folded', async () => {
    const graph = residual([3, 8, 36, 3]);
    const scene = await buildScene(graph, { folded: null }, elk);
    const fold = scene.nodes.find(({ repeats }) => repeats === 35);
    expect(fold).toMatchObject({ kind: 'fold', title: 'x35 identical', family: 'fold' });
    const places = fold?.orderIndices ?? [];
    expect(places.length).toBe(35 * 7);
    expect(fold?.macs).toBe(places.filter((place) => graph.nodes[place]?.op === 'Conv').length * 1000);
    expect(fold?.weightBytes).toBe(35 * 3 * 36864);
    expect(fold?.id).toBe(`fold:${graph.nodes[places[0] ?? -1]?.id}..${graph.nodes[places.at(-1) ?? -1]?.id}`);
    expect(fold?.outputBytes).toBe(4 * 1024 * 14 * 14);
  });
});

describe('unfolding', () => {
  it('opens one group and keeps the ids of all others', async () => {
    const graph = residual([3, 8, 36, 3]);
    const before = await buildScene(graph, { folded: null }, elk);
    const opened = before.groups.find((group) => group.folded && group.repeats === 7)?.id ?? '';
    const after = await buildScene(graph, { folded: before.folded.filter((id) => id !== opened) }, elk);
    expect(geometryProblems(after, graph)).toEqual([]);
    expect(after.groups.find(({ id }) => id === opened)).toMatchObject({ folded: false, repeats: 7 });
    const foldsOf = (scene: typeof before) => scene.nodes.filter(({ kind }) => kind === 'fold').map(({ id }) => id);
    expect(foldsOf(after)).toEqual(foldsOf(before).filter((id) => id !== opened));
    expect(after.nodes.length).toBe(before.nodes.length - 1 + 7 * 7);
  });

  it('shows the parts of a large group first', async () => {
    const graph = transformer(24);
    const before = await buildScene(graph, { folded: null }, elk);
    const layers = before.groups.find(({ repeats }) => repeats === 23)?.id ?? '';
    const after = await buildScene(graph, { folded: before.folded.filter((id) => id !== layers) }, elk);
    expect(geometryProblems(after, graph)).toEqual([]);
    expect(after.nodes.filter(({ kind }) => kind === 'fold')).toHaveLength(23);
    expect(after.nodes.some(({ title }) => title === '1 of 23')).toBe(true);
  });

  it('leaves out ids that the graph does not have', async () => {
    const scene = await buildScene(chain(5), { folded: ['fold:gone..away'] }, elk);
    expect(scene.folded).toEqual([]);
    expect(scene.nodes).toHaveLength(7);
  });
});
