/** A text beyond these limits is no document of ours: reading it would take memory and time without end. */
export const documentLimits = {
  /** Characters; a profile of half a million nodes is smaller. */
  characters: 32 * 1024 * 1024,
  /** Values and property names. */
  values: 1_500_000,
  /** As many of them as problems are placed in: the syntax tree that leads to a place is many times the text. */
  placedValues: 150_000,
  /** Objects and arrays inside of each other; parsers go down into them by recursion. */
  depth: 64,
} as const;

/** What is beyond a limit, at a place in the text. */
export interface LimitProblem {
  /** One sentence about "this file". */
  readonly message: string;
  readonly offset: number;
}

/** The first limit that a JSON text breaks, if any, and its values so far; it is read once from front to back. */
export function brokenLimit(text: string): { readonly problem?: LimitProblem; readonly values: number } {
  const { characters, values, depth } = documentLimits;
  if (text.length > characters) {
    const millions = characters / 1024 ** 2;
    const message = `This file has more than ${millions} million characters, which is too large.`;
    return { problem: { message, offset: 0 }, values: 0 };
  }
  let open = 0;
  let count = 0;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character === '"') at = endOfString(text, at);
    else if (character === '/') at = endOfComment(text, at);
    else if (character === '}' || character === ']') open--;
    else if (character === '{' || character === '[') open++;
    // Before each value but the first there is an opening bracket, a comma or a colon.
    if (character !== undefined && '{[,:'.includes(character)) count++;
    if (open > depth) {
      const message = `More than ${depth} objects and arrays are inside of each other here, which no file of this kind needs.`;
      return { problem: { message, offset: at }, values: count };
    }
    if (count > values) {
      const message = `This file has more than ${values.toLocaleString('en')} values, which is too large.`;
      return { problem: { message, offset: at }, values: count };
    }
  }
  return { values: count };
}

/** Index of the closing quote, or of the end of the line where there is none. */
function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    const character = text[at];
    if (character === '\\') at++;
    else if (character === '"' || character === '\n' || character === '\r') return at;
  }
  return text.length;
}

/** Index of the last character of a comment, or of the slash where none begins. */
function endOfComment(text: string, start: number): number {
  const isLine = text[start + 1] === '/';
  if (!isLine && text[start + 1] !== '*') return start;
  const end = isLine ? text.indexOf('\n', start + 2) : text.indexOf('*/', start + 2);
  return end < 0 ? text.length : isLine ? end : end + 1;
}
