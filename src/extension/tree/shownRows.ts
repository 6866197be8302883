import type { TreeRow } from './row';

/** What the workbench knows a row by: the same object for as long as there is a row of that id. */
export class ShownRow {
  constructor(public row: TreeRow) {}
}

/**
 * The rows that the workbench was told of. It is told again only of those that have changed: a refresh of the whole tree
 * takes every row from under the pointer, and a click in that moment is lost.
 */
export class ShownRows {
  #roots: readonly TreeRow[] = [];
  #shown = new Map<string, ShownRow>();

  /** The object that stands for a row. */
  of(row: TreeRow): ShownRow {
    const known = this.#shown.get(row.id);
    if (known) return known;
    const shown = new ShownRow(row);
    this.#shown.set(row.id, shown);
    return shown;
  }

  /**
   * Takes other rows over.
   * @returns the topmost rows that have changed, or nothing where the roots are others
   */
  update(roots: readonly TreeRow[]): readonly ShownRow[] | undefined {
    const before = this.#roots;
    this.#roots = roots;
    const kept = new Map<string, ShownRow>();
    const keep = (row: TreeRow): void => {
      const shown = this.#shown.get(row.id);
      if (shown) {
        shown.row = row;
        kept.set(row.id, shown);
      }
      row.children.forEach(keep);
    };
    roots.forEach(keep);
    this.#shown = kept;
    if (idsOf(before) !== idsOf(roots)) return undefined;
    return roots.flatMap((row, index) => changed(before[index], row)).flatMap(({ id }) => kept.get(id) ?? []);
  }
}

const idsOf = (rows: readonly TreeRow[]): string => JSON.stringify(rows.map(({ id }) => id));

/** The topmost rows below and including `row` that say something else than before. */
function changed(before: TreeRow | undefined, row: TreeRow): readonly TreeRow[] {
  if (before === undefined || says(before) !== says(row)) return [row];
  return row.children.flatMap((child, index) => changed(before.children[index], child));
}

/** All that the workbench shows of a row itself, and which rows are below it. */
function says({ children, tooltip, ...own }: TreeRow): string {
  return JSON.stringify([own, tooltip?.(), children.map(({ id }) => id)]);
}
