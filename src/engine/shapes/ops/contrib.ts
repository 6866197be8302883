import type { Dim } from '../algebra/dim';
import type { OpEntry, OpTable, RuleContext } from '../facts/rule';
import { channelsFirst, channelsLast, layoutConvolution } from './channelsLast';
import { contribAttentionOps } from './contribAttention';
import { contribBlockWeightOps, expertMacs, quantizedExpertMacs } from './contribBlockWeights';
import { contribGenerationOps } from './contribGeneration';
import { contribOrderedOps } from './contribOrdered';
import { contribPackedAttentionOps } from './contribPackedAttention';
import { contribQuantizationOps } from './contribQuantization';
import { convolutionEntry, convolutionMacs, transposedConvolution } from './convolution';
import { type Count, multiply, none, perInput, perOutput, unknownCount } from './counting';
import { gatheringOps } from './gathering';
import { joiningOps } from './joining';
import { contribLinearAttentionOps } from './linearAttention';
import { makingOps } from './making';
import { gemmMacs, inferGemm, matMul, matMulShape } from './matrix';
import { inferLayerNormalization, normalization } from './normalization';
import { pooledShape, poolOps } from './pooling';
import { contribRecurrentOps } from './recurrent';
import { resizeOps } from './resize';
import { dimOrNone, hasRank, outputsLike, type Rule, sameAs, shapeOf } from './ruleMakers';
import {
  addDims,
  broadcastShapes,
  ceilDivDims,
  dtypeOf,
  floorDivDims,
  multiplyDims,
  normalizeAxis,
  productOfDims,
  replaceAxis,
  subtractDims,
} from './shapeMath';

/** An operator that keeps type and shape of its first input, with `cost` operations for each element. */
function elementwise(cost: number): OpEntry {
  return { infer: sameAs(0), elementwiseOps: perOutput(cost) };
}

/** The last two dimensions swapped; with `batch` the others move behind the rows (FusedMatMul `transBatchA`). */
function transposedOperand(context: RuleContext, index: number, side: 'A' | 'B'): readonly Dim[] | undefined {
  let shape = context.shape(index);
  if (shape === undefined || shape.length < 2) return shape;
  if (context.int(`transBatch${side}`, 0) !== 0) {
    const [first = 1, ...others] = shape;
    shape = [...others.slice(0, -1), first, ...others.slice(-1)];
  }
  if (context.int(`trans${side}`, 0) === 0) return shape;
  return [...shape.slice(0, -2), ...shape.slice(-1), ...shape.slice(-2, -1)];
}

/** FusedMatMul: MatMul of operands that may be transposed first. */
function inferFusedMatMul(context: RuleContext, dtype = dtypeOf(context, 0)): void {
  const left = transposedOperand(context, 0, 'A');
  const right = transposedOperand(context, 1, 'B');
  context.output(0, dtype, matMulShape(context, left, right));
}

const fusedMatMulMacs: Count = (context) => {
  const left = context.inputShape(0);
  const transposed = context.int('transA', 0) !== 0;
  const rowsMoved = context.int('transBatchA', 0) !== 0;
  const inner = transposed ? (rowsMoved ? left?.[0] : left?.at(-2)) : left?.at(-1);
  return multiply(context.outputElements(0), inner);
};

const fusedMatMul: OpEntry = {
  infer: (context) => inferFusedMatMul(context),
  macs: fusedMatMulMacs,
  elementwiseOps: none,
};

const gemm: OpEntry = {
  infer: (context) => context.output(0, dtypeOf(context, 0), inferGemm(context, context.shape(0), context.shape(1))),
  macs: gemmMacs,
  elementwiseOps: none,
};

const channelsLastConv = (filters: 'first' | 'last'): OpEntry => ({
  infer: (context) => layoutConvolution(context, { weights: 1, dtypeAt: 0, data: 'last', filters }),
  macs: convolutionMacs(),
  elementwiseOps: none,
});

const channelsLastMaxPool: OpEntry = {
  infer: (context) =>
    context.output(0, dtypeOf(context, 0), channelsLast(pooledShape(context, channelsFirst(context.shape(0))))),
  elementwiseOps: poolOps,
};

