import type { OpTable, RuleContext } from '../facts/rule';
import { perInput } from './counting';
import { dtypeOf } from './shapeMath';

/** The loss of every target with `reduction` none, else one number. */
function inferLoss(context: RuleContext): void {
  const each = context.string('reduction', 'mean') === 'none';
  context.output(0, dtypeOf(context, 0), each ? context.shape(1) : []);
}

/** SoftmaxCrossEntropyLoss (opset 12): the loss, then the logarithms of the probabilities. */
function inferCrossEntropy(context: RuleContext): void {
  inferLoss(context);
  context.output(1, dtypeOf(context, 0), context.shape(0));
}

/** ai.onnx losses. */
export const lossOps: OpTable = {
  NegativeLogLikelihoodLoss: { infer: inferLoss, elementwiseOps: perInput(2, 1) },
  SoftmaxCrossEntropyLoss: { infer: inferCrossEntropy, elementwiseOps: perInput(6) },
};
