import fc from 'fast-check';
import type { SplitGraph } from '../../../src/engine/split/splitGraph';
import { withState } from '../../../src/engine/split/stateTensors';
import { smallGraphs } from './randomGraphs';
import { type SyntheticNode, syntheticGraph } from './support';

/** A piece of state: its bytes, the node that makes it and those that read it, all by number. */
export interface Remembered {
  readonly bytes: number;
  readonly maker: number;
  readonly readers: readonly number[];
}

/** A graph with its state, and the same graph that remembers nothing. */
interface Pair {
  readonly graph: SplitGraph;
  readonly without: SplitGraph;
  readonly state: readonly Remembered[];
}

/** The graph with state inputs that some nodes read besides, and an output of its own for each where it is made. */
export function remembering(without: SplitGraph, state: readonly Remembered[]): Pair {
  const inputs = Object.fromEntries(
    without.inputs.map((input) => [without.tensors[input]?.name ?? '', without.tensors[input]?.bytes]),
  );
  const list = without.nodes.map((node, index): SyntheticNode => {
    const own = without.tensors[node.writes[0] ?? -1];
    const reads = node.reads.map((tensor) => without.tensors[tensor]?.name ?? '');
    const states = state.flatMap(({ readers }, s) => (readers.includes(index) ? [`s${s}`] : []));
    return {
      name: node.name,
      reads: [...reads, ...states],
      bytes: own?.bytes,
      macs: node.macs ?? 0,
      weightBytes: node.weightBytes,
      isOutput: own?.isGraphOutput === true,
    };
  });
  const drawn = syntheticGraph(
    { ...inputs, ...Object.fromEntries(state.map(({ bytes }, s) => [`s${s}`, bytes])) },
    list,
  );
  const made = state.map(({ bytes, maker }, s) => ({
    ...{ name: `new${s}`, dtype: 'float32' as const, shape: [bytes / 4], bytes },
    ...{ producer: maker, consumers: [], isGraphOutput: true },
  }));
  const outputs = [...drawn.outputs, ...made.map((_, s) => drawn.tensors.length + s)];
  const whole = { ...drawn, tensors: [...drawn.tensors, ...made], outputs };
  const graph = withState(
    whole,
    state.map((_, s) => ({ input: `s${s}`, output: `new${s}` })),
  );
  return { graph, without, state };
}

/** Random graphs with up to three pieces of random state. */
export const rememberingGraphs = (most: number): fc.Arbitrary<Pair> =>
  smallGraphs(most).chain((without) => {
    const node = fc.nat({ max: without.nodes.length - 1 });
    const one = fc.record({
      bytes: fc.integer({ min: 1, max: 120 }).map((elements) => elements * 4),
      maker: node,
      readers: fc.uniqueArray(node, { minLength: 1, maxLength: 3 }),
    });
    return fc.array(one, { minLength: 1, maxLength: 3 }).map((state) => remembering(without, state));
  });
