import { type Content, element } from './dom';

export interface Column<Row> {
  readonly header: string;
  readonly numeric?: boolean;
  readonly cell: (row: Row) => Content;
  /** What rows are sorted by when a person asks for it; `null` comes last. Without it, the column cannot be sorted by. */
  readonly sortBy?: (row: Row) => number | string | null;
}

function headerRow<Row>(columns: readonly Column<Row>[]): HTMLElement {
  const cells = columns.map(({ header, numeric }) =>
    element('th', { scope: 'col', ...(numeric === true && { class: 'numeric' }) }, header),
  );
  return element('thead', {}, element('tr', {}, ...cells));
}

/** Words that are cut off for lack of room can be read by pointing at them. */
function bodyCell(content: Content, isNumeric: boolean): HTMLTableCellElement {
  if (isNumeric) return element('td', { class: 'numeric' }, content);
  return element('td', typeof content === 'string' && content !== '' ? { title: content } : {}, content);
}

function bodyRow<Row>(columns: readonly Column<Row>[], row: Row): HTMLTableRowElement {
  const cells = columns.map(({ numeric, cell }) => bodyCell(cell(row), numeric === true));
  return element('tr', {}, ...cells);
}

/** A header whose titles sort by their column: up, down, and as it was. */
function sortingHeader<Row>(columns: readonly Column<Row>[], changed: () => void) {
  let order: { readonly by: Column<Row>; readonly isDown: boolean } | undefined;
  const cells = columns.map((column) => {
    const { header, numeric, sortBy } = column;
    const cell = element('th', { scope: 'col', ...(numeric === true && { class: 'numeric' }) });
    if (sortBy === undefined) {
      cell.append(header);
      return cell;
    }
    const button = element('button', { type: 'button', class: 'sorter' }, header);
    button.addEventListener('click', () => {
      const isSame = order?.by === column;
      // Who sorts by a figure looks for the largest.
      const startsDown = numeric === true;
      if (!isSame) order = { by: column, isDown: startsDown };
      else if (order?.isDown === startsDown) order = { by: column, isDown: !startsDown };
      else order = undefined;
      for (const other of cells) other.removeAttribute('aria-sort');
      if (order !== undefined) cell.setAttribute('aria-sort', order.isDown ? 'descending' : 'ascending');
      changed();
    });
    cell.append(button);
    return cell;
  });
  return {
    element: element('thead', {}, element('tr', {}, ...cells)),
    sorted(rows: readonly Row[]): readonly Row[] {
      const { by: { sortBy } = {}, isDown = false } = order ?? {};
      if (sortBy === undefined) return rows;
      const keyed = rows.map((row) => ({ row, key: sortBy(row) }));
      return keyed.sort((a, b) => compareKeys(a.key, b.key, isDown)).map(({ row }) => row);
    },
  };
}

function compareKeys(a: number | string | null, b: number | string | null, isDown: boolean): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  const order = typeof a === 'number' && typeof b === 'number' ? a - b : String(a).localeCompare(String(b));
  return isDown ? -order : order;
}

/** A small table; `mark` gives a row's class. */
export function table<Row>(
  caption: string,
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  mark: (row: Row) => string = () => '',
): HTMLElement {
  const body = rows.map((row) => {
    const created = bodyRow(columns, row);
    created.className = mark(row);
    return created;
  });
  return element(
    'div',
    { class: 'table-scroll' },
    element(
      'table',
      {},
      element('caption', { class: 'visually-hidden' }, caption),
      headerRow(columns),
      element('tbody', {}, ...body),
    ),
  );
}

const rowHeight = 22;
const spareRows = 8;

export interface LongTable<Row> {
  readonly element: HTMLElement;
  /** Shows other rows, or the same ones with another marked. */
  show(rows: readonly Row[], marked: number, mark: (row: Row) => string): void;
  /** Draws the rows in sight; to be called when the table becomes visible. */
  refresh(): void;
}

/**
 * A table of any length that only holds the rows in sight. The first cell of a row is a button; one of them is a tab
 * stop and the arrow keys move it.
 */