/** SkipLayerNormalization and its simplified form: mean, inverse deviation, and the sum before the normalization. */
const skipNormalization: OpEntry = {
  infer: (context) => {
    inferLayerNormalization(2)(context);
    context.output(3, dtypeOf(context, 0), context.shape(0));
  },
  elementwiseOps: perOutput(9),
};

/** EmbedLayerNormalization: ids [batch, sequence] become [batch, sequence, hidden]; then the mask's lengths [batch]. */
function inferEmbedding(dtypeAt: number): Rule {
  return (context) => {
    const ids = context.shape(0);
    const embedded = shapeOf(dimOrNone(ids, 0), dimOrNone(ids, 1), dimOrNone(context.shape(2), 1));
    const dtype = dtypeOf(context, dtypeAt);
    context.output(0, dtype, embedded);
    context.output(1, 'int32', shapeOf(dimOrNone(ids, 0)));
    context.output(2, dtype, embedded);
  };
}

/** BiasSplitGelu: the last dimension is split in halves, one gates the other. */
function inferSplitGelu(context: RuleContext): void {
  const shape = context.shape(0);
  if (!hasRank(context, shape, 1, 'part.input')) return;
  const last = shape.length - 1;
  context.output(0, dtypeOf(context, 0), replaceAxis(shape, last, floorDivDims(shape[last] ?? 0, 2)));
}

/** BiasDropout: the result and its mask. */
function inferDropout(context: RuleContext): void {
  context.output(0, dtypeOf(context, 0), context.shape(0));
  context.output(1, 'bool', context.shape(0));
}

/** BitmaskDropout, BitmaskBiasDropout: the result and a mask of 32 elements per number. */
function inferBitmaskDropout(context: RuleContext): void {
  const shape = context.shape(0);
  context.output(0, dtypeOf(context, 0), shape);
  context.output(1, 'uint32', shape && [ceilDivDims(productOfDims(shape), 32)]);
}

/** ExpandDims: a 1 inserted at the axis in input 1. */
function inferExpandDims(context: RuleContext): void {
  const shape = context.shape(0);
  const axis = context.numbers(1)?.[0];
  if (shape === undefined) return;
  if (axis === undefined) {
    context.output(
      0,
      dtypeOf(context, 0),
      Array.from({ length: shape.length + 1 }, (_, at) => context.fresh(`d${at}`)),
    );
    return;
  }
  const place = normalizeAxis(axis, shape.length + 1);
  context.output(0, dtypeOf(context, 0), [...shape.slice(0, place), 1, ...shape.slice(place)], context.input(0)?.value);
}

/** Rfft: real signals in the last dimension become pairs [floor(n / 2) + 1, 2]. */
function inferRfft(context: RuleContext): void {
  const shape = context.shape(0);
  if (!hasRank(context, shape, 1, 'part.input')) return;
  const half = addDims(floorDivDims(shape.at(-1) ?? 0, 2), 1);
  context.output(0, dtypeOf(context, 0), [...shape.slice(0, -1), half, 2]);
}

/** Irfft: pairs [n, 2] become 2 (n - 1) real numbers. */
function inferIrfft(context: RuleContext): void {
  const shape = context.shape(0);
  if (!hasRank(context, shape, 2, 'part.input')) return;
  const restored = multiplyDims(subtractDims(shape.at(-2) ?? 0, 1), 2);
  context.output(0, dtypeOf(context, 0), [...shape.slice(0, -2), restored]);
}

const fourierOps: Count = (context) => {
  const length = context.inputShape(0)?.at(-1);
  return length === undefined ? undefined : multiply(2.5 * Math.log2(Math.max(2, length)), context.inputElements(0));
};

/** ComplexMul: pairs in the last dimension, broadcast. */
const complexProduct: OpEntry = {
  infer: (context) => context.output(0, dtypeOf(context, 0), broadcastShapes(context.shape(0), context.shape(1))),
  elementwiseOps: perOutput(3),
};

/** CDist: distances of every row of A to every row of B. */
const distances: OpEntry = {
  infer: (context) =>
    context.output(0, dtypeOf(context, 0), shapeOf(dimOrNone(context.shape(0), 0), dimOrNone(context.shape(1), 0))),
  elementwiseOps: (context) => multiply(3, context.outputElements(0), context.inputShape(0)?.[1]),
};

