import type { DType } from '../../../shared/vocabulary/dtype';
import type { Dim, Shape } from '../algebra/dim';
import type { OpEntry, OpTable, RuleContext } from '../facts/rule';
import { channelsFirst, channelsLast, layoutConvolution } from './channelsLast';
import { convolutionMacs } from './convolution';
import { none, perInput, perOutput } from './counting';
import { gemmMacs, inferGemm, matMul } from './matrix';
import { globallyPooled, pooledShape, poolOps } from './pooling';
import { dequantizeEntry, quantizeEntry } from './quantization';
import { hasInput, sameAs } from './ruleMakers';
import { addDims, broadcastShapes, dtypeOf, normalizeAxes, normalizeAxis, replaceAxis } from './shapeMath';

/** True when the node keeps its channels in the last dimension. */
function isChannelsLast(context: RuleContext): boolean {
  return context.int('channels_last', 0) !== 0;
}

/** Element-wise operators on quantized operands at inputs `operands`; each operand is followed by its scale and zero point. */
function quantizedBroadcast(dtypeAt: number, ...operands: readonly number[]): OpEntry {
  return {
    infer: (context) => {
      const shape = broadcastShapes(...operands.map((index) => context.shape(index)));
      context.output(0, dtypeOf(context, dtypeAt), shape);
    },
    elementwiseOps: perOutput(5),
  };
}

const quantizedUnary: OpEntry = { infer: sameAs(0), elementwiseOps: perOutput(4) };

/** QLinearConcat: scale and zero point of the result, then (tensor, scale, zero point) for each operand. */
function inferQuantizedConcat(context: RuleContext): void {
  const dtype = dtypeOf(context, 1);
  const first = context.shape(2);
  let size: Dim | undefined = 0;
  if (first === undefined) {
    context.output(0, dtype, undefined);
    return;
  }
  const axis = normalizeAxis(context.int('axis', 1), first.length);
  for (let index = 2; index < context.inputCount; index += 3) {
    const part: Dim | undefined = context.shape(index)?.[axis];
    size = part === undefined || size === undefined ? undefined : addDims(size, part);
  }
  context.output(0, dtype, replaceAxis(first, axis, size ?? context.fresh('joined')));
}

/** QLinearAveragePool and QLinearGlobalAveragePool in either layout. */
function quantizedPool(shapeOfPool: (context: RuleContext, input: Shape) => Shape): OpEntry['infer'] {
  return (context) => {
    const input = context.shape(0);
    const shape = isChannelsLast(context)
      ? channelsLast(shapeOfPool(context, channelsFirst(input)))
      : shapeOfPool(context, input);
    context.output(0, dtypeOf(context, 0), shape);
  };
}

/** Shape after a reduction whose axes are an attribute; none means all. */
function reducedByAttribute(context: RuleContext): Shape {
  const shape = context.shape(0);
  if (shape === undefined) return undefined;
  const stated = context.ints('axes') ?? [];
  const axes = normalizeAxes(stated.length === 0 ? [...shape.keys()] : stated, shape.length);
  const keep = context.int('keepdims', 1) !== 0;
  return keep ? shape.map((dim, axis) => (axes.has(axis) ? 1 : dim)) : shape.filter((_, axis) => !axes.has(axis));
}

function inferQuantizedMean(context: RuleContext): void {
  context.output(0, dtypeOf(context, 0), reducedByAttribute(context));
}

/** MulInteger: A, its zero point, B, its zero point. */
function inferIntegerProduct(context: RuleContext): void {
  context.output(0, 'int32', broadcastShapes(context.shape(0), context.shape(2)));
}

/** QGemm: real numbers unless a zero point for the result (input 8) is given. */
function quantizedGemmType(context: RuleContext): DType {
  return hasInput(context, 8) ? dtypeOf(context, 8) : dtypeOf(context, 1);
}

const quantizedGemm: OpEntry = {
  infer: (context) =>
    context.output(0, quantizedGemmType(context), inferGemm(context, context.shape(0), context.shape(3))),
  macs: gemmMacs,
  elementwiseOps: none,
};

/** MatMulInteger16: without a sign where neither operand has one. */
function wideProductType(context: RuleContext): DType {
  return dtypeOf(context, 0) === 'uint16' && dtypeOf(context, 1) === 'uint16' ? 'uint32' : 'int32';
}

/** ReduceSumInteger: sums of bytes in 32 bits, with the sign of the bytes. */
function inferIntegerSum(context: RuleContext): void {
  const dtype = dtypeOf(context, 0) === 'uint8' ? 'uint32' : 'int32';
  context.output(0, dtype, reducedByAttribute(context));
}

const quantizedConvolution: OpEntry = {
  infer: (context) =>
    layoutConvolution(context, { weights: 3, dtypeAt: 7, data: isChannelsLast(context) ? 'last' : 'first' }),
  macs: convolutionMacs(3),
  elementwiseOps: perOutput(3),
};

/** com.microsoft operators on quantized tensors. */
export const contribQuantizationOps: OpTable = {
  QuantizeLinear: quantizeEntry,
  DequantizeLinear: dequantizeEntry,
  QLinearAdd: quantizedBroadcast(0, 0, 3),
  QLinearMul: quantizedBroadcast(0, 0, 3),
  QLinearWhere: quantizedBroadcast(1, 0, 1, 4),
  QLinearSigmoid: quantizedUnary,
  QLinearLeakyRelu: quantizedUnary,
  QLinearSoftmax: { infer: sameAs(0), elementwiseOps: perOutput(6) },
  QLinearConcat: { infer: inferQuantizedConcat, elementwiseOps: perOutput(3) },
  QLinearAveragePool: { infer: quantizedPool(pooledShape), elementwiseOps: poolOps },
  QLinearGlobalAveragePool: { infer: quantizedPool((_, input) => globallyPooled(input)), elementwiseOps: perInput(1) },
  QLinearReduceMean: { infer: inferQuantizedMean, elementwiseOps: perInput(1) },
  ReduceSumInteger: { infer: inferIntegerSum, elementwiseOps: perInput(1) },
  QLinearConv: quantizedConvolution,
  QGemm: quantizedGemm,
  MulInteger: { infer: inferIntegerProduct, elementwiseOps: perOutput(3) },
  MatMulInteger16: matMul(wideProductType),
  MatMulIntegerToFloat: matMul((context) => dtypeOf(context, 2)),
  DynamicQuantizeMatMul: matMul((context) => dtypeOf(context, 0)),
};
