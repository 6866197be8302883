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
 * so a candidate holds both or neither. Groups are in the order of their last members. Linear in nodes and edges, but for
 * the logarithm with which the inputs of groups that join are put together.
 * @param bytesOf such that sums of them are exact, in whatever order.
 * @param answers more than 0 for nodes that make what comes back, which it matters of to be below a cut.
 */
export function contractToGroups(graph: SplitGraph, bytesOf: Float64Array, answers?: Float64Array): Group[] {
  const topology = topologyOf(graph);
  const { producer, consumerStart } = topology;
  const joining: (Growing[] | undefined)[] = graph.nodes.map(() => undefined);
  const hasJoined = new Uint8Array(graph.nodes.length);
  const groups: Group[] = [];
  const isRead = (tensor: number) => (consumerStart[tensor + 1] ?? 0) > (consumerStart[tensor] ?? 0);
  const isFromOutside = (tensor: number) => hasJoined[producer[tensor] ?? -1] !== 1;
  graph.nodes.forEach(({ reads, writes }, index) => {
    const absorbed = joining[index];
    const outputs = writes.every(isRead) ? writes : writes.filter(isRead);
    const members = absorbed === undefined ? [index] : mergeMembers(absorbed);
    if (absorbed !== undefined) members.push(index);
    const inputs =
      absorbed === undefined ? inputsOf(reads, bytesOf) : joinInputs(reads, absorbed, bytesOf, isFromOutside);
    const reader = onlyReader(topology, outputs);
    const isAnswer = (answers?.[index] ?? 0) > 0;
    if (reader === undefined || isAnswer || inputs.bytes > sum(outputs, bytesOf)) {
      groups.push({ members, inputs: listOf(inputs), outputs });
      return;
    }
    hasJoined[index] = 1;
    const group = { members, inputs };
    if (joining[reader] === undefined) joining[reader] = [group];
    else joining[reader].push(group);
  });
  return groups;
}

/** Tensors that come from outside of a group, each once, and their bytes. */
interface Inputs {
  readonly tensors: Set<number> | readonly number[];
  readonly bytes: number;
}

/** A group that its reader absorbs. */
interface Growing {
  readonly members: number[];
  readonly inputs: Inputs;
}

function inputsOf(reads: readonly number[], bytesOf: Float64Array): Inputs {
  const tensors = reads.length < 2 ? reads : [...new Set(reads)];
  return { tensors, bytes: sum(tensors, bytesOf) };
}

/** What a node and the groups that it absorbs read from outside: the most inputs grow, so that few are copied often. */
function joinInputs(
  reads: readonly number[],
  absorbed: readonly Growing[],
  bytesOf: Float64Array,
  isFromOutside: (tensor: number) => boolean,
): Inputs {
  const [first] = absorbed;
  // A link of a chain: what it reads is what the group before it makes.
  if (first !== undefined && absorbed.length === 1 && reads.length === 1) return first.inputs;
  const most = absorbed.map(({ inputs }) => inputs).reduce((a, b) => (sizeOf(b) > sizeOf(a) ? b : a));
  const tensors = most.tensors instanceof Set ? most.tensors : new Set(most.tensors);
  let { bytes } = most;
  const add = (tensor: number) => {
    if (tensors.size !== tensors.add(tensor).size) bytes += bytesOf[tensor] ?? 0;
  };
  for (const { inputs } of absorbed) if (inputs !== most) inputs.tensors.forEach(add);
  for (const tensor of reads) if (isFromOutside(tensor)) add(tensor);
  return { tensors, bytes };
}

function listOf({ tensors }: Inputs): readonly number[] {
  return tensors instanceof Set ? [...tensors] : tensors;
}

function sizeOf({ tensors }: Inputs): number {
  return tensors instanceof Set ? tensors.size : tensors.length;
}

/** All members in one list: the longest one grows, so that long chains are not copied again and again. */
function mergeMembers(groups: readonly Growing[]): number[] {
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
