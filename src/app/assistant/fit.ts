import { visibleText } from '../../shared/escape/visible';

/** Names and sentences beyond this are cut: whoever made the model wrote them. */
const longestText = 240;
const longestName = 80;

/** Text out of a file as data: on one line, without characters that act, and not longer than a name is. */
export function nameData(name: string): string {
  const visible = visibleText(name);
  return visible.length <= longestName ? visible : `${visible.slice(0, longestName - 3)}...`;
}

/** A sentence in which names may stand, likewise. */
export function sentenceData(sentence: string): string {
  const visible = visibleText(sentence);
  return visible.length <= longestText ? visible : `${visible.slice(0, longestText - 3)}...`;
}

/**
 * An answer as JSON of at most so many bytes: its longest lists are shortened, with how many entries are left out in their
 * place, until it fits.
 */
export function fittedJson(answer: Readonly<Record<string, unknown>>, mostBytes: number): string {
  let fitted: unknown = answer;
  for (let length = 16; ; length = Math.floor(length / 2)) {
    const text = JSON.stringify(fitted);
    if (Buffer.byteLength(text) <= mostBytes || length === 0) return text;
    fitted = shortened(answer, length);
  }
}

function shortened(value: unknown, length: number): unknown {
  if (Array.isArray(value)) {
    const kept = value.slice(0, length).map((entry) => shortened(entry, length));
    return value.length > length ? [...kept, `... ${value.length - length} more`] : kept;
  }
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, entry]) => [name, shortened(entry, length)]));
}
