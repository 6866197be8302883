import type { Dim } from '../algebra/dim';
import {
  addDims,
  divideExactly,
  floorDivDims,
  floorOfDim,
  moduloDims,
  multiplyDims,
  subtractDims,
} from '../algebra/dimArithmetic';
import { sameDim } from '../algebra/dimExpression';
import { maxDim, minDim } from '../algebra/dimLattice';
import { isAtLeast } from '../algebra/dimOrder';
import type { ElementFunction } from './elementValues';

type Numeric = (left: number, right: number) => number;
type Symbolic = (left: Dim, right: Dim) => Dim | undefined;

/** A function of two elements: numbers by `numeric`, symbols by `symbolic` where it is given. */
function binary(numeric: Numeric, symbolic?: Symbolic): ElementFunction {
  return ([left, right]) => {
    if (left === undefined || right === undefined) return undefined;
    if (typeof left === 'number' && typeof right === 'number') return numeric(left, right);
    return symbolic?.(left, right);
  };
}

/** A function of one element. */
function unary(numeric: (element: number) => number, symbolic?: (element: Dim) => Dim | undefined): ElementFunction {
  return ([element]) => {
    if (element === undefined) return undefined;
    return typeof element === 'number' ? numeric(element) : symbolic?.(element);
  };
}

/** `left >= right` as 1 or 0 where that is certain. */
function atLeast(left: Dim, right: Dim): number | undefined {
  if (isAtLeast(left, right)) return 1;
  return isAtLeast(right, addDims(left, 1)) ? 0 : undefined;
}

function equal(left: Dim, right: Dim): number | undefined {
  if (sameDim(left, right)) return 1;
  return atLeast(left, addDims(right, 1)) === 1 || atLeast(right, addDims(left, 1)) === 1 ? 0 : undefined;
}

function not(truth: number | undefined): number | undefined {
  return truth === undefined ? undefined : 1 - truth;
}

const truth = (condition: boolean): number => (condition ? 1 : 0);

export const negate = unary(
  (x) => -x,
  (x) => multiplyDims(x, -1),
);
export const absolute = unary(Math.abs, (x) => (isAtLeast(x, 0) ? x : undefined));
export const floor = unary(Math.floor, floorOfDim);
export const ceil = unary(Math.ceil, (x) => multiplyDims(floorOfDim(multiplyDims(x, -1)), -1));
export const sign = unary(Math.sign, (x) => (isAtLeast(x, 1) ? 1 : undefined));
export const reciprocal = unary((x) => 1 / x);
export const logicalNot = unary((x) => truth(x === 0));
/** Round to the nearest, halves to even (Round, opset 11). */
export const round = unary((x) => {
  const down = Math.floor(x);
  const rest = x - down;
  if (rest !== 0.5) return Math.round(x);
  return down % 2 === 0 ? down : down + 1;
});
export const numericUnary = (compute: (x: number) => number): ElementFunction => unary(compute);

export const add = binary((a, b) => a + b, addDims);
export const subtract = binary((a, b) => a - b, subtractDims);
export const multiply = binary((a, b) => a * b, multiplyDims);
export const power = binary(
  (a, b) => a ** b,
  (a, b) => (b === 0 ? 1 : b === 1 ? a : b === 2 ? multiplyDims(a, a) : undefined),
);
/** Integer division drops the fraction (Div, opset 14). Division by zero is unknown, and so is that by something of either sign. */
export const divideIntegers: ElementFunction = ([left, right]) => {
  if (left === undefined || right === undefined || right === 0) return undefined;
  if (typeof left === 'number' && typeof right === 'number') return Math.trunc(left / right);
  if (isAtLeast(right, 1)) return truncatedQuotient(left, right);
  const opposite = multiplyDims(right, -1);
  return isAtLeast(opposite, 1) ? truncatedQuotient(multiplyDims(left, -1), opposite) : divideExactly(left, right);
};

