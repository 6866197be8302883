import { describe, expect, it } from 'vitest';
import { operatorCoverage, unknownOperators } from '../../../src/engine/shapes/ops/coverage';
import { inferBuilt } from '../../support/inferBuilt';
import { hasOperatorCases, operatorCases } from '../../support/operatorCases';

/** ai.onnx up to opset 28 (ONNX 1.23), as its documentation lists them. */
const standard = `
Abs Acos Acosh Add AffineGrid And ArgMax ArgMin Asin Asinh Atan Atanh Attention AveragePool BatchNormalization Bernoulli
BitCast BitShift BitwiseAnd BitwiseNot BitwiseOr BitwiseXor BlackmanWindow Cast CastLike CausalConvWithState Ceil Celu
CenterCropPad Clip
Col2Im Compress Concat ConcatFromSequence Constant ConstantOfShape Conv ConvInteger ConvTranspose Cos Cosh CumProd CumSum
DFT DeformConv DepthToSpace DequantizeLinear Det Div Dropout DynamicQuantizeLinear Einsum Elu Equal Erf Exp Expand EyeLike
Flatten Floor GRU Gather GatherElements GatherND Gelu Gemm GlobalAveragePool GlobalLpPool GlobalMaxPool Greater
GreaterOrEqual GridSample GroupNormalization HammingWindow HannWindow HardSigmoid HardSwish Hardmax Identity If
ImageDecoder InstanceNormalization IsInf IsNaN LRN LSTM LayerNormalization LeakyRelu Less LessOrEqual LinearAttention Log LogSoftmax
Loop
LpNormalization LpPool MatMul MatMulInteger Max MaxPool MaxRoiPool MaxUnpool Mean MeanVarianceNormalization
MelWeightMatrix Min Mish Mod Mul Multinomial Neg NegativeLogLikelihoodLoss NonMaxSuppression NonZero Not OneHot Optional
OptionalGetElement OptionalHasElement Or PRelu Pad Pow QLinearConv QLinearMatMul QuantizeLinear RMSNormalization RNN
RandomNormal RandomNormalLike RandomUniform RandomUniformLike Range Reciprocal ReduceL1 ReduceL2 ReduceLogSum
ReduceLogSumExp ReduceMax ReduceMean ReduceMin ReduceProd ReduceSum ReduceSumSquare RegexFullMatch Relu Reshape Resize
ReverseSequence RoiAlign RotaryEmbedding Round STFT Scan Scatter ScatterElements ScatterND Selu SequenceAt
SequenceConstruct SequenceEmpty SequenceErase SequenceInsert SequenceLength SequenceMap Shape Shrink Sigmoid Sign Sin Sinh
Size Slice Softmax SoftmaxCrossEntropyLoss Softplus Softsign SpaceToDepth Split SplitToSequence Sqrt Squeeze StringConcat
StringNormalizer StringSplit Sub Sum SwiGLU Swish Tan Tanh TensorScatter TfIdfVectorizer ThresholdedRelu Tile TopK Transpose Trilu
Unique Unsqueeze Upsample Where Xor
`;

/** Experimental operators of opset 1 that old files still hold. */
const experimental = 'Affine ConstantFill ConstantLike Crop DynamicSlice ImageScaler ParametricSoftplus ScaledTanh';

const classical = `
ArrayFeatureExtractor Binarizer CastMap CategoryMapper DictVectorizer FeatureVectorizer Imputer LabelEncoder
LinearClassifier LinearRegressor Normalizer OneHotEncoder SVMClassifier SVMRegressor Scaler TreeEnsemble
TreeEnsembleClassifier TreeEnsembleRegressor ZipMap
`;

const words = (text: string): string[] => text.trim().split(/\s+/);
const known = new Map(operatorCoverage().map((each) => [each.domain, new Set(each.operators)]));
const missing = (domain: string, names: readonly string[]): string[] =>
  names.filter((name) => !known.get(domain)?.has(name));

describe('operator coverage', () => {
  it('knows all of ai.onnx and its old experimental operators', () => {
    expect(missing('', [...words(standard), ...words(experimental)])).toEqual([]);
  });

  it('knows all of ai.onnx.ml', () => {
    expect(missing('ai.onnx.ml', words(classical))).toEqual([]);
  });

  it.runIf(hasOperatorCases)('knows every operator of the ONNX test data', () => {
    const used = new Set<string>();
    for (const { model } of operatorCases()) {
      for (const node of model.graph?.node ?? []) used.add(`${node.domain ?? ''}:${node.opType ?? ''}`);
    }
    const unknown = [...used].filter((key) => {
      const [domain = '', op = ''] = key.split(':');
      return !known.get(domain)?.has(op);
    });
    expect(unknown).toEqual([]);
  });

  it('counts what a model uses that is not known', () => {
    const { model } = inferBuilt({
      opset: 17,
      domains: { 'my.domain': 1 },
      tensors: { x: { dtype: 'float32', shape: [2] } },
      nodes: [
        { op: 'Relu', inputs: ['x'], outputs: ['a'] },
        { op: 'Mystery', domain: 'my.domain', inputs: ['a'], outputs: ['b'] },
        { op: 'Mystery', domain: 'my.domain', inputs: ['b'], outputs: ['c'] },
      ],
    });
    expect(unknownOperators(model)).toEqual([{ domain: 'my.domain', operator: 'Mystery', nodes: 2 }]);
  });
});
