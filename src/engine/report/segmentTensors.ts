import type { Assignment } from '../planning/plan/plan';
import type { SplitGraph } from '../split/splitGraph';

/** Tensor indices that go into and come out of the part of one tier, ascending. */
export interface SegmentTensors {
  /** What its nodes read from outside: model inputs and tensors of lower tiers. */
  readonly inputs: readonly number[];
  /** What it makes for others: tensors that higher tiers read, and model outputs. */
  readonly outputs: readonly number[];
}

/** The inputs and outputs of every tier's part of the model. */
export function segmentTensors(graph: SplitGraph, assignment: Assignment, tierCount: number): SegmentTensors[] {
  const segments = Array.from({ length: tierCount }, () => ({ inputs: [] as number[], outputs: [] as number[] }));
  for (const [index, tensor] of graph.tensors.entries()) {
    const madeOn = tensor.producer < 0 ? -1 : (assignment[tensor.producer] ?? 0);
    const readers = new Set(tensor.consumers.map((consumer) => assignment[consumer] ?? 0));
    for (const tier of readers) if (tier !== madeOn) segments[tier]?.inputs.push(index);
    const isForOthers = tensor.isGraphOutput || [...readers].some((tier) => tier !== madeOn);
    if (madeOn >= 0 && isForOthers) segments[madeOn]?.outputs.push(index);
  }
  return segments;
}
