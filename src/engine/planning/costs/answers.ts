import type { Cut, SplitGraph } from '../../split/splitGraph';
import type { Infrastructure } from '../infrastructure/infrastructure';

/** What comes back to the first tier: the outputs that are wanted there, in their own types. */
export interface AnswerTable {
  /** Tensor indices of the outputs that are returned, ascending. */
  readonly outputs: readonly number[];
  /** Their bytes by the node that makes them. */
  readonly nodeBytes: Float64Array;
  /** Bytes of those that are made at or after each place of the order, 0..n: what comes down a link that is cut there. */
  readonly bytesFrom: Float64Array;
  readonly totalBytes: number;
  /** Outputs whose size nobody knows, which count nothing. */
  readonly unknown: readonly number[];
}

/**
 * The answers of a graph. An output that is an input is on the first tier anyway. One of unknown size counts nothing, rather
 * than without end: it has to come back from wherever it is made.
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
    const { producer = 0, bytes = 0 } = graph.tensors[index] ?? {};
    nodeBytes[producer] = (nodeBytes[producer] ?? 0) + bytes;
  }
  const bytesFrom = new Float64Array(n + 1);
  for (let node = n - 1; node >= 0; node -= 1) {
    bytesFrom[node] = (bytesFrom[node + 1] ?? 0) + (nodeBytes[node] ?? 0);
  }
  return {
    outputs,
    nodeBytes,
    bytesFrom,
    totalBytes: bytesFrom[0] ?? 0,
    unknown: outputs.filter((index) => graph.tensors[index]?.bytes === undefined),
  };
}

/** Bytes of the answers that are made above a cut. */
export function answersAbove(
  { bytesFrom, totalBytes, nodeBytes }: AnswerTable,
  { position, downset }: Pick<Cut, 'position' | 'downset'>,
): number {
  if (downset === undefined) return bytesFrom[position] ?? 0;
  return totalBytes - downset.reduce((sum, node) => sum + (nodeBytes[node] ?? 0), 0);
}
