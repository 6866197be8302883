import type { OpEntry, OpTable, RuleContext } from '../facts/rule';
import { addUp, type Count, multiply } from './counting';
import { dimOrNone, hasRank, shapeOf } from './ruleMakers';
import { dtypeOf } from './shapeMath';

/** Directions from the attribute `direction`. */
function directionCount(direction: string): number {
  return direction.toLowerCase() === 'bidirectional' ? 2 : 1;
}

/**
 * RNN, GRU, LSTM (opset 1 on; `layout` from opset 14): Y [steps, directions, batch, hidden], then the last states
 * [directions, batch, hidden]; with layout 1 the batch comes first everywhere.
 */
function inferRecurrent(stateOutputs: number, hiddenAt = 2) {
  return (context: RuleContext): void => {
    const dtype = dtypeOf(context, 0);
    const input = context.shape(0);
    if (!hasRank(context, input, 3, 'part.inputSequence')) return;
    const batchFirst = context.int('layout', 0) === 1;
    const steps = dimOrNone(input, batchFirst ? 1 : 0);
    const batch = dimOrNone(input, batchFirst ? 0 : 1);
    const directions = directionCount(context.string('direction', 'forward'));
    const hidden = context.int('hidden_size') ?? dimOrNone(context.shape(2), hiddenAt);
    context.output(
      0,
      dtype,
      batchFirst ? shapeOf(batch, steps, directions, hidden) : shapeOf(steps, directions, batch, hidden),
    );
    const state = batchFirst ? shapeOf(batch, directions, hidden) : shapeOf(directions, batch, hidden);
    for (let output = 1; output <= stateOutputs; output++) context.output(output, dtype, state);
  };
}

/** seq x batch x (|W| + |R|): W and R hold every gate of every direction. */
const recurrentMacs: Count = (context) => {
  const input = context.inputShape(0);
  const weights = addUp(context.inputElements(1), context.inputElements(2));
  return multiply(input?.[0], input?.[1], weights);
};

/** Gate activations and state updates, `perCell` for each hidden element, step, batch row and direction. */
function cellOps(perCell: number, hiddenAt = 2): Count {
  return (context) => {
    const input = context.inputShape(0);
    const recurrence = context.inputShape(2);
    return multiply(perCell, input?.[0], input?.[1], recurrence?.[0], recurrence?.[hiddenAt]);
  };
}

/** A recurrent layer; `hiddenAt` is the dimension of R that has as many elements as the state. */
function recurrent(stateOutputs: number, perCell: number, hiddenAt = 2): OpEntry {
  return {
    infer: inferRecurrent(stateOutputs, hiddenAt),
    macs: recurrentMacs,
    elementwiseOps: cellOps(perCell, hiddenAt),
  };
}

/**
 * AttnLSTM: an LSTM that attends to a memory M [batch, entries, depth] (input 11) in every step. Queries and memory go
 * through weights (inputs 8 and 9), each pair is scored by the vector V, and the sum of the memory by these scores may go
 * through weights of its own (input 13).
 */
const attentiveMacs: Count = (context) => {
  const [steps, batch] = context.inputShape(0) ?? [];
  const given = (index: number): number | undefined =>
    (context.node.inputs[index] ?? '') === '' ? 0 : context.inputElements(index);
  const memory = (context.node.inputs[11] ?? '') === '' ? [0, 0, 0] : context.inputShape(11);
  const [rows = 0, entries, depth] = memory ?? [undefined, undefined, undefined];
  const directions = context.inputShape(2)?.[0];
  return addUp(
    multiply(steps, batch, addUp(context.inputElements(1), context.inputElements(2), given(8), given(13))),
    multiply(rows, entries, given(9)),
    multiply(steps, batch, entries, addUp(given(10), multiply(directions, depth))),
  );
};

/** com.microsoft recurrent layers; weights quantized for DynamicQuantizeLSTM are transposed. */
export const contribRecurrentOps: OpTable = {
  AttnLSTM: { ...recurrent(2, 10), macs: attentiveMacs },
  DynamicQuantizeLSTM: recurrent(2, 10, 1),
};

/** ai.onnx recurrent layers. */
export const recurrentOps: OpTable = {
  RNN: recurrent(1, 2),
  GRU: recurrent(1, 9),
  LSTM: recurrent(2, 10),
};
