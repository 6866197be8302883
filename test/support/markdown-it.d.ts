/** The part of markdown-it that tests use; the package brings no types. */
declare module 'markdown-it' {
  class MarkdownIt {
    constructor(options: { readonly html: boolean; readonly linkify: boolean });
    parse(text: string, environment: object): MarkdownIt.Token[];
  }

  namespace MarkdownIt {
    interface Token {
      readonly type: string;
      readonly content: string;
      readonly attrs: readonly (readonly [string, string])[] | null;
      readonly children: readonly Token[] | null;
    }
  }

  export = MarkdownIt;
}
