import type { ViewGraph } from './viewGraph';

/** Height of the line with a group's name at the top of its outline, in CSS pixels. */
export const headerHeight = 16;

/** Room for the names of groups. */
export interface GroupHeaders {
  /** Per group of the view: how many headers lie between its top and its first row, its own included. */
  readonly levels: Int32Array;
  /** Per group of the view: how many groups nest inside of it at most. */
  readonly depths: Int32Array;
  /** Per row: the space that its headers need above it, in CSS pixels. */
  readonly rows: Int32Array;
}

/**
 * Reserves a line above the first row of every unfolded group; groups that start in the same row have theirs below one
 * another, the outer one on top.
 */
export function groupHeaders({ groups }: ViewGraph, rowOf: Int32Array, rowCount: number): GroupHeaders {
  const levels = new Int32Array(groups.length);
  const depths = new Int32Array(groups.length);
  const rows = new Int32Array(rowCount);
  const first = groups.map(({ vertices }) =>
    vertices.reduce((least, vertex) => Math.min(least, rowOf[vertex] ?? 0), Number.MAX_SAFE_INTEGER),
  );
  const parents = parentsOf(groups);
  // Groups come before those inside of them, so that backwards every group is done before its parent.
  for (let index = groups.length - 1; index >= 0; index--) {
    if (groups[index]?.folded !== false) continue;
    const row = first[index] ?? 0;
    const level = (levels[index] ?? 0) + 1;
    levels[index] = level;
    rows[row] = Math.max(rows[row] ?? 0, level * headerHeight);
    const parent = parents[index] ?? -1;
    if (parent < 0) continue;
    depths[parent] = Math.max(depths[parent] ?? 0, (depths[index] ?? 0) + 1);
    if (first[parent] === row) levels[parent] = Math.max(levels[parent] ?? 0, level);
  }
  return { levels, depths, rows };
}

/** The group around each group, by index; -1 for none. */
function parentsOf(groups: ViewGraph['groups']): Int32Array {
  const parents = new Int32Array(groups.length).fill(-1);
  const around: number[] = [];
  groups.forEach(({ group }, index) => {
    while (around.length > 0 && (groups[around.at(-1) ?? 0]?.group.last ?? -1) < group.last) around.pop();
    parents[index] = around.at(-1) ?? -1;
    around.push(index);
  });
  return parents;
}
