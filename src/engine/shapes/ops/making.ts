import { say } from '../../../shared/messages/say';
import { type DType, dtypeFromOnnx } from '../../../shared/vocabulary/dtype';
import type { Dim, Shape } from '../algebra/dim';
import { decodeTensor, elementCount } from '../core/tensorValue';
import { maximumValueElements, type TensorValue } from '../facts/fact';
import type { OpTable, RuleContext } from '../facts/rule';
import { none } from './counting';
import { hasInput } from './ruleMakers';
import { shapeFromInput } from './shapeInputs';
import { ceilDivDims, dtypeOf, maxDim, productOfDims, subtractDims } from './shapeMath';

/** Shape: the dimensions from `start` to `end` (opset 15) as an int64 vector. */
function inferShape(context: RuleContext): void {
  const input = context.shape(0);
  if (input === undefined) {
    context.output(0, 'int64', [context.fresh('rank')]);
    return;
  }
  const rank = input.length;
  const clamp = (axis: number): number => Math.min(rank, Math.max(0, axis < 0 ? axis + rank : axis));
  const dims = input.slice(clamp(context.int('start', 0)), clamp(context.int('end', rank)));
  context.output(0, 'int64', [dims.length], dims);
}

/** Size: the number of elements. */
function inferSize(context: RuleContext): void {
  const input = context.shape(0);
  context.output(0, 'int64', [], input === undefined ? undefined : [productOfDims(input)]);
}

/** Range (opset 11): `max(ceil((limit - start) / delta), 0)` elements. */
function inferRange(context: RuleContext): void {
  const dtype = dtypeOf(context, 0);
  const start = context.input(0)?.value?.[0];
  const limit = context.input(1)?.value?.[0];
  const delta = context.input(2)?.value?.[0];
  if (start === undefined || limit === undefined || typeof delta !== 'number' || delta === 0) {
    context.output(0, dtype, [context.undecided('count', [start, limit, delta])]);
    return;
  }
  const forward = delta > 0 ? subtractDims(limit, start) : subtractDims(start, limit);
  const count = maxDim(0, ceilDivDims(forward, Math.abs(delta)));
  const known = typeof count === 'number' && typeof start === 'number' && count <= maximumValueElements;
  const value = known ? Array.from({ length: count }, (_, index) => start + index * delta) : undefined;
  context.output(0, dtype, [count], value);
}

/** ConstantOfShape (opset 9): the shape in input 0, filled with `value` (default float32 0). */
function inferConstantOfShape(context: RuleContext): void {
  const filler = context.tensor('value');
  const dtype = filler?.dtype ?? 'float32';
  const shape = shapeFromInput(context, 0);
  const element = filler === undefined ? 0 : decodeTensor(filler)?.[0];
  const value = repeated(element, shape);
  context.output(0, dtype, shape, value);
  if (value === undefined && typeof element === 'number') context.outputFill(0, element);
}

function repeated(element: Dim | undefined, shape: Shape): TensorValue | undefined {
  const count = elementCount(shape);
  if (element === undefined || count === undefined || count > maximumValueElements) return undefined;
  return new Array<Dim>(count).fill(element);
}

/** Constant: one of `value`, `sparse_value` (opset 11) and the short forms (opset 12). */
function inferConstant(context: RuleContext): void {
  const tensor = context.tensor('value');
  if (tensor !== undefined) {
    context.output(0, tensor.dtype, tensor.shape, decodeTensor(tensor));
    return;
  }
  const sparse = context.node.attributes.get('sparse_value');
  if (sparse?.kind === 'sparse-tensor') {
    context.output(0, sparse.value.values.dtype, sparse.value.shape);
    return;
  }
  const int = context.int('value_int');
  if (int !== undefined) {
    context.output(0, 'int64', [], [int]);
    return;
  }
  const float = context.float('value_float');
  if (float !== undefined) {
    context.output(0, 'float32', [], [float]);
    return;
  }
  const ints = context.ints('value_ints');
  if (ints !== undefined) {
    context.output(0, 'int64', [ints.length], ints);
    return;
  }
  const floats = context.floats('value_floats');
  if (floats !== undefined) {
    context.output(0, 'float32', [floats.length], floats);
    return;
  }
  if (context.string('value_string') !== undefined) {
    context.output(0, 'string', []);
    return;
  }
  const strings = context.strings('value_strings');
  if (strings !== undefined) {
    context.output(0, 'string', [strings.length]);
    return;
  }
  context.problem(say('shapes.noValue', {}));
}

