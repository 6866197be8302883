import { dimText } from '../../shapes/algebra/dimText';
import type { DataTensor } from '../../split/splitGraph';

/** Longer expressions say nothing in a box; the whole text is with the edges. */
const longestDimText = 12;

/** As `tensorShapeText`, with an ellipsis in place of long expressions. */
export function shortShapeText({ shape }: Pick<DataTensor, 'shape'>): string {
  if (shape === undefined) return '?';
  const short = shape.map(dimText).map((text) => (text.length > longestDimText ? '…' : text));
  return short.length === 0 ? 'scalar' : short.join('x');
}

/** A tensor's shape: `1x64x56x56`, `scalar`, or `?` where the rank is unknown. */
export function tensorShapeText({ shape }: Pick<DataTensor, 'shape'>): string {
  if (shape === undefined) return '?';
  return shape.length === 0 ? 'scalar' : shape.map(dimText).join('x');
}