/** CropAndResize: [regions, C, crop height, crop width]; the size is in input 3. */
function inferCropAndResize(context: RuleContext): void {
  const [height, width] = context.input(3)?.value ?? [];
  const sizes = [height ?? context.fresh('height'), width ?? context.fresh('width')];
  context.output(
    0,
    dtypeOf(context, 0),
    shapeOf(dimOrNone(context.shape(1), 0), dimOrNone(context.shape(0), 1), ...sizes),
  );
}

/** MaxpoolWithMask: the mask does not change the shape. */
function inferMaskedPool(context: RuleContext): void {
  context.output(0, dtypeOf(context, 0), pooledShape(context, context.shape(0)));
}

/** TorchEmbedding: a row of the table for each index. */
function inferTorchEmbedding(context: RuleContext): void {
  const indices = context.shape(1);
  const width = dimOrNone(context.shape(0), 1);
  context.output(0, dtypeOf(context, 0), indices === undefined ? undefined : shapeOf(...indices, width));
}

/** MurmurHash3: one 32-bit number for each element. */
function inferHash(context: RuleContext): void {
  context.output(0, context.int('positive', 1) === 1 ? 'uint32' : 'int32', context.shape(0));
}

/** WordConvEmbedding: words as rows of characters become rows of `embedding_size` (the filters of W) numbers. */
function inferWordEmbedding(context: RuleContext): void {
  const size = context.int('embedding_size') ?? dimOrNone(context.shape(1), 0);
  context.output(0, dtypeOf(context, 1), shapeOf(dimOrNone(context.shape(0), 0), size));
}

/** Every position of the window over a word's characters meets all filters [filters, 1, window, character size]. */
const wordEmbeddingMacs: Count = (context) => {
  const [words, characters] = context.inputShape(0) ?? [];
  const window = context.inputShape(1)?.[2];
  const positions = characters === undefined || window === undefined ? undefined : Math.max(0, characters - window + 1);
  return multiply(words, positions, context.inputElements(1));
};

/** AllGather: the parts of `group_size` devices, joined on `axis`. */
function inferAllGather(context: RuleContext): void {
  const shape = context.shape(0);
  if (!hasRank(context, shape, 1, 'part.input')) return;
  const axis = normalizeAxis(context.int('axis', 0), shape.length);
  const size = multiplyDims(shape[axis] ?? 0, context.int('group_size', 1));
  context.output(0, dtypeOf(context, 0), replaceAxis(shape, axis, size));
}

/** UnfoldTensor: windows of `size` every `step` along `dim` become a new last dimension. */
function inferUnfold(context: RuleContext): void {
  const shape = context.shape(0);
  const size = context.int('size');
  if (!hasRank(context, shape, 1, 'part.input') || size === undefined) return;
  const axis = normalizeAxis(context.int('dim', -1), shape.length);
  const windows = addDims(floorDivDims(subtractDims(shape[axis] ?? 0, size), context.int('step', 1)), 1);
  context.output(0, dtypeOf(context, 0), [...replaceAxis(shape, axis, windows), size]);
}

/** Unique of a vector: the values, the place of each element among them, and how often each occurs. */
function inferUnique(context: RuleContext): void {
  const count = context.fresh('count');
  context.output(0, dtypeOf(context, 0), [count]);
  context.output(1, 'int64', context.shape(0));
  context.output(2, 'int64', [count]);
}

/** Operators that came to com.microsoft before the standard, or stayed there, and do the same. */
function pick(table: OpTable, ...names: readonly string[]): OpTable {
  return Object.fromEntries(Object.entries(table).filter(([name]) => names.includes(name)));
}

