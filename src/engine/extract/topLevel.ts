import { say } from '../../shared/messages/say';
import { DnnSplitError } from '../../shared/work/errors';
import type { OnnxModel } from '../onnx/model';
import type { Assignment } from '../planning/plan/plan';
import type { SplitGraph } from '../split/splitGraph';
import { nodeReads } from './nodeReads';

/** The model's own nodes, before functions are inlined, with the tier of those that make data. */
export interface TopLevel {
  readonly reads: readonly (readonly string[])[];
  readonly writes: readonly (readonly string[])[];
  /** Node that makes a tensor. */
  readonly makers: ReadonlyMap<string, number>;
  /** Tier by node; none for nodes that fold away. */
  readonly tiers: readonly (number | undefined)[];
}

/** Index of the model's node that a node of the split graph is, or is an inlined part of. */
export function topLevelIndex(nodeId: string): number {
  return Number.parseInt(nodeId, 10);
}

/**
 * Raises nodes such that each call of a local function lies on one tier: a function cannot be cut, so a cut inside moves
 * to the call's border. Nodes that read from a raised node follow it.
 */
export function moveCutsToCallBorders(graph: SplitGraph, assignment: Assignment): Assignment {
  const moved = assignment.slice();
  const calls = new Map<number, number[]>();
  for (const [node, { id }] of graph.nodes.entries()) {
    const call = topLevelIndex(id);
    const members = calls.get(call);
    if (members) members.push(node);
    else calls.set(call, [node]);
  }
  for (let changed = true; changed; ) {
    changed = false;
    for (const members of calls.values()) {
      if (members.length < 2) continue;
      changed = raise(moved, members, Math.max(...members.map((node) => moved[node] ?? 0))) || changed;
    }
    for (const tensor of graph.tensors) {
      if (tensor.producer >= 0) changed = raise(moved, tensor.consumers, moved[tensor.producer] ?? 0) || changed;
    }
  }
  return moved;
}

function raise(assignment: Assignment, nodes: readonly number[], tier: number): boolean {
  let changed = false;
  for (const node of nodes) {
    if ((assignment[node] ?? 0) >= tier) continue;
    assignment[node] = tier;
    changed = true;
  }
  return changed;
}

/**
 * Carries an assignment of the split graph over to the model's own nodes.
 * @throws DnnSplitError `invalid-plan` where it cuts inside a function call or names a node that is not there.
 */
export function topLevelOf(model: OnnxModel, graph: SplitGraph, assignment: Assignment): TopLevel {
  const { nodes } = model.graph;
  if (assignment.length !== graph.nodes.length) {
    throw new DnnSplitError(
      'invalid-plan',
      say('cut.nodeCount', { assigned: assignment.length, nodes: graph.nodes.length }),
    );
  }
  const tiers: (number | undefined)[] = nodes.map(() => undefined);
  for (const [index, { id, label }] of graph.nodes.entries()) {
    const top = topLevelIndex(id);
    if (nodes[top] === undefined) {
      throw new DnnSplitError('invalid-plan', say('cut.unknownNode', { node: id }));
    }
    const tier = assignment[index] ?? 0;
    const other = tiers[top];
    if (other !== undefined && other !== tier) {
      throw new DnnSplitError(
        'invalid-plan',
        say('cut.insideFunction', { call: nodes[top].name || nodes[top].op, node: label }),
        { nodeId: id },
      );
    }
    tiers[top] = tier;
  }
  const makers = new Map<string, number>();
  const writes = nodes.map(({ outputs }) => outputs.filter((name) => name !== ''));
  for (const [index, names] of writes.entries()) for (const name of names) makers.set(name, index);
  return { reads: nodes.map(nodeReads), writes, makers, tiers };
}
