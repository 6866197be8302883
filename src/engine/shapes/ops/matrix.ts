import { say } from '../../../shared/messages/say';
import type { DType } from '../../../shared/vocabulary/dtype';
import type { Dim, Shape } from '../algebra/dim';
import type { OpEntry, OpTable, RuleContext } from '../facts/rule';
import { type Count, matMulMacs, multiply, none, perInput, perOutput } from './counting';
import { einsumEntry } from './einsum';
import { hasRank } from './ruleMakers';
import { broadcastShapes, dtypeOf, expectEqual } from './shapeMath';

/**
 * Shape of numpy.matmul (ONNX MatMul-1): a vector on the left gets a leading 1, on the right a trailing 1, both removed
 * again afterwards; the dimensions before the last two broadcast.
 */
export function matMulShape(context: RuleContext, left: Shape, right: Shape): Shape {
  if (left === undefined || right === undefined) return undefined;
  if (left.length === 0 || right.length === 0) {
    context.problem(say('shapes.scalarOperand', {}));
    return undefined;
  }
  const inner = left.at(-1) ?? 1;
  expectEqual(context, inner, (right.length === 1 ? right[0] : right.at(-2)) ?? 1, 'parts.inner');
  const batch = broadcastShapes(left.slice(0, -2), right.slice(0, -2)) ?? [];
  const rows = left.length === 1 ? [] : left.slice(-2, -1);
  const columns = right.length === 1 ? [] : right.slice(-1);
  return [...batch, ...rows, ...columns];
}

/** A matrix product whose operands are inputs `left` and `right`. */
export function matMul(dtype: (context: RuleContext) => DType, left = 0, right = 1): OpEntry {
  return {
    infer: (context) =>
      context.output(0, dtype(context), matMulShape(context, context.shape(left), context.shape(right))),
    macs: matMulMacs(left),
    elementwiseOps: none,
  };
}

/** The two dimensions of a matrix as it enters the product. */
function oriented(shape: Shape, transposed: boolean): readonly [Dim, Dim] | undefined {
  const [rows, columns] = shape ?? [];
  if (rows === undefined || columns === undefined) return undefined;
  return transposed ? [columns, rows] : [rows, columns];
}

/** Gemm (opset 1 on): A' [M, K] times B' [K, N]. */
export function inferGemm(context: RuleContext, left: Shape, right: Shape): Shape {
  if (!hasRank(context, left, 2, 'part.inputA') || !hasRank(context, right, 2, 'part.inputB')) return undefined;
  const a = oriented(left, context.int('transA', 0) !== 0);
  const b = oriented(right, context.int('transB', 0) !== 0);
  if (a === undefined || b === undefined) return undefined;
  expectEqual(context, a[1], b[0], 'parts.inner');
  return [a[0], b[1]];
}

export const gemmMacs: Count = (context) => {
  const inner = context.inputShape(0)?.at(context.int('transA', 0) === 0 ? 1 : 0);
  return multiply(context.outputElements(0), inner);
};

/** Det (opset 11): one number for each matrix. */
function inferDeterminant(context: RuleContext): void {
  const shape = context.shape(0);
  context.output(0, dtypeOf(context, 0), hasRank(context, shape, 2, 'part.input') ? shape.slice(0, -2) : undefined);
}

/** ai.onnx matrix products, all versions. */
export const matrixOps: OpTable = {
  MatMul: matMul((context) => dtypeOf(context, 0)),
  MatMulInteger: matMul(() => 'int32'),
  QLinearMatMul: { ...matMul((context) => dtypeOf(context, 7), 0, 3), elementwiseOps: perOutput(3) },
  Gemm: {
    infer: (context) => context.output(0, dtypeOf(context, 0), inferGemm(context, context.shape(0), context.shape(1))),
    macs: gemmMacs,
    elementwiseOps: none,
  },
  Einsum: einsumEntry,
  Det: { infer: inferDeterminant, elementwiseOps: perInput(1) },
};
