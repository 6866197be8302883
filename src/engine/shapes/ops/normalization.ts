import { say } from '../../../shared/messages/say';
import { type DType, dtypeFromOnnx } from '../../../shared/vocabulary/dtype';
import type { Dim } from '../algebra/dim';
import type { OpEntry, OpTable, RuleContext } from '../facts/rule';
import { type Count, multiply, perInput, perOutput } from './counting';
import { type Rule, sameAs } from './ruleMakers';
import { dtypeOf } from './shapeMath';

/** BatchNormalization: the statistics after training follow inputs 3 and 4 (two more, saved ones, before opset 14). */
function inferBatchNormalization(context: RuleContext): void {
  context.output(0, dtypeOf(context, 0), context.shape(0));
  const statistics = context.opset < 14 ? [3, 4, 3, 4] : [3, 4];
  for (const [index, source] of statistics.entries()) {
    context.output(index + 1, dtypeOf(context, source), context.shape(source));
  }
}

/** Shape of the statistics of a normalization over the dimensions from `axis` on: those become 1. */
function statisticsShape(shape: readonly Dim[], axis: number): readonly Dim[] {
  const first = axis < 0 ? axis + shape.length : axis;
  return shape.map((dim, index) => (index < first ? dim : 1));
}

/**
 * LayerNormalization (opset 17) and its com.microsoft relatives: Y like X, then `statistics` outputs (mean, inverse
 * deviation) of the type that `stash_type` says.
 */
export function inferLayerNormalization(statistics: number): Rule {
  return (context) => {
    const shape = context.shape(0);
    const axis = context.int('axis', -1);
    context.output(0, dtypeOf(context, 0), shape);
    if (shape === undefined) return;
    if (axis < -shape.length || axis >= shape.length) {
      context.problem(say('shapes.axis', { axis, rank: shape.length }));
      return;
    }
    const stash: DType = dtypeFromOnnx(context.int('stash_type', 1));
    for (let output = 1; output <= statistics; output++) context.output(output, stash, statisticsShape(shape, axis));
  };
}

/** RMSNormalization (opset 23): the shape of X, the type of the scale. */
function inferRmsNormalization(context: RuleContext): void {
  context.output(0, dtypeOf(context, 1), context.shape(0));
}

/** LRN: a window of `size` squares for each element, then power and division. */
const localResponseOps: Count = (context) => multiply(context.int('size', 1) + 3, context.outputElements(0));

/** Mean, deviation and scaling: two passes for the statistics, then scale and shift. */
const normalizationCost = 8;

/** A normalization that keeps type and shape of its input. */
export const normalization: OpEntry = { infer: sameAs(0), elementwiseOps: perOutput(normalizationCost) };

/** ai.onnx normalizations, all versions. */
export const normalizationOps: OpTable = {
  // Scale and shift are folded into one multiplication and one addition at inference.
  BatchNormalization: { infer: inferBatchNormalization, elementwiseOps: perOutput(2) },
  InstanceNormalization: normalization,
  GroupNormalization: normalization,
  LayerNormalization: { infer: inferLayerNormalization(2), elementwiseOps: perOutput(normalizationCost) },
  RMSNormalization: { infer: inferRmsNormalization, elementwiseOps: perOutput(4) },
  MeanVarianceNormalization: { infer: sameAs(0), elementwiseOps: perOutput(6) },
  LpNormalization: { infer: sameAs(0), elementwiseOps: perInput(3) },
  LRN: { infer: sameAs(0), elementwiseOps: localResponseOps },
};
