import { visibleText } from './visible';

/**
 * Text that came from a file, in Markdown: shown as it is. Every ASCII punctuation character may be escaped there
 * (CommonMark 0.31.2, section 2.4), so that nothing becomes a link, an image, an element, a list or a table.
 */
export function markdownText(text: string): string {
  return visibleText(text)
    .trim()
    .replace(/[!-/:-@[-`{-~]/g, '\\$&');
}

/** Text that came from a file, as inline code in Markdown; in a table too. */
export function markdownCode(text: string): string {
  const shown = visibleText(text);
  const runs = shown.match(/`+/g) ?? [];
  const fence = '`'.repeat(1 + Math.max(0, ...runs.map((run) => run.length)));
  const isPadded = shown === '' || shown.startsWith('`') || shown.endsWith('`') || shown.trim() !== shown;
  return isPadded ? `${fence} ${shown} ${fence}` : `${fence}${shown}${fence}`;
}

/** The same in a cell of a table, which a bar would end even inside of code. */
export function markdownCellCode(text: string): string {
  return markdownCode(text).replaceAll('|', '\\|');
}
