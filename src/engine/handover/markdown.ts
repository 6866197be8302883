import { markdownCode, markdownInline, markdownText } from '../../shared/escape/markdown';
import { visibleText } from '../../shared/escape/visible';
import type { Block, Handover } from './blocks';

/** A sentence in which names between backticks are set as code. */
function sentence(text: string): string {
  const [first = '', ...others] = text.split('`');
  const begins = first === '' ? '' : `${markdownText(first)}${/\s$/.test(first) ? ' ' : ''}`;
  return begins + others.map((part, at) => (at % 2 === 0 ? markdownCode(part) : markdownInline(part))).join('');
}

const cell = (text: string) => (text === '' ? ' ' : markdownInline(text.trim()));

function blockMarkdown(block: Block): string[] {
  switch (block.kind) {
    case 'heading':
      return [`## ${markdownText(block.text)}`];
    case 'lead':
      return [`**${sentence(block.text)}**`];
    case 'text':
      return [sentence(block.text)];
    case 'list':
      return [block.items.map((item) => `- ${sentence(item)}`).join('\n')];
    case 'command':
      return [`\`\`\`sh\n${visibleText(block.text).replaceAll('`', '\\x60')}\n\`\`\``];
    case 'bars':
      return [
        table(
          ['Plan', block.caption, 'Parts'],
          [false, true, false],
          block.bars.map(({ name, figure, parts }) => [name, figure, parts.map(({ text }) => text).join(' + ')]),
        ),
      ];
    case 'table':
      return [
        table(
          block.columns.map(({ title }) => title),
          block.columns.map(({ isNumber }) => isNumber),
          block.rows,
        ),
      ];
    case 'curve':
    case 'graph':
      return [];
  }
}

function table(titles: readonly string[], numbers: readonly boolean[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map(cell).join(' | ')} |`;
  return [line(titles), `|${numbers.map((isNumber) => (isNumber ? '--:' : '---')).join('|')}|`, ...rows.map(line)].join(
    '\n',
  );
}

/** The same report as Markdown, without its pictures. A heading that nothing stands under is left out. */
export function handoverMarkdown({ title, blocks }: Handover): string {
  const shown = blocks.filter(({ kind }) => kind !== 'curve' && kind !== 'graph');
  const told = shown.filter(({ kind }, at) => kind !== 'heading' || (shown[at + 1]?.kind ?? 'heading') !== 'heading');
  return `${[`# ${markdownText(title)}`, ...told.flatMap(blockMarkdown)].join('\n\n')}\n`;
}
