import MarkdownIt from 'markdown-it';

type Token = MarkdownIt.Token;

/** As open as a reader may be: HTML passes, and bare addresses become links. */
const parser = new MarkdownIt({ html: true, linkify: true });

/** What a reader makes of a Markdown text. */
export function renderedMarkdown(text: string) {
  const flat = (tokens: readonly Token[]): Token[] => tokens.flatMap((token) => [token, ...flat(token.children ?? [])]);
  const tokens = flat(parser.parse(text, {}));
  const isActing = ({ type }: Token) => type === 'image' || type === 'link_open' || type.startsWith('html_');
  return {
    /** Links, images and elements, by what they are made of. */
    acting: tokens.filter(isActing).map(({ type, content, attrs }) => `${type} ${content}${JSON.stringify(attrs)}`),
    headings: tokens.filter(({ type }) => type === 'heading_open').length,
    /** All that is read, in code too. */
    text: tokens
      .filter(({ type }) => ['text', 'code_inline', 'fence', 'code_block', 'text_special'].includes(type))
      .map(({ content }) => content)
      .join(''),
  };
}
