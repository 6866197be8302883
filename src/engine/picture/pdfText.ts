import { pdfNumber } from './pdfDocument';

/** A part of a line in one of the fonts that every reader of PDF has (ISO 32000-1, 9.6.2.2). */
interface Run {
  readonly isSymbol: boolean;
  /** Codes of the font's encoding, as characters. */
  codes: string;
}

/** Codes of WinAnsiEncoding beyond Latin-1, and of the font Symbol for what that has not (ISO 32000-1, annex D). */
const winAnsi: Readonly<Record<string, number>> = {
  '…': 0x85,
  '‘': 0x91,
  '’': 0x92,
  '“': 0x93,
  '”': 0x94,
  '•': 0x95,
  '–': 0x96,
  '—': 0x97,
  '€': 0x80,
};
const symbol: Readonly<Record<string, number>> = {
  '→': 0xae,
  '←': 0xac,
  '≤': 0xa3,
  '≥': 0xb3,
  '×': 0xb4,
  '⊞': 0xc5,
  '▾': 0xd1,
};
/** Micro is there, the Greek letter is not. */
const likeness: Readonly<Record<string, string>> = { '\u03bc': '\u00b5', '\u2212': '-', '↻': 'state' };

function codeOf(character: string): number | undefined {
  const code = character.codePointAt(0) ?? 0;
  return (code >= 0x20 && code < 0x7f) || (code >= 0xa0 && code <= 0xff) ? code : winAnsi[character];
}

/** A line in runs of one font each; what neither font has is a question mark. */
function runsOf(text: string): Run[] {
  const runs: Run[] = [];
  for (const given of text) {
    for (const character of likeness[given] ?? given) {
      const own = codeOf(character);
      const isSymbol = own === undefined && symbol[character] !== undefined;
      const code = String.fromCharCode(own ?? symbol[character] ?? 0x3f);
      const last = runs.at(-1);
      if (last?.isSymbol === isSymbol) last.codes += code;
      else runs.push({ isSymbol, codes: code });
    }
  }
  return runs;
}

/** Advance widths of Helvetica from the space on, in thousandths of the font size (Adobe's metrics of the core fonts). */
const helvetica = [
  278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556, 556, 556,
  556, 556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833,
  722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556, 333, 556, 556, 500, 556,
  556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556, 556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334,
  260, 334, 584,
];
/** The bold face is a little wider, and so are the characters that the table does not list about this wide. */
const boldness = 1.06;
const unlisted = 556;
const symbolWidth = 987;

/** Width of a line in thousandths of the font size, to put its end or its middle somewhere. */
function widthOf(runs: readonly Run[], isBold: boolean): number {
  let width = 0;
  for (const { isSymbol, codes } of runs) {
    for (const code of codes) {
      const own = helvetica[code.charCodeAt(0) - 0x20] ?? unlisted;
      width += isSymbol ? symbolWidth : own * (isBold ? boldness : 1);
    }
  }
  return width;
}

const escaped = (codes: string) => codes.replace(/[\\()]/g, '\\$&');

/** How a line is set: at its baseline, on a page whose y points downwards. */
export interface PdfLine {
  readonly text: string;
  readonly x: number;
  readonly baseline: number;
  readonly align: 'start' | 'middle' | 'end';
  readonly px: number;
  readonly isBold: boolean;
  /** Width that it may take; a longer one is set narrower. */
  readonly room: number;
}

/** The operators that show a line, with the fonts F (plain), B (bold) and S (symbols). */
export function pdfLine({ text, x, baseline, align, px, isBold, room }: PdfLine): string {
  const runs = runsOf(text);
  const width = (widthOf(runs, isBold) * px) / 1000;
  const scale = width > room && room > 0 ? room / width : 1;
  const left = x - { start: 0, middle: 0.5, end: 1 }[align] * width * scale;
  const shown = runs.map(({ isSymbol, codes }) => {
    const font = isSymbol ? 'S' : isBold ? 'B' : 'F';
    return `/${font} ${px} Tf (${escaped(codes)}) Tj`;
  });
  const matrix = [scale, 0, 0, -1, left, baseline].map(pdfNumber).join(' ');
  return `BT ${matrix} Tm ${shown.join(' ')} ET`;
}
