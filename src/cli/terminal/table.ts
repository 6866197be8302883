import { visibleText } from '../../shared/escape/visible';

/** One column of a table: its heading, and whether its cells are numbers, which line up at the right. */
export interface Column {
  readonly heading: string;
  readonly numeric?: boolean;
}

/** Rows under headings, aligned by spaces; widths follow the longest cell. Nothing of a cell acts on the terminal. */
export function tableText(columns: readonly Column[], cells: readonly (readonly string[])[]): string {
  const rows = cells.map((row) => row.map(visibleText));
  const widths = columns.map(({ heading }, column) =>
    rows.reduce((widest, row) => Math.max(widest, (row[column] ?? '').length), visibleText(heading).length),
  );
  const lineOf = (cells: readonly string[]) =>
    columns
      .map(({ numeric }, column) => {
        const cell = cells[column] ?? '';
        return numeric ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0);
      })
      .join('  ')
      .trimEnd();
  return [lineOf(columns.map(({ heading }) => visibleText(heading))), ...rows.map(lineOf)].join('\n');
}

/** Names and values, one pair a line. */
export function factsText(facts: readonly (readonly [string, string])[]): string {
  const width = Math.max(...facts.map(([name]) => name.length));
  return facts.map(([name, value]) => `${name.padEnd(width)}  ${visibleText(value)}`).join('\n');
}
