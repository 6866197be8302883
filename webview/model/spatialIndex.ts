import { clamp, intersects, type Rect } from '../../src/shared/picture/geometry';

const cellSize = 512;
/** Boxes over more cells than this (a skip over the whole graph) are kept apart and always looked at. */
const widestInCells = 256;

/** A grid over fixed boxes: finds those that touch a rectangle without looking at all of them. */
export class SpatialIndex {
  readonly #boxes: readonly Rect[];
  readonly #columns: number;
  readonly #rows: number;
  readonly #left: number;
  readonly #top: number;
  /** Items of cell c are `#items[#starts[c]]` up to `#items[#starts[c + 1]]`. */
  readonly #starts: Uint32Array;
  readonly #items: Uint32Array;
  readonly #wide: number[] = [];
  readonly #seen: Uint32Array;
  #pass = 0;

  constructor(boxes: readonly Rect[]) {
    this.#boxes = boxes;
    let [left, top, right, bottom] = [0, 0, 1, 1];
    for (const box of boxes) {
      left = Math.min(left, box.x);
      top = Math.min(top, box.y);
      right = Math.max(right, box.x + box.width);
      bottom = Math.max(bottom, box.y + box.height);
    }
    this.#left = left;
    this.#top = top;
    this.#columns = Math.max(1, Math.ceil((right - left) / cellSize));
    this.#rows = Math.max(1, Math.ceil((bottom - top) / cellSize));
    this.#seen = new Uint32Array(boxes.length);
    this.#starts = this.#countItems();
    this.#items = this.#placeItems();
  }

  #countItems(): Uint32Array {
    const starts = new Uint32Array(this.#columns * this.#rows + 1);
    this.#boxes.forEach((box, index) => {
      const { columns, rows, first } = this.#cells(box);
      if (columns * rows > widestInCells) {
        this.#wide.push(index);
        return;
      }
      for (let row = 0; row < rows; row++) {
        for (let column = 0; column < columns; column++) {
          const cell = first + row * this.#columns + column + 1;
          starts[cell] = (starts[cell] ?? 0) + 1;
        }
      }
    });
    for (let cell = 1; cell < starts.length; cell++) starts[cell] = (starts[cell] ?? 0) + (starts[cell - 1] ?? 0);
    return starts;
  }

  #placeItems(): Uint32Array {
    const items = new Uint32Array(this.#starts.at(-1) ?? 0);
    const next = this.#starts.slice();
    this.#boxes.forEach((box, index) => {
      const { columns, rows, first } = this.#cells(box);
      if (columns * rows > widestInCells) return;
      for (let row = 0; row < rows; row++) {
        for (let column = 0; column < columns; column++) {
          const cell = first + row * this.#columns + column;
          const at = next[cell] ?? 0;
          items[at] = index;
          next[cell] = at + 1;
        }
      }
    });
    return items;
  }

  #cells(rect: Rect): { readonly first: number; readonly columns: number; readonly rows: number } {
    const column = (x: number) => clamp(Math.floor((x - this.#left) / cellSize), 0, this.#columns - 1);
    const row = (y: number) => clamp(Math.floor((y - this.#top) / cellSize), 0, this.#rows - 1);
    const [left, top] = [column(rect.x), row(rect.y)];
    return {
      first: top * this.#columns + left,
      columns: column(rect.x + rect.width) - left + 1,
      rows: row(rect.y + rect.height) - top + 1,
    };
  }

  /** Calls `visit` once with the index of every box that touches `rect`. */
  query(rect: Rect, visit: (index: number) => void): void {
    this.#pass++;
    const offer = (index: number) => {
      if (this.#seen[index] === this.#pass) return;
      this.#seen[index] = this.#pass;
      const box = this.#boxes[index];
      if (box !== undefined && intersects(box, rect)) visit(index);
    };
    const { first, columns, rows } = this.#cells(rect);
    for (let row = 0; row < rows; row++) {
      const start = this.#starts[first + row * this.#columns] ?? 0;
      const end = this.#starts[first + row * this.#columns + columns] ?? 0;
      for (let at = start; at < end; at++) offer(this.#items[at] ?? 0);
    }
    for (const index of this.#wide) offer(index);
  }
}
