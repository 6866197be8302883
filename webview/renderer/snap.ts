/** A length or position moved onto the grid of device pixels, so that thin lines stay sharp. */
export function snap(value: number, pixelRatio: number): number {
  return Math.round(value * pixelRatio) / pixelRatio;
}
