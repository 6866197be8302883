import { applyEdits, type JSONPath, modify } from 'jsonc-parser';

/** Writes values into the text of a configuration, leaving comments and layout alone. */
export function withValues(text: string, values: readonly (readonly [path: JSONPath, value: unknown])[]): string {
  const formattingOptions = { insertSpaces: true, tabSize: 2 };
  return values.reduce(
    (edited, [path, value]) => applyEdits(edited, modify(edited, [...path], value, { formattingOptions })),
    text,
  );
}
