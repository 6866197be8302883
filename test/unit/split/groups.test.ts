import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { contractToGroups } from '../../../src/engine/split/groups';
import { tensorBytes } from '../../../src/engine/split/liveBytes';
import type { SplitGraph } from '../../../src/engine/split/splitGraph';
import { smallGraphs } from '../planning/randomGraphs';
import { syntheticGraph } from '../planning/support';

interface Described {
  readonly members: readonly number[];
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
}

const sorted = (numbers: Iterable<number>) => [...numbers].sort((a, b) => a - b);

/** Word by word what a group is: every list anew from its members, however long that takes. */
function groupsByDefinition({ nodes, tensors }: SplitGraph, bytesOf: Float64Array): Described[] {
  const joined = nodes.map(() => new Set<number>());
  const bytes = (list: readonly number[]) => list.reduce((sum, tensor) => sum + (bytesOf[tensor] ?? 0), 0);
  const groups: Described[] = [];
  nodes.forEach((node, index) => {
    const members = new Set([...(joined[index] ?? []), index]);
    const read = new Set([...members].flatMap((member) => nodes[member]?.reads ?? []));
    const inputs = sorted(read).filter((tensor) => !members.has(tensors[tensor]?.producer ?? -1));
    const outputs = node.writes.filter((tensor) => (tensors[tensor]?.consumers.length ?? 0) > 0);
    const [reader, ...others] = new Set(outputs.flatMap((tensor) => tensors[tensor]?.consumers ?? []));
    if (reader !== undefined && others.length === 0 && bytes(inputs) <= bytes(outputs))
      for (const member of members) joined[reader]?.add(member);
    else groups.push({ members: sorted(members), inputs, outputs });
  });
  return groups;
}

function groupsOf(graph: SplitGraph): Described[] {
  const groups = contractToGroups(graph, tensorBytes(graph));
  return groups.map(({ members, inputs, outputs }) => ({ members: sorted(members), inputs: sorted(inputs), outputs }));
}

describe('groups of nodes that no candidate separates', () => {
  it('are what their definition says', () => {
    fc.assert(
      fc.property(smallGraphs(12), (graph) => {
        expect(groupsOf(graph)).toEqual(groupsByDefinition(graph, tensorBytes(graph)));
      }),
      { numRuns: 500 },
    );
  });

  it('count a tensor once that several of their nodes read, and what they make themselves not at all', () => {
    const graph = syntheticGraph({ x: 8, y: 4 }, [
      { name: 'a', reads: ['x'], bytes: 8 },
      { name: 'b', reads: ['x', 'y'], bytes: 12 },
      { name: 'c', reads: ['a', 'b', 'y'], bytes: 12 },
      { name: 'd', reads: ['c'], bytes: 4 },
    ]);
    expect(groupsOf(graph)).toEqual([{ members: [0, 1, 2, 3], inputs: [0, 1], outputs: [] }]);
  });

  it('grow along a list that takes one input more at each node', () => {
    const count = 300;
    const name = (index: number) => (index < 0 ? 'x0' : `n${index}`);
    const inputs = Object.fromEntries(Array.from({ length: count + 1 }, (_, index) => [`x${index}`, 4]));
    const nodes = Array.from({ length: count }, (_, index) => ({
      name: name(index),
      reads: [name(index - 1), `x${index + 1}`],
      bytes: 4 * (index + 2),
    }));
    const [group, ...others] = groupsOf(syntheticGraph(inputs, nodes));
    expect([group?.members.length, group?.inputs.length, others]).toEqual([count, count + 1, []]);
  });
});
