/** Advance widths of a UI font, in thousandths of the font size, by class of character. */
const widths: readonly (readonly [characters: string, width: number])[] = [
  ["ijl.,:;'|!", 280],
  [' ftrI()[]{}/\\`"-', 370],
  ['acesvxyzkJ_?*^', 560],
  ['bdghnopquL0123456789+<>=~#$', 620],
  ['ABEFKPRSTVXYZC', 690],
  ['DGHNOQU&', 780],
  ['mwM%W@', 930],
];

const widthOfCharacter = new Map<string, number>();
for (const [characters, width] of widths) for (const character of characters) widthOfCharacter.set(character, width);

/** Anything outside of ASCII: letters are near the mean, ideographs take the full square. */
function unlistedWidth(character: string): number {
  return (character.codePointAt(0) ?? 0) >= 0x1100 ? 1000 : 620;
}

/**
 * Width of a line of text in CSS pixels as a proportional UI font would set it. An estimate from a table, so that it is
 * the same on every machine and needs no font; sized for the wider of the common fonts.
 */
export function textWidth(text: string, fontSizePx = 12): number {
  let thousandths = 0;
  for (const character of text) thousandths += widthOfCharacter.get(character) ?? unlistedWidth(character);
  return (thousandths * fontSizePx) / 1000;
}

/** The text, shortened with an ellipsis so that it fits into `maxWidth` CSS pixels. */
export function fitText(text: string, maxWidth: number, fontSizePx = 12): string {
  if (textWidth(text, fontSizePx) <= maxWidth) return text;
  let width = textWidth('…', fontSizePx);
  let fitting = '';
  for (const character of text) {
    width += textWidth(character, fontSizePx);
    if (width > maxWidth) break;
    fitting += character;
  }
  return `${fitting.trimEnd()}…`;
}
