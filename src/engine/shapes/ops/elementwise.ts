import { type DType, dtypeFromOnnx } from '../../../shared/vocabulary/dtype';
import type { Shape } from '../algebra/dim';
import { isIntegerType } from '../core/tensorValue';
import type { TensorFact } from '../facts/fact';
import type { OpEntry, OpTable, RuleContext } from '../facts/rule';
import * as compute from './elementFunctions';
import { type ElementFunction, hasValues, mapElements } from './elementValues';
import { broadcastShapes, dtypeOf } from './shapeMath';

/** Type of the first input that has one. */
function commonType(context: RuleContext): DType {
  for (let index = 0; index < context.inputCount; index++) {
    const dtype = dtypeOf(context, index);
    if (dtype !== 'undefined') return dtype;
  }
  return 'undefined';
}

/** Shape of a broadcast of all inputs. Before opset 7 the second input adapted to the first (attribute `broadcast`). */
function broadcastAll(context: RuleContext): Shape {
  if (context.opset < 7 && context.node.domain === '' && context.inputCount === 2) return context.shape(0);
  const shapes: Shape[] = [];
  for (let index = 0; index < context.inputCount; index++) shapes.push(context.shape(index));
  return broadcastShapes(...shapes);
}

function inputFacts(context: RuleContext): (TensorFact | undefined)[] {
  return Array.from({ length: context.inputCount }, (_, index) => context.input(index));
}

/** States output 0 by broadcasting all inputs; elements are followed where `element` is given. */
function inferBroadcast(context: RuleContext, dtype: DType, element: ElementFunction | undefined): void {
  const shape = broadcastAll(context);
  const value =
    element !== undefined && hasValues(context, context.inputCount)
      ? mapElements(context, inputFacts(context), dtype, shape, element)
      : undefined;
  context.output(0, dtype, shape, value);
}

function broadcasting(element?: ElementFunction): OpEntry {
  return { infer: (context) => inferBroadcast(context, commonType(context), element) };
}

function comparison(element?: ElementFunction): OpEntry {
  return { infer: (context) => inferBroadcast(context, 'bool', element) };
}

/** Output 0 like input 0, element by element; further inputs are parameters. */
function unary(element?: ElementFunction, dtype?: DType): OpEntry {
  return {
    infer: (context) => {
      const type = dtype ?? dtypeOf(context, 0);
      const shape = context.shape(0);
      const value =
        element !== undefined && hasValues(context, 1)
          ? mapElements(context, [context.input(0)], type, shape, element)
          : undefined;
      context.output(0, type, shape, value);
    },
  };
}

function inferDiv(context: RuleContext): void {
  const dtype = commonType(context);
  inferBroadcast(context, dtype, isIntegerType(dtype) ? compute.divideIntegers : compute.divideReals);
}

function inferMod(context: RuleContext): void {
  inferBroadcast(context, commonType(context), context.int('fmod', 0) === 1 ? compute.remainder : compute.modulo);
}

/** Pow has the base's type (Pow, opset 12). */
function inferPow(context: RuleContext): void {
  inferBroadcast(context, dtypeOf(context, 0), compute.power);
}

function inferWhere(context: RuleContext): void {
  const branch = dtypeOf(context, 1);
  inferBroadcast(context, branch === 'undefined' ? dtypeOf(context, 2) : branch, compute.choose);
}

/** Clip: bounds are attributes before opset 11, then optional scalars. */
function inferClip(context: RuleContext): void {
  const dtype = dtypeOf(context, 0);
  const low = boundOf(context, 'min', 1);
  const high = boundOf(context, 'max', 2);
  const clip: ElementFunction = ([element]) => {
    if (low === undefined || high === undefined) return undefined;
    return compute.minimum([high, compute.maximum([low, element])]);
  };
  const value = hasValues(context, 1)
    ? mapElements(context, [context.input(0)], dtype, context.shape(0), clip)
    : undefined;
  context.output(0, dtype, context.shape(0), value);
}

function boundOf(context: RuleContext, name: 'min' | 'max', index: number): number | undefined {
  const open = name === 'min' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  if (context.opset < 11) return context.float(name, open);
  return context.input(index) === undefined ? open : context.numbers(index)?.[0];
}

function convert(context: RuleContext, dtype: DType): void {
  const element = dtype === 'bool' ? compute.toBoolean : isIntegerType(dtype) ? compute.toInteger : compute.unchanged;
  const convertible = dtype !== 'string' && dtypeOf(context, 0) !== 'string' && hasValues(context, 1);
  const value = convertible ? mapElements(context, [context.input(0)], dtype, context.shape(0), element) : undefined;
  context.output(0, dtype, context.shape(0), value);
}