/** EyeLike (opset 9): the input's shape; the type of `dtype`, else of the input. */
function inferEyeLike(context: RuleContext): void {
  context.output(0, statedType(context, 'dtype') ?? dtypeOf(context, 0), context.shape(0));
}

/** RandomNormal, RandomUniform: `shape` and `dtype` (default float32) are attributes. */
function inferRandom(context: RuleContext): void {
  context.output(0, statedType(context, 'dtype') ?? 'float32', context.ints('shape'));
}

/** RandomNormalLike, RandomUniformLike, Bernoulli: the input's shape; the type of `dtype`, else of the input. */
function inferRandomLike(context: RuleContext): void {
  context.output(0, statedType(context, 'dtype') ?? dtypeOf(context, 0), context.shape(0));
}

/** Multinomial: `sample_size` class numbers for each row. */
function inferMultinomial(context: RuleContext): void {
  const rows = context.shape(0)?.[0] ?? context.fresh('rows');
  context.output(0, statedType(context, 'dtype') ?? 'int32', [rows, context.int('sample_size', 1)]);
}

/** HannWindow, HammingWindow, BlackmanWindow (opset 17): a vector of the length in input 0. */
function inferWindow(context: RuleContext): void {
  const size = context.input(0)?.value?.[0] ?? context.fresh('size');
  context.output(0, statedType(context, 'output_datatype') ?? 'float32', [size]);
}

function statedType(context: RuleContext, attribute: string): DType | undefined {
  const code = context.int(attribute);
  return code === undefined ? undefined : dtypeFromOnnx(code);
}

/**
 * ConstantFill (experimental, opset 1): `value` in the shape of an attribute or of the elements of input 0, else in the
 * shape of input 0 with `extra_shape` behind it.
 */
function inferConstantFill(context: RuleContext): void {
  const listed = context.int('input_as_shape', 0) === 0 ? context.shape(0) : shapeFromInput(context, 0);
  const extra = context.ints('extra_shape') ?? [];
  const shape = context.ints('shape') ?? (listed && [...listed, ...extra]);
  context.output(0, statedType(context, 'dtype') ?? 'float32', shape, repeated(context.float('value', 0), shape));
}

/** ConstantLike (opset 9 drafts): `value` in the shape of input 0. */
function inferConstantLike(context: RuleContext): void {
  const shape = context.shape(0) ?? context.ints('shape');
  const dtype = statedType(context, 'dtype') ?? (hasInput(context, 0) ? dtypeOf(context, 0) : 'float32');
  context.output(0, dtype, shape, repeated(context.float('value', 0), shape));
}

/** GivenTensorFill (experimental): a tensor whose shape is an attribute. */
function inferGivenTensorFill(context: RuleContext): void {
  context.output(0, 'float32', context.ints('shape') ?? shapeFromInput(context, 0));
}

const window = { infer: inferWindow };

/** Operators that make tensors out of shapes, sizes and attributes. */
export const makingOps: OpTable = {
  Shape: { infer: inferShape, elementwiseOps: none },
  Size: { infer: inferSize, elementwiseOps: none },
  Range: { infer: inferRange },
  ConstantOfShape: { infer: inferConstantOfShape, elementwiseOps: none },
  Constant: { infer: inferConstant, elementwiseOps: none },
  EyeLike: { infer: inferEyeLike, elementwiseOps: none },
  RandomNormal: { infer: inferRandom },
  RandomUniform: { infer: inferRandom },
  RandomNormalLike: { infer: inferRandomLike },
  RandomUniformLike: { infer: inferRandomLike },
  Bernoulli: { infer: inferRandomLike },
  Multinomial: { infer: inferMultinomial },
  HannWindow: window,
  HammingWindow: window,
  BlackmanWindow: window,
  ConstantFill: { infer: inferConstantFill, elementwiseOps: none },
  ConstantLike: { infer: inferConstantLike, elementwiseOps: none },
  GivenTensorFill: { infer: inferGivenTensorFill, elementwiseOps: none },
};