export function longTable<Row>(
  caption: string,
  columns: readonly Column<Row>[],
  activate: (row: Row) => void,
): LongTable<Row> {
  const body = element('tbody');
  const header = sortingHeader(columns, () => {
    arrange();
    scroller.scrollTop = 0;
    refresh();
  });
  const grid = element('table', {}, element('caption', { class: 'visually-hidden' }, caption), header.element, body);
  const scroller = element('div', { class: 'long-table' }, grid);
  let given: readonly Row[] = [];
  let markedRow: Row | undefined;
  let rows: readonly Row[] = [];
  let marked = -1;
  let active = 0;
  let markRow: (row: Row) => string = () => '';

  const spacer = (height: number): HTMLElement => {
    const cell = element('td', { colspan: String(columns.length) });
    cell.style.height = `${height}px`;
    return element('tr', { 'aria-hidden': 'true', class: 'spacer' }, cell);
  };

  const filledRow = (row: Row, index: number): HTMLElement => {
    const created = bodyRow(columns, row);
    created.className = `${markRow(row)}${index === marked ? ' marked' : ''}`.trim();
    created.setAttribute('aria-rowindex', String(index + 2));
    const first = created.cells[0];
    if (first !== undefined) {
      const tabindex = index === active ? '0' : '-1';
      const link = element('button', { class: 'row-link', type: 'button', tabindex, 'data-row': String(index) });
      link.append(...first.childNodes);
      if (index === marked) link.setAttribute('aria-current', 'true');
      first.replaceChildren(link);
    }
    created.addEventListener('click', () => {
      active = index;
      activate(row);
    });
    return created;
  };

  const refresh = () => {
    const first = Math.max(0, Math.floor(scroller.scrollTop / rowHeight) - spareRows);
    const count = Math.ceil((scroller.clientHeight || 400) / rowHeight) + 2 * spareRows;
    const last = Math.min(rows.length, first + count);
    const hadFocus = body.contains(document.activeElement);
    const shown = rows.slice(first, last).map((row, at) => filledRow(row, first + at));
    body.replaceChildren(spacer(first * rowHeight), ...shown, spacer((rows.length - last) * rowHeight));
    if (hadFocus) body.querySelector<HTMLElement>(`[data-row="${active}"]`)?.focus({ preventScroll: true });
  };

  const scrollToRow = (index: number) => {
    const top = index * rowHeight;
    if (top < scroller.scrollTop) scroller.scrollTop = top;
    else if (top + 3 * rowHeight > scroller.scrollTop + scroller.clientHeight) {
      scroller.scrollTop = top + 3 * rowHeight - scroller.clientHeight;
    }
  };

  scroller.addEventListener('scroll', refresh, { passive: true });
  scroller.addEventListener('keydown', (event) => {
    const targets: Readonly<Record<string, number>> = {
      ArrowDown: active + 1,
      ArrowUp: active - 1,
      Home: 0,
      End: rows.length - 1,
    };
    const target = Object.hasOwn(targets, event.key) ? targets[event.key] : undefined;
    if (target === undefined) return;
    event.preventDefault();
    active = Math.max(0, Math.min(rows.length - 1, target));
    scrollToRow(active);
    refresh();
  });

  /** Puts the rows into the order that was asked for. */
  const arrange = () => {
    rows = header.sorted(given);
    const before = marked;
    marked = markedRow === undefined ? -1 : rows.indexOf(markedRow);
    if (marked >= 0 && marked !== before) active = marked;
  };

  return {
    element: scroller,
    refresh,
    show(newRows, newMarked, mark) {
      const before = marked;
      given = newRows;
      markedRow = newRows[newMarked];
      markRow = mark;
      arrange();
      grid.setAttribute('aria-rowcount', String(rows.length + 1));
      active = Math.min(active, Math.max(0, rows.length - 1));
      if (marked !== before) {
        if (marked >= 0) {
          active = marked;
          if (!body.contains(document.activeElement)) scrollToRow(marked);
        }
      }
      refresh();
    },
  };
}
