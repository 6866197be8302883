import { dtypeFromOnnx } from '../../../shared/vocabulary/dtype';
import type { Dim } from '../algebra/dim';
import type { OpTable, RuleContext } from '../facts/rule';
import { addUp, type Count, multiply, none, perInput, perOutput, unknownCount } from './counting';
import { matMul } from './matrix';
import { dimOrNone, hasRank, sameAs, shapeAs, shapeOf } from './ruleMakers';
import { shapeFromInput } from './shapeInputs';
import { multiplyDims } from './shapeMath';

/** QOrderedAttention: [batch, sequence, features] through separate weights for queries, keys and values (inputs 5 to 7). */
function inferOrderedAttention(context: RuleContext): void {
  const input = context.shape(0);
  if (!hasRank(context, input, 3, 'part.input')) return;
  context.output(0, 'int8', shapeOf(input[0], input[1], dimOrNone(context.shape(7), 1)));
}

const orderedAttentionMacs: Count = (context) => {
  const [batch, sequence] = context.inputShape(0) ?? [];
  const weights = addUp(context.inputElements(5), context.inputElements(6), context.inputElements(7));
  const widths = addUp(context.inputShape(5)?.[1], context.inputShape(7)?.[1]);
  return addUp(multiply(batch, sequence, weights), multiply(batch, sequence, sequence, widths));
};

/** Steps between neighbors along each axis of a row-major tensor. */
function rowMajorStrides(shape: readonly Dim[]): Dim[] {
  const strides: Dim[] = [];
  let stride: Dim = 1;
  for (const size of shape.toReversed()) {
    strides.unshift(stride);
    stride = multiplyDims(stride, size);
  }
  return strides;
}

/** QuantizeBFP: bytes whose number depends on the format, then the shape and the strides of the tensor. */
function inferToBlocks(context: RuleContext): void {
  const shape = context.shape(0);
  context.output(0, 'uint8', [context.fresh('bytes')]);
  const rank = shape?.length ?? context.fresh('rank');
  context.output(1, 'int64', [rank], shape);
  context.output(2, 'int64', [rank], shape && rowMajorStrides(shape));
}

/** com.microsoft operators on bytes in the tile orders of cuBLASLt, which do not show in shapes, and on BFP numbers. */
export const contribOrderedOps: OpTable = {
  QuantizeWithOrder: { infer: shapeAs(0, 'int8'), elementwiseOps: perOutput(3) },
  DequantizeWithOrder: {
    infer: (context) => context.output(0, dtypeFromOnnx(context.int('to', 1)), context.shape(0)),
    elementwiseOps: perOutput(2),
  },
  QOrderedGelu: { infer: sameAs(0), elementwiseOps: perOutput(7) },
  QOrderedLayerNormalization: { infer: sameAs(0), elementwiseOps: perOutput(10) },
  QOrderedMatMul: matMul(() => 'int8', 0, 2),
  QOrderedAttention: {
    infer: inferOrderedAttention,
    macs: orderedAttentionMacs,
    elementwiseOps: (context) => {
      const [batch, sequence] = context.inputShape(0) ?? [];
      return multiply(5, batch, sequence, sequence, context.int('num_heads', 1));
    },
  },
  // How many tokens attend to all others is known only in a run.
  QOrderedLongformerAttention: { infer: sameAs(0), macs: unknownCount, elementwiseOps: unknownCount },
  QuantizeBFP: { infer: inferToBlocks, elementwiseOps: perInput(3) },
  DequantizeBFP: {
    infer: (context) => context.output(0, dtypeFromOnnx(context.int('dtype', 1)), shapeFromInput(context, 1)),
    elementwiseOps: none,
  },
};