/** com.microsoft operators on real tensors, attention and quantized operators included. */
export const contribOps: OpTable = {
  ...contribAttentionOps,
  ...contribPackedAttentionOps,
  ...contribLinearAttentionOps,
  ...contribRecurrentOps,
  ...contribQuantizationOps,
  ...contribBlockWeightOps,
  ...contribOrderedOps,
  ...contribGenerationOps,
  ...pick(gatheringOps, 'GatherND', 'Trilu'),
  ...pick(joiningOps, 'Pad'),
  ...pick(makingOps, 'Range'),
  ...pick(resizeOps, 'GridSample'),
  Unique: { infer: inferUnique },
  FusedConv: convolutionEntry,
  NhwcConv: channelsLastConv('last'),
  NhwcFusedConv: channelsLastConv('first'),
  NhwcMaxPool: channelsLastMaxPool,
  ConvTransposeWithDynamicPads: transposedConvolution((context) => context.numbers(2)),
  FusedGemm: gemm,
  FusedMatMul: fusedMatMul,
  FusedMatMulActivation: fusedMatMul,
  TransposeMatMul: fusedMatMul,
  // How many products a sparse matrix needs depends on its zeros.
  SparseToDenseMatMul: {
    infer: (context) => inferFusedMatMul(context, dtypeOf(context, 1)),
    macs: unknownCount,
    elementwiseOps: none,
  },
  GemmFastGelu: matMul((context) => dtypeOf(context, 0)),
  Gelu: elementwise(5),
  FastGelu: elementwise(8),
  QuickGelu: elementwise(3),
  BiasGelu: elementwise(6),
  BiasAdd: elementwise(2),
  BiasSoftmax: elementwise(6),
  BiasDropout: { infer: inferDropout },
  BitmaskDropout: { infer: inferBitmaskDropout, elementwiseOps: perInput(2) },
  BitmaskBiasDropout: { infer: inferBitmaskDropout, elementwiseOps: perInput(3) },
  GatedAdd: elementwise(2),
  // One gate for each token and connection, from the products of normalized keys and queries.
  EngramGate: { infer: outputsLike(1, 1), elementwiseOps: perOutput(12) },
  BiasSplitGelu: { infer: inferSplitGelu, elementwiseOps: perInput(4) },
  LayerNormalization: { infer: inferLayerNormalization(2), elementwiseOps: perOutput(8) },
  SimplifiedLayerNormalization: { infer: inferLayerNormalization(1), elementwiseOps: perOutput(4) },
  SkipLayerNormalization: skipNormalization,
  SkipSimplifiedLayerNormalization: skipNormalization,
  EmbedLayerNormalization: { infer: inferEmbedding(2), elementwiseOps: perOutput(10) },
  QEmbedLayerNormalization: { infer: inferEmbedding(8), elementwiseOps: perOutput(12) },
  GroupNorm: normalization,
  SkipGroupNorm: { infer: outputsLike(0, 0), elementwiseOps: perOutput(9) },
  ExpandDims: { infer: inferExpandDims, elementwiseOps: none, viewOnly: true },
  Rfft: { infer: inferRfft, elementwiseOps: fourierOps },
  Irfft: { infer: inferIrfft, elementwiseOps: fourierOps },
  ComplexMul: complexProduct,
  ComplexMulConj: complexProduct,
  CDist: distances,
  Inverse: {
    infer: sameAs(0),
    elementwiseOps: (context) => multiply(context.outputElements(0), context.inputShape(0)?.at(-1)),
  },
  CropAndResize: { infer: inferCropAndResize, elementwiseOps: perOutput(8) },
  MoE: { infer: sameAs(0), macs: expertMacs([2, 4, 6], () => 1), elementwiseOps: none },
  QMoE: { infer: sameAs(0), macs: quantizedExpertMacs, elementwiseOps: none },
  MaxpoolWithMask: { infer: inferMaskedPool, elementwiseOps: poolOps },
  IsAllFinite: { infer: (context) => context.output(0, 'bool', []), elementwiseOps: perInput(1) },
  TorchEmbedding: { infer: inferTorchEmbedding, elementwiseOps: none },
  MurmurHash3: { infer: inferHash, elementwiseOps: perOutput(12) },
  UnfoldTensor: { infer: inferUnfold, elementwiseOps: none },
  WordConvEmbedding: { infer: inferWordEmbedding, macs: wordEmbeddingMacs, elementwiseOps: none },
  SampleOp: { infer: sameAs(0), elementwiseOps: none },
  // Between devices that share one model: what each of them holds is a tensor of its own.
  AllReduce: elementwise(1),
  AllToAll: { infer: sameAs(0), elementwiseOps: none },
  AllGather: { infer: inferAllGather, elementwiseOps: none },
};
