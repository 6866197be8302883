import type { OpEntry } from '../facts/rule';

export { addUp } from '../core/count';

export type Count = NonNullable<OpEntry['macs']>;

/** Product of the dimensions; 1 for a scalar, none where the shape is not known. */
export function elementsOf(shape: readonly number[] | undefined): number | undefined {
  return shape?.reduce((product, dim) => product * dim, 1);
}

/** Product of factors, none as soon as one is not known. */
export function multiply(...factors: readonly (number | undefined)[]): number | undefined {
  let product = 1;
  for (const factor of factors) {
    if (factor === undefined) return undefined;
    product *= factor;
  }
  return product;
}

/** Counts nothing: pure data movement, or all the work is in the multiply-accumulates. */
export const none: Count = () => 0;

/** Depends on what a run decides, or on sizes that shapes do not tell. */
export const unknownCount: Count = () => undefined;

/** `factor` operations for each element of input `index`. */
export function perInput(factor: number, index = 0): Count {
  return (context) => multiply(factor, context.inputElements(index));
}

/** `factor` operations for each element of output `index`. */
export function perOutput(factor: number, index = 0): Count {
  return (context) => multiply(factor, context.outputElements(index));
}

/** Batched product of (..., M, K) by (..., K, N): one multiply-accumulate per output element and step of K. */
function matrixProductMacs(
  left: readonly number[] | undefined,
  output: readonly number[] | undefined,
): number | undefined {
  return multiply(elementsOf(output), left?.at(-1));
}

/** MatMul-like operators: K is the last dimension of input `left`. */
export function matMulMacs(left = 0): Count {
  return (context) => matrixProductMacs(context.inputShape(left), context.outputShape(0));
}
