import { say } from '../../../shared/messages/say';
import type { DType } from '../../../shared/vocabulary/dtype';
import type { Dim, Shape } from '../algebra/dim';
import type { OpEntry, OpTable, RuleContext } from '../facts/rule';
import { type Count, elementsOf, multiply, none, perOutput } from './counting';
import { hasInput, hasRank } from './ruleMakers';
import { dtypeOf, multiplyDims } from './shapeMath';
import { readWindow, slide, transposedSize } from './slidingWindow';

/** Reports weights that do not belong to the channels of the input. */
function checkChannels(
  context: RuleContext,
  channels: Dim | undefined,
  perGroup: Dim | undefined,
  group: number,
): void {
  if (typeof channels !== 'number' || typeof perGroup !== 'number' || channels === perGroup * group) return;
  context.problem(say('shapes.channels', { channels, perGroup, groups: group }));
}

/** [N, M, positions of the window...] for X [N, C, spatial...] and W [M, C / group, kernel...]. */
export function convolutionShape(context: RuleContext, input: Shape, weights: Shape): Shape {
  if (!hasRank(context, input, 3, 'part.input')) return undefined;
  if (weights === undefined || weights.length !== input.length) {
    if (weights !== undefined)
      context.problem(say('shapes.weightRank', { weights: weights.length, input: input.length }));
    return undefined;
  }
  const [batch = 0, channels, ...spatial] = input;
  const [filters = 0, perGroup, ...kernel] = weights;
  checkChannels(context, channels, perGroup, context.int('group', 1));
  const window = readWindow(context, spatial.length, kernel);
  const sizes = window && slide(context, window, spatial);
  return sizes && [batch, filters, ...sizes];
}

/** A convolution with its data at input 0 and its weights at input `weights`. */
function convolution(weights: number, dtype: (context: RuleContext) => DType): OpEntry {
  return {
    infer: (context) =>
      context.output(0, dtype(context), convolutionShape(context, context.shape(0), context.shape(weights))),
    macs: convolutionMacs(weights),
    elementwiseOps: none,
  };
}

/** Output elements x |W| / M: every output needs the weights of one filter, (C / group) x kernel of them. */
export function convolutionMacs(weights = 1): Count {
  return (context) => {
    const shape = context.inputShape(weights);
    const filters = shape?.[0];
    if (filters === undefined || filters === 0) return filters;
    return multiply(context.outputElements(0), elementsOf(shape?.slice(1)));
  };
}

/** Input elements x |W| / C: every input is spread over (M / group) x kernel outputs. */
const transposedMacs: Count = (context) =>
  multiply(context.inputElements(0), elementsOf(context.inputShape(1)?.slice(1)));

/** Sizes that `output_shape` states for the spatial dimensions (some exporters write N and C as well). */
function statedSizes(context: RuleContext, rank: number): readonly number[] | undefined {
  const stated = context.ints('output_shape');
  if (stated === undefined || stated.length === 0) return undefined;
  if (stated.length === rank || stated.length === rank + 2) return stated.slice(-rank);
  context.problem(say('shapes.numbers', { attribute: 'output_shape', given: stated.length, needed: rank }));
  return undefined;
}

/** The padding of a node where it is an input; `undefined` where that input is not known. */
type Padding = (context: RuleContext) => readonly number[] | undefined;

/** ConvTranspose (opset 1 on): X [N, C, spatial...], W [C, M / group, kernel...]. */
function inferTransposed(context: RuleContext, padding: Padding | undefined): void {
  const dtype = dtypeOf(context, 0);
  const input = context.shape(0);
  const weights = context.shape(1);
  if (!hasRank(context, input, 3, 'part.input') || !hasRank(context, weights, input.length, 'part.weights')) {
    context.output(0, dtype, undefined);
    return;
  }
  const [batch = 0, channels, ...spatial] = input;
  const [rows, perGroup = 0, ...kernel] = weights;
  checkChannels(context, channels, rows, 1);
  const filters = multiplyDims(perGroup, context.int('group', 1));
  const sizes = statedSizes(context, spatial.length) ?? transposedSizes(context, spatial, kernel, padding);
  context.output(0, dtype, sizes && [batch, filters, ...sizes]);
}

function transposedSizes(
  context: RuleContext,
  spatial: readonly Dim[],
  kernel: readonly Dim[],
  padding: Padding | undefined,
): readonly Dim[] | undefined {
  const pads = padding?.(context);
  if (padding !== undefined && hasInput(context, 2) && pads === undefined) {
    return spatial.map((_, axis) => context.fresh(`d${axis}`));
  }
  const window = readWindow(context, spatial.length, kernel, pads);
  if (window === undefined) return undefined;
  const outputPadding = context.ints('output_padding') ?? [];
  return spatial.map((size, index) => transposedSize(window, index, size, outputPadding[index] ?? 0));
}

/** ConvTranspose, and its com.microsoft relative whose padding is input 2. */
export function transposedConvolution(padding?: Padding): OpEntry {
  return {
    infer: (context) => inferTransposed(context, padding),
    macs: transposedMacs,
    elementwiseOps: none,
  };
}

export const convolutionEntry = convolution(1, (context) => dtypeOf(context, 0));

/** ai.onnx convolutions, all versions. */
export const convolutionOps: OpTable = {
  Conv: convolutionEntry,
  ConvInteger: convolution(1, () => 'int32'),
  // The type of the result is that of its zero point, input 7.
  QLinearConv: { ...convolution(3, (context) => dtypeOf(context, 7)), elementwiseOps: perOutput(3) },
  // Sampling at an offset interpolates between four neighbors for each multiply-accumulate; only the product is counted.
  DeformConv: convolutionEntry,
  ConvTranspose: transposedConvolution(),
};
