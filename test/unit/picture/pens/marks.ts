/** What a pen has left on the paper, in words that do not depend on the pen. */

const rounded = (value: number) => String(Math.round(value * 100) / 100 + 0);

/** `#rrggbb`, with an opacity behind it where it is not opaque. */
export function plainColor(css: string, opacity = 1): string {
  const [, r = 0, g = 0, b = 0, a = 1] = /^rgba?\((\d+), (\d+), (\d+)(?:, ([\d.]+))?\)$/.exec(css)?.map(Number) ?? [];
  const alpha = opacity * (Number.isNaN(a) ? 1 : a);
  const hex = css.startsWith('#') ? css : `#${[r, g, b].map((one) => one.toString(16).padStart(2, '0')).join('')}`;
  return alpha === 1 ? hex : `${hex}/${alpha.toFixed(3)}`;
}

export interface TextMark {
  readonly text: string;
  readonly x: number;
  /** Of the baseline. */
  readonly y: number;
  readonly align: string;
  readonly px: number;
  readonly weight: number;
  readonly color: string;
}

export interface BoxMark {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** Radius of all corners; nothing where they differ. */
  readonly radius: number | undefined;
  readonly fill: string | undefined;
  readonly stroke: string | undefined;
  readonly dash: string;
}

/** How a line is drawn: color, width, dashes and where these begin. */
export type LineStyle = string;

/** Everything on one sheet; lines in the same style that lie on one another count as one. */
export class Marks {
  readonly #lines: string[] = [];
  readonly #pieces = new Map<LineStyle, Map<string, [number, number][]>>();

  text({ text, x, y, align, px, weight, color }: TextMark): void {
    if (text === '') return;
    this.#lines.push(`text "${text}" at ${rounded(x)},${rounded(y)} ${align} ${rounded(px)}px ${weight} ${color}`);
  }

  box({ x, y, width, height, radius, fill, stroke, dash }: BoxMark): void {
    const corners = radius === undefined ? 'mixed corners' : `corners ${rounded(radius)}`;
    const place = [x, y, width, height].map(rounded).join(',');
    this.#lines.push(
      `box ${place} ${corners} fill ${fill ?? 'none'} stroke ${stroke ?? 'none'} dash ${dash || 'none'}`,
    );
  }

  circle(x: number, y: number, radius: number, fill: string | undefined, stroke: string | undefined): void {
    const place = [x, y, radius].map(rounded).join(',');
    this.#lines.push(`circle ${place} fill ${fill ?? 'none'} stroke ${stroke ?? 'none'}`);
  }

  arrow(x: number, y: number, color: string): void {
    this.#lines.push(`arrow at ${rounded(x)},${rounded(y)} ${color}`);
  }

  line(style: LineStyle, x0: number, y0: number, x1: number, y1: number): void {
    const along = x0 === x1 ? 'upright' : y0 === y1 ? 'level' : undefined;
    if (along === undefined) {
      this.#lines.push(`line ${[x0, y0, x1, y1].map(rounded).join(',')} ${style}`);
      return;
    }
    const key = `${along} ${rounded(along === 'upright' ? x0 : y0)}`;
    const [from, to] = along === 'upright' ? [y0, y1] : [x0, x1];
    const ofStyle = this.#pieces.get(style) ?? new Map<string, [number, number][]>();
    this.#pieces.set(style, ofStyle);
    ofStyle.set(key, [...(ofStyle.get(key) ?? []), [Math.min(from, to), Math.max(from, to)]]);
  }

  /** All of it, in an order of its own. */
  sorted(): string[] {
    const joined = [...this.#pieces].flatMap(([style, byPlace]) =>
      [...byPlace].flatMap(([place, spans]) =>
        joinedSpans(spans).map(([from, to]) => `line ${place} from ${rounded(from)} to ${rounded(to)} ${style}`),
      ),
    );
    return [...this.#lines, ...joined].sort();
  }

  /** The texts alone, with their colors, wherever they stand. */
  texts(): string[] {
    return this.#lines
      .filter((line) => line.startsWith('text'))
      .map((line) => line.replace(/ at \S+/, ''))
      .sort();
  }
}

function joinedSpans(spans: readonly [number, number][]): [number, number][] {
  const joined: [number, number][] = [];
  for (const [from, to] of [...spans].sort((a, b) => a[0] - b[0])) {
    const last = joined.at(-1);
    if (last !== undefined && from <= last[1] + 0.01) last[1] = Math.max(last[1], to);
    else joined.push([from, to]);
  }
  return joined;
}
