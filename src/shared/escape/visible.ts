/**
 * What acts instead of being read: control and format characters (of which terminals make commands, files new lines, and
 * editors another reading direction), line and paragraph separators, and halves of surrogate pairs.
 */
const acting = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

/** The same but for line ends: a long text has one every few characters. */
const actingInLines = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}](?<!\n)/gu;

/** Such characters in JSON strings, where those below U+0020 are escaped already. */
const actingInJson = /[\u007f-\u009f\p{Cf}\p{Zl}\p{Zp}]/gu;

/** `\n`, `\x1b` or `\u202e` for a character. */
function escapeOf(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  if (code === 0x0a) return '\\n';
  if (code === 0x0d) return '\\r';
  if (code === 0x09) return '\\t';
  if (code < 0x100) return `\\x${code.toString(16).padStart(2, '0')}`;
  return code < 0x10000 ? `\\u${code.toString(16).padStart(4, '0')}` : `\\u{${code.toString(16)}}`;
}

/** Text that came from a file as one line of nothing but readable characters; escapes stand for the others. */
export function visibleText(text: string): string {
  return text.replace(acting, escapeOf);
}

/** Text of several lines, in which line ends stay as they are. */
export function visibleLines(text: string): string {
  return text.replace(actingInLines, escapeOf);
}

/** A JSON text of the same value without characters that act on whoever prints it. */
export function visibleJson(json: string): string {
  return json.replace(actingInJson, (character) =>
    Array.from(
      { length: character.length },
      (_, at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`,
    ).join(''),
  );
}
