import type { Cut, SplitGraph, StateTensor } from '../../split/splitGraph';
import { carriedState, crossesAt, statePerPosition } from '../../split/stateTensors';
import type { Infrastructure } from '../infrastructure/infrastructure';

/**
 * What comes down: the outputs that are wanted on the first tier, in their own types, and state that is read below where it
 * is made.
 */
export interface AnswerTable {
  /** Tensor indices of the outputs that are returned, ascending. */
  readonly outputs: readonly number[];
  /** Their bytes by the node that makes them. */
  readonly nodeBytes: Float64Array;
  /** State that may have to travel between calls. */
  readonly carried: readonly StateTensor[];
  /** True where anything may come down, so that every link that is reached has a way back. */
  readonly comesBack: boolean;
  /** Bytes that come down a link that is cut at each place of the order, 0..n. */
  readonly bytesFrom: Float64Array;
  /** Bytes of the outputs alone. */
  readonly totalBytes: number;
  /** Outputs whose size only a run decides: they count the most that they can be. */
  readonly atMost: readonly number[];
  /** Outputs of which not even that is known, which count nothing. */
  readonly unknown: readonly number[];
}

/**
 * The answers of a graph. An output that is an input is on the first tier anyway. One whose size only a run decides counts the
 * most that it can be, and where nobody knows that nothing, rather than without end: it has to come back from wherever it is
 * made.
 */
export function answerTable(
  graph: SplitGraph,
  { answer, outputAnswers }: Pick<Infrastructure, 'answer' | 'outputAnswers'>,
): AnswerTable {
  const n = graph.nodes.length;
  const outputs = graph.outputs.filter((index) => {
    const tensor = graph.tensors[index];
    return tensor !== undefined && tensor.producer >= 0 && (outputAnswers[tensor.name] ?? answer) === 'returned';
  });
  const nodeBytes = new Float64Array(n);
  for (const index of outputs) {
    const { producer = 0 } = graph.tensors[index] ?? {};
    nodeBytes[producer] = (nodeBytes[producer] ?? 0) + (answerBytesOf(graph, index) ?? 0);
  }
  const bytesFrom = new Float64Array(n + 1);
  for (let node = n - 1; node >= 0; node -= 1) {
    bytesFrom[node] = (bytesFrom[node + 1] ?? 0) + (nodeBytes[node] ?? 0);
  }
  const carried = carriedState(graph);
  if (carried.length > 0) {
    for (const [position, bytes] of statePerPosition(carried, n).down.entries()) {
      bytesFrom[position] = (bytesFrom[position] ?? 0) + bytes;
    }
  }
  return {
    outputs,
    carried,
    comesBack: outputs.length > 0 || carried.length > 0,
    nodeBytes,
    bytesFrom,
    totalBytes: bytesFrom[0] ?? 0,
    atMost: outputs.filter((index) => graph.tensors[index]?.mostBytes !== undefined),
    unknown: outputs.filter((index) => answerBytesOf(graph, index) === undefined),
  };
}

/** What an output counts on the way back. */
export function answerBytesOf({ tensors }: SplitGraph, output: number): number | undefined {
  return tensors[output]?.bytes ?? tensors[output]?.mostBytes;
}

/** Bytes that come down a cut: the answers that are made above it, and state. */
export function answersAbove(
  { bytesFrom, totalBytes, nodeBytes, carried }: AnswerTable,
  { position, downset }: Pick<Cut, 'position' | 'downset'>,
): number {
  if (downset === undefined) return bytesFrom[position] ?? 0;
  const answered = totalBytes - downset.reduce((sum, node) => sum + (nodeBytes[node] ?? 0), 0);
  return answered + stateCrossing(carried, downset, 'down');
}

/** Bytes of state that go up or come down a cut across branches. */
export function stateCrossing(
  carried: readonly StateTensor[],
  downset: readonly number[],
  direction: 'up' | 'down',
): number {
  if (carried.length === 0) return 0;
  const below = new Set(downset);
  return carried.reduce(
    (sum, one) => sum + (crossesAt(one, (node) => below.has(node)) === direction ? (one.bytes ?? 0) : 0),
    0,
  );
}
