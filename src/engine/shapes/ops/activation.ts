import { say } from '../../../shared/messages/say';
import type { Dim } from '../algebra/dim';
import type { OpEntry, OpTable, RuleContext } from '../facts/rule';
import { type Count, perOutput } from './counting';
import { factOf, sameAs } from './ruleMakers';
import { dtypeOf, maxDim, moreCertain } from './shapeMath';

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

/**
 * SwiGLU (opset 28): Swish of A times B. Both have one shape and nothing is broadcast, so each dimension is the one that
 * is known better.
 */
function inferSwiglu(context: RuleContext): void {
  const gate = context.shape(0);
  const value = context.shape(1);
  const fits = gate === undefined || value === undefined || gate.length === value.length;
  if (!fits) context.problem(say('shapes.ranksDiffer', { left: gate.length, right: value.length }));
  const shape = fits && gate !== undefined && value !== undefined ? mergeEqual(context, gate, value) : (gate ?? value);
  context.output(0, dtypeOf(context, 0), shape);
}

function mergeEqual(context: RuleContext, left: readonly Dim[], right: readonly Dim[]): readonly Dim[] {
  return left.map((dim, axis) => moreCertain(context, dim, right[axis] ?? dim, 'parts.gate', axis));
}

const swiglu: OpEntry = { infer: inferSwiglu, elementwiseOps: perOutput(3) };

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
    context.problem(say('shapes.axis', { axis, rank }));
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
  SwiGLU: swiglu,
  Softplus: activation(2),
  Softsign: activation(2),
  Shrink: activation(2),
  PRelu: prelu,
  Softmax: softmax,
  LogSoftmax: softmax,
  Hardmax: { infer: inferSoftmax, elementwiseOps: perOutput(2) },
};
