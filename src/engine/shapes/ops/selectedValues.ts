import { stridesOf } from './shapeInputs';

/** What is chosen of each line of a tensor along one axis, in row-major order. */
export interface Selection {
  readonly values: readonly number[];
  /** Places on the axis. */
  readonly places: readonly number[];
}

/** Chooses `count` places of every line of a small tensor along `axis`; nothing where its elements have no order. */
export function selectAlong(
  { shape, value }: { readonly shape: readonly number[]; readonly value: readonly number[] },
  axis: number,
  count: number,
  choose: (line: readonly number[]) => readonly number[],
): Selection | undefined {
  if (value.some(Number.isNaN)) return undefined;
  const size = shape[axis] ?? 1;
  const stride = stridesOf(shape)[axis] ?? 1;
  const lines = size === 0 ? 0 : value.length / size;
  const values = new Array<number>(lines * count).fill(0);
  const places = new Array<number>(lines * count).fill(0);
  for (let line = 0; line < lines; line++) {
    const block = Math.floor(line / stride);
    const offset = line % stride;
    const first = block * stride * size + offset;
    const elements = Array.from({ length: size }, (_, step) => value[first + step * stride] ?? 0);
    for (const [rank, place] of choose(elements).entries()) {
      const target = (block * count + rank) * stride + offset;
      values[target] = elements[place] ?? 0;
      places[target] = place;
    }
  }
  return { values, places };
}

/** Places of the elements from the largest to the smallest, or the other way round; of equal ones the first comes first. */
export function placesInOrder(line: readonly number[], largest: boolean): readonly number[] {
  const sign = largest ? -1 : 1;
  return line
    .map((value, place) => ({ value, place }))
    .sort((left, right) => sign * (left.value - right.value) || left.place - right.place)
    .map(({ place }) => place);
}

/** The place of the largest or smallest element: the first one, or the last one of equal ones. */
export function placeOfExtreme(line: readonly number[], largest: boolean, last: boolean): number {
  const extreme = largest ? Math.max(...line) : Math.min(...line);
  return last ? line.lastIndexOf(extreme) : line.indexOf(extreme);
}
