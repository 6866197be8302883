import { describe, expect, it } from 'vitest';
import { buildSplitGraph } from '../../../src/engine/split/buildSplitGraph';
import { fusedGroups } from '../../../src/engine/split/fusedGroups';
import { GraphWriter } from '../../support/graphWriter';
import { inferBuilt } from '../../support/inferBuilt';

/** The graph that a writer wrote, and its nodes by operator. */
function written(g: GraphWriter, ...outputs: readonly string[]) {
  const graph = buildSplitGraph(inferBuilt({ opset: 17, tensors: g.tensors, nodes: g.nodes, outputs }));
  return { graph, nodeOf: (op: string) => graph.nodes.find((node) => node.op === op) };
}

describe('the bytes that a node moves', () => {
  it('are of a table the rows that it takes, and of tied weights all at every reader', () => {
    const g = new GraphWriter();
    const table = g.weight(1000, 8);
    const rows = g.op('Gather', [table, g.input('tokens', 'int64', [3])]);
    const logits = g.op('MatMul', [rows, g.op('Transpose', [table], { perm: [1, 0] })]);
    const { nodeOf } = written(g, g.op('Add', [logits, g.weight(1000)]));
    // Three indices of 8 bytes, three rows of 32 read and written.
    expect(nodeOf('Gather')).toMatchObject({ weightBytes: 32_000, trafficBytes: 24 + 96 + 96 });
    expect(nodeOf('MatMul')).toMatchObject({ weightBytes: 0, trafficBytes: 96 + 32_000 + 12_000 });
    const { graph } = written(g, g.nodes.at(-1)?.outputs[0] ?? '');
    const main = graph.nodes.findIndex(({ op }) => op === 'MatMul');
    expect(fusedGroups(graph).trafficBytes[main]).toBe(96 + 32_000 + 4000 + 12_000);
  });

  it('are of a slice what it takes, and of a small table no more than there is', () => {
    const g = new GraphWriter();
    const x = g.input('x', 'float32', [1, 100]);
    const { nodeOf } = written(
      g,
      g.op('Slice', [x, g.ints([0]), g.ints([10]), g.ints([1])]),
      g.op('Gather', [g.weight(2, 4), g.input('i', 'int64', [50])]),
    );
    // The bounds of the slice are weights of 24 bytes.
    expect(nodeOf('Slice')).toMatchObject({ trafficBytes: 40 + 40 + 24 });
    expect(nodeOf('Gather')).toMatchObject({ trafficBytes: 400 + 32 + 800 });
  });

  it('do not count where a convolution pads its own input', () => {
    const g = new GraphWriter();
    const padded = g.op('Pad', [g.input('x', 'float32', [1, 2, 4, 4]), g.ints([0, 0, 1, 1, 0, 0, 1, 1])]);
    const { graph } = written(g, g.op('Conv', [padded, g.weight(3, 2, 3, 3)]));
    const { mainOf, trafficBytes } = fusedGroups(graph);
    expect([...mainOf]).toEqual([1, 1]);
    expect(trafficBytes[1]).toBe(128 + 64 + 216 + 192);
  });
});

describe('the kind of work of convolutions that Winograd serves', () => {
  it.each([
    [[64, 32, 3, 3], {}, 'winograd'],
    [[64, 32, 3, 3], { strides: [1, 1], dilations: [1, 1] }, 'winograd'],
    [[64, 32, 3, 3], { group: 2 }, 'winograd'],
    [[32, 32, 3, 3], { group: 2 }, 'dense'],
    [[64, 16, 3, 3], {}, 'dense'],
    [[16, 64, 3, 3], {}, 'dense'],
    [[64, 32, 3, 3], { strides: [2, 2] }, 'dense'],
    [[64, 32, 3, 3], { strides: [1, 2] }, 'dense'],
    [[64, 32, 3, 3], { dilations: [2, 2] }, 'dense'],
    [[64, 32, 5, 5], {}, 'dense'],
    [[64, 32, 3, 1], {}, 'dense'],
  ] as const)('is one of its own where it saves: %j %j', (...[shape, attributes, kind]) => {
    const g = new GraphWriter();
    const channels = shape[1] * ('group' in attributes ? attributes.group : 1);
    const x = g.input('x', 'float32', [1, channels, 8, 8]);
    const { nodeOf } = written(g, g.op('Conv', [x, g.weight(...shape)], { ...attributes }));
    expect(nodeOf('Conv')?.rateClass).toBe(kind);
  });
});

describe('the kind of work of convolutions in groups', () => {
  it.each([
    ['Conv', 96, 2, [256, 48, 5, 5], 'dense'],
    ['Conv', 96, 3, [96, 32, 1, 1], 'pointwise'],
    ['Conv', 128, 32, [128, 4, 3, 3], 'depthwise'],
    ['Conv', 32, 32, [32, 1, 3, 3], 'depthwise'],
    ['ConvTranspose', 64, 2, [64, 8, 3, 3], 'dense'],
    ['ConvTranspose', 64, 64, [64, 1, 3, 3], 'depthwise'],
  ] as const)(
    'is that of their own, where there are many channels in a group: %s %d / %d',
    (...[op, channels, group, shape, kind]) => {
      const g = new GraphWriter();
      const x = g.input('x', 'float32', [1, channels, 8, 8]);
      const { nodeOf } = written(g, g.op(op, [x, g.weight(...shape)], { group }));
      expect(nodeOf(op)?.rateClass).toBe(kind);
    },
  );
});
