import type { Dim, Shape } from '../algebra/dim';
import type { OpTable, RuleContext } from '../facts/rule';
import { channelsFirst, channelsLast } from './channelsLast';
import { convolutionMacs } from './convolution';
import { none, perOutput } from './counting';
import { globalPoolEntry, poolEntry } from './pooling';
import { hasRank } from './ruleMakers';
import { dtypeOf, multiplyDims } from './shapeMath';
import { readWindow, slide } from './slidingWindow';

/**
 * Operators of com.microsoft.nchwc, which ONNX Runtime writes into models that it saves after optimizing them for a CPU.
 * Their tensors hold channels in blocks of 8 or 16, as the CPU has it; shapes count the channels that fill the last block.
 */
const largestBlock = 16;

/** The weights have the filters that fill up the last block; how many channels of the input are real is not checked. */
function inferConv(context: RuleContext): void {
  const input = context.shape(0);
  const weights = context.shape(1);
  const dtype = dtypeOf(context, 0);
  if (!hasRank(context, input, 3, 'The input') || !hasRank(context, weights, input.length, 'The weight tensor')) {
    context.output(0, dtype, undefined);
    return;
  }
  const [batch = 0, , ...spatial] = input;
  const [filters = 0, , ...kernel] = weights;
  const window = readWindow(context, spatial.length, kernel);
  const sizes = window && slide(context, window, spatial);
  context.output(0, dtype, sizes && [batch, filters, ...sizes]);
}

/** Which channels fill the last block depends on the CPU, unless none do for the largest block that there is. */
function filledUp(context: RuleContext, channels: Dim): Dim {
  const isWhole = typeof channels === 'number' && channels % largestBlock === 0;
  return isWhole ? channels : context.fresh('channels');
}

function inferReorderInput(context: RuleContext): void {
  const plain = context.int('channels_last', 0) === 0 ? context.shape(0) : channelsFirst(context.shape(0));
  const shape = plain?.map((dim, axis) => (axis === 1 ? filledUp(context, dim) : dim));
  context.output(0, dtypeOf(context, 0), shape);
}

function inferReorderOutput(context: RuleContext): void {
  const channels = context.int('channels', 0);
  const shape: Shape = context.shape(0)?.map((dim, axis) => (axis === 1 ? channels : dim));
  context.output(0, dtypeOf(context, 0), context.int('channels_last', 0) === 0 ? shape : channelsLast(shape));
}

function inferUpsample(context: RuleContext): void {
  const scales = context.ints('scales');
  const shape = context.shape(0)?.map((dim, axis) => multiplyDims(dim, scales?.[axis] ?? 1));
  context.output(0, dtypeOf(context, 0), shape);
}

export const blockedLayoutOps: OpTable = {
  Conv: { infer: inferConv, macs: convolutionMacs(), elementwiseOps: none },
  MaxPool: poolEntry,
  AveragePool: poolEntry,
  GlobalMaxPool: globalPoolEntry,
  GlobalAveragePool: globalPoolEntry,
  ReorderInput: { infer: inferReorderInput, elementwiseOps: none },
  ReorderOutput: { infer: inferReorderOutput, elementwiseOps: none },
  Upsample: { infer: inferUpsample, elementwiseOps: perOutput(1) },
};
