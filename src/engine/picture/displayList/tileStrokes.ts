/** Side of a tile of the tiers' patterns, in CSS pixels. */
export const tileSide = 8;

/** Strokes of one tile per tier: rising lines, dots, falling lines, level lines, upright lines, crosses. */
const paths = [
  'M-1 1L1 -1M0 8L8 0M7 9L9 7',
  'M1.5 1.5h1v1h-1zM5.5 5.5h1v1h-1z',
  'M-1 7L1 9M0 0L8 8M7 -1L9 1',
  'M0 4L8 4',
  'M4 0L4 8',
  'M2 4L6 4M4 2L4 6',
] as const;

/** SVG path data of what tells a tier apart without color; it is stroked one pixel wide. */
export function tilePath(tier: number): string {
  return paths[tier % paths.length] ?? '';
}
