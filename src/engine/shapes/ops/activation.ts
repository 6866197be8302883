import type { OpEntry, OpTable, RuleContext } from '../rule';
import { type Count, perOutput } from './counting';
import { factOf, sameAs } from './ruleMakers';
import { dtypeOf, maxDim } from './shapeMath';

/** One result per element, of the input's type. `cost` is the number of element-wise operations for one element. */
function activation(cost = 1): OpEntry {
  return { infer: sameAs(0), elementwiseOps: perOutput(cost) };
}

/** Relu: small tensors keep their elements (the definition of Range counts with it). */
function inferRelu(context: RuleContext): void {
  const { dtype, shape, value } = factOf(context, 0);
  context.output(
    0,
    dtype,
    shape,
    value?.map((element) => (element === undefined ? undefined : maxDim(element, 0))),
  );
}

/** PRelu (opset 1 on): the slope broadcasts to the input, never the other way. */
const prelu: OpEntry = { infer: sameAs(0), elementwiseOps: perOutput(2) };

/** Softmax family: maximum, subtraction, exponential, sum, division for each element. */
const softmaxOps: Count = perOutput(5);

/** Softmax, LogSoftmax, Hardmax: the axis must lie in the input (default 1 before opset 13, -1 from it on). */
function inferSoftmax(context: RuleContext): void {
  const shape = context.shape(0);
  const axis = context.int('axis', context.opset < 13 ? 1 : -1);
  const rank = shape?.length ?? 0;
  // Before opset 13 the input is flattened at the axis, so an axis equal to the rank is allowed.
  const last = context.opset < 13 ? rank : rank - 1;
  if (shape !== undefined && rank > 0 && (axis < -rank || axis > last)) {
    context.problem(`axis ${axis} lies outside of an input of rank ${rank}.`);
  }
  context.output(0, dtypeOf(context, 0), shape);
}

const softmax: OpEntry = { infer: inferSoftmax, elementwiseOps: softmaxOps };

/** ai.onnx activations, all versions. */
export const activationOps: OpTable = {
  Relu: { infer: inferRelu, elementwiseOps: perOutput(1) },
  LeakyRelu: activation(2),
  ThresholdedRelu: activation(),
  ParametricSoftplus: activation(4),
  ScaledTanh: activation(3),
  Tanh: activation(),
  Sigmoid: activation(),
  HardSigmoid: activation(3),
  HardSwish: activation(4),
  Elu: activation(3),
  Selu: activation(3),
  Celu: activation(4),
  Gelu: activation(5),
  Mish: activation(4),
  Swish: activation(2),
  Softplus: activation(2),
  Softsign: activation(2),
  Shrink: activation(2),
  PRelu: prelu,
  Softmax: softmax,
  LogSoftmax: softmax,
  Hardmax: { infer: inferSoftmax, elementwiseOps: perOutput(2) },
};
