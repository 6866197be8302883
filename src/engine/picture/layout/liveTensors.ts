import type { SplitGraph } from '../../split/splitGraph';

/**
 * How many tensors cross every position of the order (position p is before node p): made or given before it and read after
 * it. Outputs that nothing reads do not cross. Length: number of nodes + 1.
 */
export function crossingTensors(graph: SplitGraph): Int32Array {
  const count = graph.nodes.length;
  const changes = new Int32Array(count + 2);
  for (const { producer, consumers } of graph.tensors) {
    const last = consumers.at(-1);
    if (last === undefined) continue;
    changes[producer + 1] = (changes[producer + 1] ?? 0) + 1;
    changes[last + 1] = (changes[last + 1] ?? 0) - 1;
  }
  const crossing = new Int32Array(count + 1);
  let live = 0;
  for (let position = 0; position <= count; position++) {
    live += changes[position] ?? 0;
    crossing[position] = live;
  }
  return crossing;
}
