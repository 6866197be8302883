import { visibleText } from './visible';

/** What acts anywhere in a line: code, emphasis, links, elements, tables, strikes, entities, addresses and formulas. */
const actingAnywhere = /[\\`*[\]<>|~&@$]|(?<=\])\(|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])/g;
/** What acts at the beginning: headings, lists, quotes, rules. */
const actingFirst = /^[#+=:-]|(?<=^\d{1,9})[.)]/;
/** What makes a link of plain text in GitHub's Markdown. */
const linking = /:(?=\/\/)|(?<=\bwww)\./gi;

/**
 * Text that came from a file, in Markdown: shown as it is, so that nothing becomes a link, an image, an element, a list or
 * a table (CommonMark 0.31.2, section 2.4). Only what would act is escaped, since the text is read as it stands too.
 */
export function markdownText(text: string): string {
  return markdownInline(visibleText(text).trim()).replace(actingFirst, '\\$&');
}

/** The same in the middle of a line or in a cell of a table, where nothing begins and blanks count. */
export function markdownInline(text: string): string {
  return visibleText(text).replace(actingAnywhere, '\\$&').replace(linking, '\\$&');
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
