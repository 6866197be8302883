import type { OpEntry, OpTable, RuleContext } from '../rule';
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
function inferRecurrent(stateOutputs: number) {
  return (context: RuleContext): void => {
    const dtype = dtypeOf(context, 0);
    const input = context.shape(0);
    if (!hasRank(context, input, 3, 'The input sequence')) return;
    const batchFirst = context.int('layout', 0) === 1;
    const steps = dimOrNone(input, batchFirst ? 1 : 0);
    const batch = dimOrNone(input, batchFirst ? 0 : 1);
    const directions = directionCount(context.string('direction', 'forward'));
    const hidden = context.int('hidden_size') ?? dimOrNone(context.shape(2), 2);
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
function cellOps(perCell: number): Count {
  return (context) => {
    const input = context.inputShape(0);
    const recurrence = context.inputShape(2);
    return multiply(perCell, input?.[0], input?.[1], recurrence?.[0], recurrence?.[2]);
  };
}

function recurrent(stateOutputs: number, perCell: number): OpEntry {
  return { infer: inferRecurrent(stateOutputs), macs: recurrentMacs, elementwiseOps: cellOps(perCell) };
}

/** ai.onnx recurrent layers. */
export const recurrentOps: OpTable = {
  RNN: recurrent(1, 2),
  GRU: recurrent(1, 9),
  LSTM: recurrent(2, 10),
};
