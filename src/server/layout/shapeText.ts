import { dimText } from '../../engine/shapes/dimText';
import type { DataTensor } from '../../engine/split/splitGraph';

/** A tensor's shape for the second line of a node: `1x64x56x56`, `scalar`, or `?` where the rank is unknown. */
export function tensorShapeText({ shape }: Pick<DataTensor, 'shape'>): string {
  if (shape === undefined) return '?';
  return shape.length === 0 ? 'scalar' : shape.map(dimText).join('x');
}
