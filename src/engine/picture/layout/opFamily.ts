import type { OpFamily } from '../../../shared/picture/scene';

/** Operators of ONNX (opset 1 to 24, `ai.onnx.ml` and the contributed ones that exporters write) by what they do. */
const operators: Readonly<Partial<Record<OpFamily, string>>> = {
  convolution: 'Conv ConvTranspose DeformConv FusedConv NhwcConv DepthToSpace Col2Im',
  matrix: 'MatMul Gemm Einsum FusedMatMul FusedGemm MatMulNBits Det',
  activation:
    'Relu LeakyRelu PRelu Elu Selu Celu Sigmoid HardSigmoid HardSwish Swish Tanh Softplus Softsign Softmax LogSoftmax Hardmax Gelu FastGelu QuickGelu BiasGelu Mish ThresholdedRelu Clip Erf Shrink',
  normalization:
    'BatchNormalization InstanceNormalization LayerNormalization GroupNormalization RMSNormalization SimplifiedLayerNormalization SkipLayerNormalization LRN LpNormalization MeanVarianceNormalization Dropout',
  pooling: 'MaxPool AveragePool LpPool GlobalAveragePool GlobalMaxPool GlobalLpPool MaxRoiPool RoiAlign MaxUnpool',
  elementwise:
    'Add Sub Mul Div Pow Mod Neg Abs Sqrt Reciprocal Exp Log Ceil Floor Round Sign Sin Cos Tan Asin Acos Atan Sinh Cosh Asinh Acosh Atanh Min Max Mean Sum And Or Xor Not Equal Less LessOrEqual Greater GreaterOrEqual Where BitShift BitwiseAnd BitwiseOr BitwiseXor BitwiseNot IsInf IsNaN Cast CastLike',
  shape:
    'Reshape Flatten Squeeze Unsqueeze Transpose Concat Split Slice Pad Tile Expand Gather GatherElements GatherND Scatter ScatterElements ScatterND Resize Upsample SpaceToDepth Shape Size Identity Range ConstantOfShape EyeLike OneHot Compress NonZero Trilu ReverseSequence CenterCropPad GridSample AffineGrid Constant',
  reduction:
    'ReduceSum ReduceMean ReduceMax ReduceMin ReduceProd ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp ReduceSumSquare ArgMax ArgMin TopK CumSum CumProd Unique NonMaxSuppression',
  recurrent: 'LSTM GRU RNN',
  quantization:
    'QuantizeLinear DequantizeLinear DynamicQuantizeLinear QLinearConv QLinearMatMul QLinearAdd QLinearMul QGemm ConvInteger MatMulInteger DynamicQuantizeMatMul MatMulIntegerToFloat',
  control: 'If Loop Scan SequenceMap Optional OptionalGetElement OptionalHasElement',
  attention: 'Attention MultiHeadAttention GroupQueryAttention RotaryEmbedding PackedAttention TensorScatter',
};

function familyTable(): ReadonlyMap<string, OpFamily> {
  const table = new Map<string, OpFamily>();
  for (const [family, names] of Object.entries(operators) as [OpFamily, string][]) {
    for (const name of names.split(' ')) table.set(name, family);
  }
  return table;
}

const table = familyTable();

/** Family of an operator, for the bar at the left edge of its node; `other` for operators that are not listed. */
export function opFamily(op: string): OpFamily {
  return table.get(op) ?? 'other';
}
