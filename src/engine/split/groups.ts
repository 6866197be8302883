import type { SplitGraph } from './splitGraph';
import { type TensorTopology, topologyOf } from './topology';

/** Nodes that no candidate separates. */
export interface Group {
  /** Node indices; the last one makes what the others wait for. */
  readonly members: number[];
  /** Tensors that come from outside the group. */
  readonly inputs: readonly number[];
  /** Tensors of the last member that somebody reads. */
  readonly outputs: readonly number[];
}

/**
 * Joins a node with its only reader wherever cutting between the two can never be better than cutting below the node:
 * when its inputs are at most as large as its outputs. Taking such a node out of a cut leaves a cut with as few bytes,
 * so a candidate holds both or neither. Groups are in the order of their last members. Linear in nodes and edges.
 * @param answers more than 0 for nodes that make what comes back, which it matters of to be below a cut.
 */
export function contractToGroups(graph: SplitGraph, bytesOf: Float64Array, answers?: Float64Array): Group[] {
  const topology = topologyOf(graph);
  const { consumerStart } = topology;
  const joined: (Group[] | undefined)[] = graph.nodes.map(() => undefined);
  const groups: Group[] = [];
  const isRead = (tensor: number) => (consumerStart[tensor + 1] ?? 0) > (consumerStart[tensor] ?? 0);
  graph.nodes.forEach((node, index) => {
    const absorbed = joined[index];
    const outputs = node.writes.every(isRead) ? node.writes : node.writes.filter(isRead);
    const members = absorbed === undefined ? [index] : mergeMembers(absorbed);
    if (absorbed !== undefined) members.push(index);
    const group: Group = { members, inputs: inputsOf(node.reads, absorbed), outputs };
    const reader = onlyReader(topology, outputs);
    const isAnswer = (answers?.[index] ?? 0) > 0;
    if (reader === undefined || isAnswer || sum(group.inputs, bytesOf) > sum(outputs, bytesOf)) groups.push(group);
    else if (joined[reader] === undefined) joined[reader] = [group];
    else joined[reader].push(group);
  });
  return groups;
}

/** What a node and the groups that it absorbed read from outside. */
function inputsOf(reads: readonly number[], absorbed: readonly Group[] | undefined): readonly number[] {
  if (absorbed === undefined) return reads.length < 2 ? reads : [...new Set(reads)];
  const [only] = absorbed;
  // A link of a chain: what it reads is what the group before it makes.
  if (only !== undefined && absorbed.length === 1 && reads.length === 1) return only.inputs;
  const inputs = new Set<number>();
  for (const group of absorbed) for (const tensor of group.inputs) inputs.add(tensor);
  for (const tensor of reads) inputs.add(tensor);
  for (const inner of absorbed) for (const tensor of inner.outputs) inputs.delete(tensor);
  return [...inputs];
}

/** All members in one list: the longest one grows, so that long chains are not copied again and again. */
function mergeMembers(groups: readonly Group[]): number[] {
  const [first] = groups;
  if (first !== undefined && groups.length === 1) return first.members;
  const [longest, ...others] = [...groups].sort((a, b) => b.members.length - a.members.length);
  const members = longest?.members ?? [];
  for (const other of others) for (const member of other.members) members.push(member);
  return members;
}

/** The one node that reads all of some tensors. */
function onlyReader({ consumerStart, consumers }: TensorTopology, tensors: readonly number[]): number | undefined {
  let reader: number | undefined;
  for (const tensor of tensors) {
    const end = consumerStart[tensor + 1] ?? 0;
    for (let at = consumerStart[tensor] ?? 0; at < end; at++) {
      const consumer = consumers[at];
      if (reader !== undefined && reader !== consumer) return undefined;
      reader = consumer;
    }
  }
  return reader;
}

function sum(tensors: readonly number[], bytesOf: Float64Array): number {
  let total = 0;
  for (const tensor of tensors) total += bytesOf[tensor] ?? 0;
  return total;
}