/** `left / right` without its fraction, for a positive divisor; of either sign it is the difference of two floors. */
function truncatedQuotient(left: Dim, right: Dim): Dim {
  if (isAtLeast(left, 0)) return floorDivDims(left, right);
  const exact = divideExactly(left, right);
  if (exact !== undefined) return exact;
  const opposite = multiplyDims(left, -1);
  const below = floorDivDims(opposite, right);
  if (isAtLeast(opposite, 0)) return multiplyDims(below, -1);
  return subtractDims(maxDim(0, floorDivDims(left, right)), maxDim(0, below));
}
export const divideReals = binary(
  (a, b) => a / b,
  (a, b) => (typeof b === 'number' && b !== 0 ? multiplyDims(a, 1 / b) : sameDim(a, b) ? 1 : undefined),
);
/** The remainder with the divisor's sign (Mod with `fmod` 0). */
export const modulo: ElementFunction = ([left, right]) => {
  if (left === undefined || right === undefined || right === 0) return undefined;
  if (typeof left === 'number' && typeof right === 'number') return left - right * Math.floor(left / right);
  return moduloDims(left, right);
};
/** The remainder with the dividend's sign (Mod with `fmod` 1). */
export const remainder = binary(
  (a, b) => a % b,
  (a, b) => (isAtLeast(a, 0) && isAtLeast(b, 1) ? moduloDims(a, b) : undefined),
);

export const equalTo = binary((a, b) => truth(a === b), equal);
export const greater = binary(
  (a, b) => truth(a > b),
  (a, b) => not(atLeast(b, a)),
);
export const greaterOrEqual = binary((a, b) => truth(a >= b), atLeast);
export const less = binary(
  (a, b) => truth(a < b),
  (a, b) => not(atLeast(a, b)),
);
export const lessOrEqual = binary(
  (a, b) => truth(a <= b),
  (a, b) => atLeast(b, a),
);
export const and: ElementFunction = ([a, b]) => (a === 0 || b === 0 ? 0 : isTrue(a) && isTrue(b) ? 1 : undefined);
export const or: ElementFunction = ([a, b]) => (isTrue(a) || isTrue(b) ? 1 : a === 0 && b === 0 ? 0 : undefined);
export const xor = binary((a, b) => truth((a !== 0) !== (b !== 0)));

/** Bitwise functions on integers of up to 64 bits. */
export const bitwise = (compute: (a: bigint, b: bigint) => bigint): ElementFunction =>
  binary((a, b) => (Number.isInteger(a) && Number.isInteger(b) ? Number(compute(BigInt(a), BigInt(b))) : Number.NaN));

/** A fold over any number of inputs (Min, Max, Sum). */
export function fold(combine: (left: Dim, right: Dim) => Dim): ElementFunction {
  return (elements) => {
    let result: Dim | undefined;
    for (const [index, element] of elements.entries()) {
      if (element === undefined) return undefined;
      result = index === 0 || result === undefined ? element : combine(result, element);
    }
    return result;
  };
}

export const minimum = fold(minDim);
export const maximum = fold(maxDim);
export const sum = fold(addDims);

/** Where: the chosen element, or either where both are the same. */
export const choose: ElementFunction = ([condition, yes, no]) => {
  if (condition === 0) return no;
  if (isTrue(condition)) return yes;
  return yes !== undefined && no !== undefined && sameDim(yes, no) ? yes : undefined;
};

/** Conversion to an integer type drops the fraction. */
export const toInteger = unary(Math.trunc, (x) => {
  const down = floorOfDim(x);
  if (sameDim(down, x) || isAtLeast(x, 0)) return down;
  const opposite = multiplyDims(x, -1);
  const below = floorOfDim(opposite);
  if (isAtLeast(opposite, 0)) return multiplyDims(below, -1);
  return subtractDims(maxDim(0, down), maxDim(0, below));
});
export const toBoolean = unary(
  (x) => truth(x !== 0),
  (x) => (isAtLeast(x, 1) ? 1 : undefined),
);
export const unchanged: ElementFunction = ([element]) => element;

function isTrue(element: Dim | undefined): boolean {
  return element !== undefined && (typeof element === 'number' ? element !== 0 : isAtLeast(element, 1));
}