/** Cast: `to` is a type number; a string (`FLOAT`) before opset 6. */
function inferCast(context: RuleContext): void {
  convert(context, typeByName(context.string('to')) ?? dtypeFromOnnx(context.int('to', 0)));
}

function typeByName(name: string | undefined): DType | undefined {
  if (name === undefined) return undefined;
  const lower = name.toLowerCase();
  if (lower === 'float') return 'float32';
  return lower === 'double' ? 'float64' : namedTypes.find((dtype) => dtype === lower);
}

const namedTypes = [
  'uint8',
  'int8',
  'uint16',
  'int16',
  'int32',
  'int64',
  'string',
  'bool',
  'float16',
  'uint32',
  'uint64',
] as const;

function inferIdentity(context: RuleContext): void {
  const fact = context.input(0);
  if (fact !== undefined) context.outputFact(0, fact);
}

/** Dropout: the mask is boolean from opset 10 on, of the input's type before; training (opset 12) changes elements. */
function inferDropout(context: RuleContext): void {
  const training = context.input(2) !== undefined && context.numbers(2)?.[0] !== 0;
  context.output(0, dtypeOf(context, 0), context.shape(0), training ? undefined : context.input(0)?.value);
  context.output(1, context.opset >= 10 ? 'bool' : dtypeOf(context, 0), context.shape(0));
}

/** BitCast (opset 26): the same bits under another type of the same width. */
function inferBitCast(context: RuleContext): void {
  context.output(0, dtypeFromOnnx(context.int('to', 0)), context.shape(0));
}

const shiftLeft = compute.bitwise((a, b) => BigInt.asUintN(64, a << b));
const shiftRight = compute.bitwise((a, b) => a >> b);

function inferBitShift(context: RuleContext): void {
  const element = context.string('direction', 'LEFT') === 'RIGHT' ? shiftRight : shiftLeft;
  inferBroadcast(context, dtypeOf(context, 0), element);
}

/** Element-wise operators of ai.onnx, all versions, and the experimental ones that old exporters wrote. */
export const elementwiseOps: OpTable = {
  Add: broadcasting(compute.add),
  Sub: broadcasting(compute.subtract),
  Mul: broadcasting(compute.multiply),
  Div: { infer: inferDiv },
  Mod: { infer: inferMod },
  Pow: { infer: inferPow },
  Min: broadcasting(compute.minimum),
  Max: broadcasting(compute.maximum),
  Sum: broadcasting(compute.sum),
  Mean: broadcasting(),
  BitwiseAnd: broadcasting(compute.bitwise((a, b) => a & b)),
  BitwiseOr: broadcasting(compute.bitwise((a, b) => a | b)),
  BitwiseXor: broadcasting(compute.bitwise((a, b) => a ^ b)),
  BitShift: { infer: inferBitShift },
  Equal: comparison(compute.equalTo),
  Greater: comparison(compute.greater),
  GreaterOrEqual: comparison(compute.greaterOrEqual),
  Less: comparison(compute.less),
  LessOrEqual: comparison(compute.lessOrEqual),
  And: comparison(compute.and),
  Or: comparison(compute.or),
  Xor: comparison(compute.xor),
  Not: unary(compute.logicalNot, 'bool'),
  IsNaN: unary(undefined, 'bool'),
  IsInf: unary(undefined, 'bool'),
  Where: { infer: inferWhere },
  Clip: { infer: inferClip },
  Cast: { infer: inferCast },
  CastLike: { infer: (context) => convert(context, dtypeOf(context, 1)) },
  BitCast: { infer: inferBitCast, viewOnly: true },
  Identity: { infer: inferIdentity, viewOnly: true },
  Dropout: { infer: inferDropout, viewOnly: true },
  Abs: unary(compute.absolute),
  Neg: unary(compute.negate),
  Sign: unary(compute.sign),
  Floor: unary(compute.floor),
  Ceil: unary(compute.ceil),
  Round: unary(compute.round),
  Reciprocal: unary(compute.reciprocal),
  Sqrt: unary(compute.numericUnary(Math.sqrt)),
  Exp: unary(compute.numericUnary(Math.exp)),
  Log: unary(compute.numericUnary(Math.log)),
  Erf: unary(),
  Sin: unary(),
  Cos: unary(),
  Tan: unary(),
  Asin: unary(),
  Acos: unary(),
  Atan: unary(),
  Sinh: unary(),
  Cosh: unary(),
  Asinh: unary(),
  Acosh: unary(),
  Atanh: unary(),
  BitwiseNot: unary(),
  Affine: unary(),
  ImageScaler: unary(),
  Scale: unary(),
};
