import type { DType } from '../../../shared/vocabulary/dtype';
import type { Dim, Shape } from '../algebra/dim';
import type { CountContext, OpEntry, OpTable, RuleContext } from '../facts/rule';
import { multiply, perInput, perOutput } from './counting';
import { dimOrNone, dimsFromValue, hasRank, shapeOf } from './ruleMakers';
import { dtypeOf } from './shapeMath';
import { readWindow, type SlidingWindow, slide, transposedSize } from './slidingWindow';

/** [N, C, positions of the window...] for X [N, C, spatial...]. */
export function pooledShape(context: RuleContext, input: Shape): Shape {
  if (!hasRank(context, input, 3, 'part.input')) return undefined;
  const [batch = 0, channels = 0, ...spatial] = input;
  const window = readWindow(context, spatial.length, undefined);
  if (window === undefined) return undefined;
  const isDilatedSame = window.padding === 'same' && window.dilations.some((dilation) => dilation > 1);
  const sizes = isDilatedSame ? dilatedSameSizes(context, window, spatial) : slide(context, window, spatial);
  return sizes && [batch, channels, ...sizes];
}

/**
 * SAME padding of pooling operators is that of the kernel without its dilation (ONNX Runtime does it so in all versions),
 * so that a dilated window does not reach every position.
 */
function dilatedSameSizes(context: RuleContext, window: SlidingWindow, spatial: readonly Dim[]): readonly Dim[] {
  return spatial.map((size, axis) => {
    const [kernel, stride, dilation] = [window.kernel[axis], window.strides[axis] ?? 1, window.dilations[axis] ?? 1];
    if (typeof size !== 'number' || typeof kernel !== 'number') return context.undecided(`d${axis}`, [size, kernel]);
    const padded = (Math.ceil(size / stride) - 1) * stride + kernel;
    return Math.floor((padded - dilation * (kernel - 1) - 1) / stride) + 1;
  });
}

/** MaxPool (indices from opset 8 on), AveragePool, LpPool. */
function inferPool(context: RuleContext): void {
  const shape = pooledShape(context, context.shape(0));
  context.output(0, dtypeOf(context, 0), shape);
  context.output(1, 'int64', shape);
}

/** One operation for each element of the window at each of its positions. */
export function poolOps(context: CountContext): number | undefined {
  return multiply(context.outputElements(0), ...(context.ints('kernel_shape') ?? [undefined]));
}

/** Global pooling: every spatial dimension becomes 1. */
export function globallyPooled(shape: Shape): Shape {
  return shape?.map((dim, index) => (index < 2 ? dim : 1));
}

export const poolEntry: OpEntry = { infer: inferPool, elementwiseOps: poolOps };

export const globalPoolEntry: OpEntry = {
  infer: (context) => context.output(0, dtypeOf(context, 0), globallyPooled(context.shape(0))),
  elementwiseOps: perInput(1),
};

/** MaxUnpool (opset 9): the stated output shape, else the size from which the same MaxPool would have come. */
function inferUnpool(context: RuleContext): void {
  const dtype = dtypeOf(context, 0);
  const input = context.shape(0);
  if (!hasRank(context, input, 3, 'part.input')) return;
  if (context.input(2) !== undefined) {
    context.output(0, dtype, dimsFromValue(context, 2) ?? input.map((_, index) => context.fresh(`d${index}`)));
    return;
  }
  const [batch = 0, channels = 0, ...spatial] = input;
  const window = readWindow(context, spatial.length, undefined);
  const sizes = window && spatial.map((size, index) => transposedSize(window, index, size, 0));
  context.output(0, dtype, sizes && [batch, channels, ...sizes]);
}

/** One pooled map of fixed size for each region: [regions, C, height, width]. */
function regionPool(context: RuleContext, dtype: DType, sizes: readonly Dim[] | undefined): void {
  const regions = dimOrNone(context.shape(1), 0);
  context.output(0, dtype, shapeOf(regions, dimOrNone(context.shape(0), 1), ...(sizes ?? [undefined])));
}

const maxRoiPool: OpEntry = {
  infer: (context) => regionPool(context, dtypeOf(context, 0), context.ints('pooled_shape')),
  elementwiseOps: perOutput(4),
};

/** RoiAlign (opset 10 on): four-point interpolation for every sample of an output bin. */
const roiAlign: OpEntry = {
  infer: (context) =>
    regionPool(context, dtypeOf(context, 0), [context.int('output_height', 1), context.int('output_width', 1)]),
  elementwiseOps: (context) => {
    const ratio = context.int('sampling_ratio', 0);
    return ratio === 0 ? undefined : multiply(8 * ratio * ratio, context.outputElements(0));
  },
};

/** ai.onnx pooling, all versions. */
export const poolingOps: OpTable = {
  MaxPool: poolEntry,
  AveragePool: poolEntry,
  LpPool: poolEntry,
  GlobalAveragePool: globalPoolEntry,
  GlobalMaxPool: globalPoolEntry,
  GlobalLpPool: globalPoolEntry,
  MaxUnpool: { infer: inferUnpool, elementwiseOps: () => 0 },
  MaxRoiPool: maxRoiPool,
  RoiAlign: roiAlign,
};
