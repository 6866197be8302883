import type { SplitGraph } from './splitGraph';

/** Who makes and who reads each tensor, flat: passes over large graphs take a fraction of what objects cost them. */
export interface TensorTopology {
  /** Node that makes tensor t; -1 for a graph input. */
  readonly producer: Int32Array;
  /** Readers of tensor t: `consumers[consumerStart[t]]` up to `consumers[consumerStart[t + 1]]`, ascending. */
  readonly consumerStart: Int32Array;
  readonly consumers: Int32Array;
}

/** By the tensors: graphs that differ in other things share them. */
const known = new WeakMap<SplitGraph['tensors'], TensorTopology>();

/** The topology of a graph, made once. */
export function topologyOf({ tensors }: SplitGraph): TensorTopology {
  const topology = known.get(tensors) ?? buildTopology(tensors);
  known.set(tensors, topology);
  return topology;
}

/** Keeps the topology of tensors that are about to become a graph's. */
export function keepTopology(tensors: SplitGraph['tensors'], topology: TensorTopology): void {
  known.set(tensors, topology);
}

const none: readonly number[] = [];

/**
 * The topology by what the nodes read.
 * @param reads tensors that each node reads, each once.
 * @param producers node that makes each tensor, -1 for a graph input.
 */
export function topologyOfReads(reads: readonly (readonly number[])[], producers: readonly number[]): TensorTopology {
  const consumerStart = new Int32Array(producers.length + 1);
  for (let node = 0; node < reads.length; node++) {
    const tensors = reads[node] ?? none;
    for (let at = 0; at < tensors.length; at++) {
      const tensor = tensors[at] ?? 0;
      consumerStart[tensor + 1] = (consumerStart[tensor + 1] ?? 0) + 1;
    }
  }
  for (let tensor = 0; tensor < producers.length; tensor++) {
    consumerStart[tensor + 1] = (consumerStart[tensor + 1] ?? 0) + (consumerStart[tensor] ?? 0);
  }
  const consumers = new Int32Array(consumerStart[producers.length] ?? 0);
  const next = consumerStart.slice();
  for (let node = 0; node < reads.length; node++) {
    const tensors = reads[node] ?? none;
    for (let place = 0; place < tensors.length; place++) {
      const tensor = tensors[place] ?? 0;
      const at = next[tensor] ?? 0;
      consumers[at] = node;
      next[tensor] = at + 1;
    }
  }
  return { producer: Int32Array.from(producers), consumerStart, consumers };
}

function buildTopology(tensors: SplitGraph['tensors']): TensorTopology {
  const producer = new Int32Array(tensors.length);
  const consumerStart = new Int32Array(tensors.length + 1);
  let edges = 0;
  let index = 0;
  for (const tensor of tensors) {
    producer[index] = tensor.producer;
    edges += tensor.consumers.length;
    consumerStart[++index] = edges;
  }
  const consumers = new Int32Array(edges);
  let at = 0;
  for (const tensor of tensors) for (const consumer of tensor.consumers) consumers[at++] = consumer;
  return { producer, consumerStart, consumers };
}
