import { describe, expect, it } from 'vitest';
import { buildSplitGraph } from '../../../src/engine/split/buildSplitGraph';
import { fusedGroups } from '../../../src/engine/split/fusedGroups';
import type { SplitGraph } from '../../../src/engine/split/splitGraph';
import { sharedModels, sharedNote } from '../../support/shared';
import { syntheticGraph } from '../planning/support';
import { inferFile } from './loadGraph';

const byName = (name: string) => {
  const model = sharedModels().find((one) => one.name === name);
  return model && buildSplitGraph(inferFile(model.path));
};

/** The operators of each group, in the order of the graph. */
function groupsOf(graph: SplitGraph): string[] {
  const { mainOf } = fusedGroups(graph);
  const groups = new Map<number, string[]>();
  for (const [node, main] of mainOf.entries()) {
    groups.set(main, [...(groups.get(main) ?? []), graph.nodes[node]?.op ?? '']);
  }
  return [...groups.values()].map((ops) => ops.join('+'));
}

const conv = { op: 'Conv', rateClass: 'dense', bytes: 400 } as const;

describe('fused groups', () => {
  it('of a residual block are its convolutions, each with what follows it', () => {
    const graph = syntheticGraph({ x: 400 }, [
      { name: 'a', reads: ['x'], ...conv },
      { name: 'bn', reads: ['a'], op: 'BatchNormalization', bytes: 400 },
      { name: 'relu', reads: ['bn'], op: 'Relu', bytes: 400 },
      { name: 'b', reads: ['relu'], ...conv, weightBytes: 36 },
      { name: 'add', reads: ['b', 'x'], op: 'Add', bytes: 400 },
      { name: 'out', reads: ['add'], op: 'Relu', bytes: 400 },
    ]);
    expect(groupsOf(graph)).toEqual(['Conv+BatchNormalization+Relu', 'Conv+Add+Relu']);
    // The second group reads `relu`, `x` and its weights, and writes `out`.
    expect(fusedGroups(graph).trafficBytes[3]).toBe(400 + 400 + 36 + 400);
  });

  it('hold a diamond whole or not at all', () => {
    const silu = syntheticGraph({ x: 400 }, [
      { name: 'c', reads: ['x'], ...conv },
      { name: 's', reads: ['c'], op: 'Sigmoid', bytes: 400 },
      { name: 'm', reads: ['c', 's'], op: 'Mul', bytes: 400 },
    ]);
    expect(groupsOf(silu)).toEqual(['Conv+Sigmoid+Mul']);
    const squeezed = syntheticGraph({ x: 400 }, [
      { name: 'c', reads: ['x'], ...conv },
      { name: 'p', reads: ['c'], op: 'GlobalAveragePool', bytes: 4 },
      { name: 'm', reads: ['c', 'p'], op: 'Mul', bytes: 400 },
    ]);
    expect(groupsOf(squeezed)).toEqual(['Conv', 'GlobalAveragePool', 'Mul']);
  });

  it('end where two readers go on, at outputs of the model and at a broadcast', () => {
    const graph = syntheticGraph({ x: 400 }, [
      { name: 'c', reads: ['x'], ...conv },
      { name: 'r', reads: ['c'], op: 'Relu', bytes: 400 },
      { name: 'd', reads: ['r'], ...conv },
      { name: 'e', reads: ['r'], ...conv },
      { name: 'w', reads: ['e', 'd'], op: 'Add', bytes: 1600 },
    ]);
    expect(groupsOf(graph)).toEqual(['Conv+Relu', 'Conv', 'Conv', 'Add']);
  });

  it('take dequantized inputs and the quantization after the kernel in', () => {
    const graph = syntheticGraph({ x: 100 }, [
      { name: 'dq', reads: ['x'], op: 'DequantizeLinear', bytes: 400 },
      { name: 'c', reads: ['dq'], ...conv },
      { name: 'r', reads: ['c'], op: 'Relu', bytes: 400 },
      { name: 'q', reads: ['r'], op: 'QuantizeLinear', bytes: 400 },
    ]);
    expect(groupsOf(graph)).toEqual(['DequantizeLinear+Conv+Relu+QuantizeLinear']);
    expect(fusedGroups(graph).mainOf).toEqual(new Int32Array([1, 1, 1, 1]));
  });

  it('of a decomposed layer normalization are one', () => {
    const graph = syntheticGraph({ x: 400 }, [
      { name: 'mean', reads: ['x'], op: 'ReduceMean', bytes: 4 },
      { name: 'd', reads: ['x', 'mean'], op: 'Sub', bytes: 400 },
      { name: 'p', reads: ['d'], op: 'Pow', bytes: 400 },
      { name: 'v', reads: ['p'], op: 'ReduceMean', bytes: 4 },
      { name: 'e', reads: ['v'], op: 'Add', bytes: 4 },
      { name: 's', reads: ['e'], op: 'Sqrt', bytes: 4 },
      { name: 'n', reads: ['d', 's'], op: 'Div', bytes: 400 },
      { name: 'g', reads: ['n'], op: 'Mul', bytes: 400, weightBytes: 40 },
    ]);
    expect(groupsOf(graph)).toHaveLength(1);
    expect(fusedGroups(graph).trafficBytes[0]).toBe(400 + 40 + 400);
  });

  it('of ResNet50 are its 53 convolutions and its classifier, and nothing else that computes', () => {
    const graph = byName('keras_ResNet50');
    if (graph === undefined) return;
    const groups = groupsOf(graph);
    // Keras pads before its first convolution in a node of its own.
    expect(groups.filter((ops) => /^(Pad\+)?Conv/.test(ops))).toHaveLength(53);
    expect(groups.filter((ops) => /^(BatchNormalization|Relu|Add)/.test(ops))).toEqual([]);
  });
});

describe(`fused groups of every model${sharedNote}`, () => {
  it.each(sharedModels().filter(({ name }) => !/^(scale_|kerasraw_)/.test(name)))('$name', ({ path }) => {
    const graph = buildSplitGraph(inferFile(path));
    const { mainOf } = fusedGroups(graph);
    const members = new Map<number, Set<number>>();
    for (const [node, main] of mainOf.entries()) members.set(main, (members.get(main) ?? new Set()).add(node));
    for (const group of members.values()) {
      if (group.size === 1) continue;
      const leaving = graph.tensors.filter(({ producer, consumers, isGraphOutput }) => {
        return group.has(producer) && (isGraphOutput || consumers.some((reader) => !group.has(reader)));
      });
      expect(leaving.length).toBeLessThanOrEqual(1);
      expect(returnsTo(graph, group)).toBe(false);
      expect([...group].filter((node) => graph.nodes[node]?.rateClass !== undefined).length).toBeLessThanOrEqual(1);
    }
  });
});

/** True where a way leaves the group and comes back to it. */
function returnsTo(graph: SplitGraph, group: ReadonlySet<number>): boolean {
  const depends = new Set<number>();
  const last = Math.max(...group);
  for (const [index, node] of graph.nodes.entries()) {
    if (index > last) return false;
    const makers = node.reads.map((read) => graph.tensors[read]?.producer ?? -1);
    if (group.has(index)) {
      if (makers.some((maker) => depends.has(maker))) return true;
    } else if (makers.some((maker) => depends.has(maker) || group.has(maker))) depends.add(index);
  }
  return false;
}
