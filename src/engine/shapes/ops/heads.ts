import type { Dim } from '../algebra/dim';
import { addDims, floorDivDims } from './shapeMath';

/** Sum where both are known. */
export function sumOfDims(left: Dim | undefined, right: Dim | undefined): Dim | undefined {
  return left === undefined || right === undefined ? undefined : addDims(left, right);
}

/** Size of one head, from a width and a number of heads. */
export function perHead(width: Dim | undefined, heads: number | undefined): Dim | undefined {
  return width === undefined || heads === undefined || heads === 0 ? undefined : floorDivDims(width, heads);
}
