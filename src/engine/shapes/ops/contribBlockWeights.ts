import { say } from '../../../shared/messages/say';
import { dtypeFromOnnx } from '../../../shared/vocabulary/dtype';
import type { Dim } from '../algebra/dim';
import type { CountContext, OpEntry, OpTable, RuleContext } from '../facts/rule';
import { addUp, type Count, elementsOf, multiply, none, perOutput } from './counting';
import { gemmMacs, inferGemm } from './matrix';
import { dimOrNone, hasRank, shapeOf } from './ruleMakers';
import { dtypeOf, multiplyDims, normalizeAxis, replaceAxis } from './shapeMath';

/** The shape of A with `columns` in place of its last dimension, which should be `inner`. */
function withColumns(
  context: RuleContext,
  columns: Dim | undefined,
  inner: Dim | undefined,
): readonly Dim[] | undefined {
  const shape = context.shape(0);
  if (!hasRank(context, shape, 1, 'part.inputA')) return undefined;
  const last = shape.at(-1);
  if (typeof last === 'number' && typeof inner === 'number' && last !== inner) {
    context.problem(say('shapes.columns', { given: last, needed: inner }));
  }
  return shapeOf(...shape.slice(0, -1), columns);
}

/** A product by weights of N columns that are kept in blocks of few bits, so that their own shape does not tell. */
function blockProduct(
  columns: (context: RuleContext) => Dim | undefined,
  inner: (context: RuleContext) => Dim | undefined,
): OpEntry {
  return {
    infer: (context) => context.output(0, dtypeOf(context, 0), withColumns(context, columns(context), inner(context))),
    macs: (context) => multiply(context.outputElements(0), context.inputShape(0)?.at(-1)),
    elementwiseOps: none,
  };
}

/** MatMulBnb4 multiplies by the transposed weights [N, K] unless `transB` is 0. */
const isTransposed = (context: RuleContext): boolean => context.int('transB', 1) !== 0;

/** MatMulNBitsMlp: two products of the same input, one gates the other; then the sum in front of the normalization. */
function inferGatedProducts(context: RuleContext): void {
  const dtype = dtypeOf(context, 0);
  context.output(0, dtype, withColumns(context, context.int('N'), context.int('K')));
  context.output(1, dtype, context.shape(0));
}

/** MatMulNBitsQkv: queries, keys and values of the same input; then the sum in front of the normalization. */
function inferProjections(context: RuleContext): void {
  const dtype = dtypeOf(context, 0);
  const inner = context.int('K');
  for (const [output, columns] of [context.int('Nq'), context.int('Nkv'), context.int('Nkv')].entries()) {
    context.output(output, dtype, withColumns(context, columns, inner));
  }
  context.output(3, dtype, context.shape(0));
}

/** Rows of A times its columns times all columns of the results. */
const projectionMacs: Count = (context) =>
  multiply(
    context.inputShape(0)?.at(-1),
    addUp(context.outputElements(0), context.outputElements(1), context.outputElements(2)),
  );

/** Values that one element of the data holds: bytes hold several of `bits` bits each. */
function valuesPerElement(context: RuleContext): number {
  const bits = context.int('bits', 4);
  return dtypeOf(context, 0) === 'uint8' && bits > 0 && 8 % bits === 0 ? 8 / bits : 1;
}

/** GatherBlockQuantized: Gather of data in blocks (unpacked along the last dimension), as real numbers of the scales' type. */
function inferBlockGather(context: RuleContext): void {
  const packed = context.shape(0);
  const indices = context.shape(1);
  const dtype = dtypeOf(context, 2);
  if (!hasRank(context, packed, 1, 'part.data') || indices === undefined) {
    context.output(0, dtype, undefined);
    return;
  }
  const last = packed.length - 1;
  const data = replaceAxis(packed, last, multiplyDims(packed[last] ?? 1, valuesPerElement(context)));
  const axis = normalizeAxis(context.int('gather_axis', 0), data.length);
  context.output(0, dtype, [...data.slice(0, axis), ...indices, ...data.slice(axis + 1)]);
}

/** Weights that one byte of an expert holds, from `quant_type` and `expert_weight_bits`. */
function weightsPerByte(context: CountContext): number | undefined {
  const type = context.string('quant_type', 'int');
  if (type === 'fp8') return 1;
  if (type !== 'int') return 2;
  const bits = context.int('expert_weight_bits', 4);
  return bits > 0 ? 8 / bits : undefined;
}

/**
 * MoE, QMoE: tokens x k x the weights of one expert; `weights` are the inputs that hold [experts, ...]. Which experts a
 * token meets is decided in a run, how many is `k`.
 */
export function expertMacs(
  weights: readonly number[],
  perElement: (context: CountContext) => number | undefined,
): Count {
  return (context) => {
    const given = weights.filter((index) => (context.node.inputs[index] ?? '') !== '');
    const ofOne = addUp(...given.map((index) => elementsOf(context.inputShape(index)?.slice(1))));
    const rows = elementsOf(context.inputShape(0)?.slice(0, -1));
    return multiply(rows, context.int('k', 1), ofOne, perElement(context));
  };
}

export const quantizedExpertMacs = expertMacs([2, 5, 8], weightsPerByte);

/** com.microsoft products and look-ups with weights in blocks of few bits. */
export const contribBlockWeightOps: OpTable = {
  MatMulNBits: blockProduct(
    (context) => context.int('N'),
    (context) => context.int('K'),
  ),
  MatMulBnb4: blockProduct(
    (context) => context.int(isTransposed(context) ? 'N' : 'K'),
    (context) => context.int(isTransposed(context) ? 'K' : 'N'),
  ),
  // Input 2 states the shape [K, N] of the weights.
  MatMulFpQ4: blockProduct(
    (context) => context.input(2)?.value?.[1] ?? context.fresh('columns'),
    (context) => context.input(2)?.value?.[0],
  ),
  MatMulBlockQuantizedFp4Weight: blockProduct(
    (context) => dimOrNone(context.shape(1), 0),
    (context) => {
      const bytes = dimOrNone(context.shape(1), 1);
      return bytes === undefined ? undefined : multiplyDims(bytes, 2);
    },
  ),
  MatMulBlockQuantizedFp8Weight: blockProduct(
    (context) => dimOrNone(context.shape(1), 0),
    (context) => dimOrNone(context.shape(1), 1),
  ),
  MatMulNBitsMlp: {
    infer: inferGatedProducts,
    macs: (context) => multiply(2, context.outputElements(0), context.inputShape(0)?.at(-1)),
    elementwiseOps: perOutput(3),
  },
  MatMulNBitsQkv: { infer: inferProjections, macs: projectionMacs, elementwiseOps: none },
  GatherBlockQuantized: { infer: inferBlockGather, elementwiseOps: perOutput(2) },
  GemmFloat8: {
    infer: (context) => {
      const shape = inferGemm(context, context.shape(0), context.shape(1));
      context.output(0, dtypeFromOnnx(context.int('dtype', 1)), shape);
    },
    macs: gemmMacs,
    elementwiseOps: none,
  },
};
