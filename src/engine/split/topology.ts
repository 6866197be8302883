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

function buildTopology(tensors: SplitGraph['tensors']): TensorTopology {
  const producer = new Int32Array(tensors.length);
  const consumerStart = new Int32Array(tensors.length + 1);
  for (const [index, tensor] of tensors.entries()) {
    producer[index] = tensor.producer;
    consumerStart[index + 1] = (consumerStart[index] ?? 0) + tensor.consumers.length;
  }
  const consumers = new Int32Array(consumerStart[tensors.length] ?? 0);
  for (const [index, tensor] of tensors.entries()) consumers.set(tensor.consumers, consumerStart[index]);
  return { producer, consumerStart, consumers };
}
