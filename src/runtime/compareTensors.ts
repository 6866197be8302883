import type { VerifiedOutput } from '../shared/reports/verification';
import { numberFromHalf } from './float16';
import { similarity } from './similarity';
import { dtypeOf, elementCount, type Tensor } from './tensor';

/**
 * Sets an output of the chain beside that of the whole model.
 * @param tolerance how far an element may be off: `tolerance` and as much of its own magnitude (numpy's `allclose`)
 */
export function compareTensors(expected: Tensor, found: Tensor, tolerance = 0): VerifiedOutput {
  const base = { name: expected.name, dtype: dtypeOf(expected.datatype), elements: elementCount(expected.shape) };
  if (isSame(expected, found)) {
    return {
      ...base,
      identical: true,
      differingElements: 0,
      largestAbsolute: 0,
      largestRelative: 0,
      beyondTolerance: 0,
      cosine: 1,
      topOneAgreement: 1,
    };
  }
  const left = numbersOf(expected);
  const right = numbersOf(found);
  const isComparable = left !== undefined && right !== undefined && left.length === right.length;
  if (!isComparable || String(expected.shape) !== String(found.shape)) {
    return {
      ...base,
      identical: false,
      differingElements: base.elements,
      largestAbsolute: null,
      largestRelative: null,
      beyondTolerance: base.elements,
      cosine: null,
      topOneAgreement: null,
    };
  }
  const differences = largestDifferences(left, right, tolerance);
  return { ...base, identical: false, ...differences, ...similarity(left, right, expected.shape) };
}

/** The worst of both, over several runs. */
export function worseOf(a: VerifiedOutput, b: VerifiedOutput): VerifiedOutput {
  const largest = (x: number | null, y: number | null) => (x === null || y === null ? null : Math.max(x, y));
  return {
    ...a,
    elements: a.elements + b.elements,
    identical: a.identical && b.identical,
    differingElements: a.differingElements + b.differingElements,
    largestAbsolute: largest(a.largestAbsolute, b.largestAbsolute),
    largestRelative: largest(a.largestRelative, b.largestRelative),
    beyondTolerance: (a.beyondTolerance ?? 0) + (b.beyondTolerance ?? 0),
    cosine: least(a.cosine, b.cosine),
    topOneAgreement: mean(a, b),
  };
}

function least(x: number | null | undefined, y: number | null | undefined): number | null {
  return x === null || y === null || x === undefined || y === undefined ? null : Math.min(x, y);
}

/** Over the rows of both. */
function mean(a: VerifiedOutput, b: VerifiedOutput): number | null {
  const [x, y] = [a.topOneAgreement ?? null, b.topOneAgreement ?? null];
  return x === null || y === null ? null : (x * a.elements + y * b.elements) / (a.elements + b.elements);
}

function isSame(a: Tensor, b: Tensor): boolean {
  if (a.datatype !== b.datatype || String(a.shape) !== String(b.shape)) return false;
  return Buffer.compare(a.data, b.data) === 0;
}

/** Differences of numbers; one that is not finite counts as a difference without bound unless both are the same. */
function largestDifferences(left: readonly number[], right: readonly number[], tolerance: number) {
  let differingElements = 0;
  let beyondTolerance = 0;
  let largestAbsolute = 0;
  let largestRelative = 0;
  for (const [index, a] of left.entries()) {
    const b = right[index] ?? Number.NaN;
    if (Object.is(a, b)) continue;
    differingElements += 1;
    const difference = Number.isFinite(a) && Number.isFinite(b) ? Math.abs(a - b) : Number.MAX_VALUE;
    if (!(difference <= tolerance + tolerance * Math.abs(a))) beyondTolerance += 1;
    largestAbsolute = Math.max(largestAbsolute, difference);
    if (difference > 0)
      largestRelative = Math.max(largestRelative, Math.min(Number.MAX_VALUE, difference / Math.abs(a)));
  }
  return { differingElements, largestAbsolute, largestRelative, beyondTolerance };
}

/** The elements as numbers; none for strings. 64-bit integers are rounded, which only matters for how far off they are. */
function numbersOf({ datatype, data }: Tensor): number[] | undefined {
  const { buffer } = data.slice();
  switch (datatype) {
    case 'FP32':
      return [...new Float32Array(buffer)];
    case 'FP64':
      return [...new Float64Array(buffer)];
    case 'FP16':
      return [...new Uint16Array(buffer)].map(numberFromHalf);
    case 'INT64':
      return [...new BigInt64Array(buffer)].map(Number);
    case 'UINT64':
      return [...new BigUint64Array(buffer)].map(Number);
    case 'INT32':
      return [...new Int32Array(buffer)];
    case 'UINT32':
      return [...new Uint32Array(buffer)];
    case 'INT16':
      return [...new Int16Array(buffer)];
    case 'UINT16':
      return [...new Uint16Array(buffer)];
    case 'INT8':
      return [...new Int8Array(buffer)];
    case 'UINT8':
    case 'BOOL':
      return [...new Uint8Array(buffer)];
    default:
      return undefined;
  }
}
