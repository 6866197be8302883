import type { GraphData } from '../../shared/documents/nodeData';
import { type Color, cssColor, mix, parseColor } from '../picture/displayList/color';

/** Names of colors that files of node data use; CSS has many more. */
const named: Readonly<Record<string, string>> = {
  aqua: '#0ff',
  black: '#000',
  blue: '#00f',
  brown: '#a52a2a',
  cyan: '#0ff',
  fuchsia: '#f0f',
  gold: '#ffd700',
  gray: '#808080',
  green: '#008000',
  grey: '#808080',
  lime: '#0f0',
  magenta: '#f0f',
  maroon: '#800000',
  navy: '#000080',
  olive: '#808000',
  orange: '#ffa500',
  pink: '#ffc0cb',
  purple: '#800080',
  red: '#f00',
  silver: '#c0c0c0',
  teal: '#008080',
  white: '#fff',
  yellow: '#ff0',
};

function colorNamed(text: string): Color | undefined {
  const name = text.trim().toLowerCase();
  const color = parseColor(Object.hasOwn(named, name) ? (named[name] ?? '') : text);
  const isSound = color !== undefined && [color.r, color.g, color.b].every((channel) => channel <= 255) && color.a <= 1;
  return isSound ? color : undefined;
}

/** How a graph's node data color values: what a file says of one node comes before its gradient, and that before its thresholds. */
export class DataColors {
  readonly #stops: readonly { readonly stop: number; readonly color: Color }[];
  readonly #thresholds: readonly { readonly value: number; readonly bgColor: string }[];
  readonly #low: number;
  readonly #high: number;
  /** Colors that were not understood. */
  unread = 0;

  constructor({ results, gradient = [], thresholds = [] }: GraphData) {
    const numbers = Object.values(results).flatMap(({ value }) => (typeof value === 'number' ? [value] : []));
    this.#low = numbers.reduce((low, value) => Math.min(low, value), Number.POSITIVE_INFINITY);
    this.#high = numbers.reduce((high, value) => Math.max(high, value), Number.NEGATIVE_INFINITY);
    this.#stops = gradient
      .flatMap(({ stop, bgColor }) => {
        const color = bgColor === undefined ? undefined : this.#read(bgColor);
        return color === undefined ? [] : [{ stop, color }];
      })
      .sort((a, b) => a.stop - b.stop);
    this.#thresholds = [...thresholds].sort((a, b) => a.value - b.value);
  }

  /** As CSS; `null` where the file gives none. */
  colorOf({ value, bgColor }: GraphData['results'][string]): string | null {
    const own = bgColor === undefined ? undefined : this.#read(bgColor);
    const color = own ?? (typeof value === 'number' ? this.#scaled(value) : undefined);
    return color === undefined ? null : cssColor(color);
  }

  #scaled(value: number): Color | undefined {
    if (this.#stops.length > 0) return this.#onGradient(value);
    const limit = this.#thresholds.find((one) => value <= one.value);
    return limit && this.#read(limit.bgColor);
  }

  #onGradient(value: number): Color | undefined {
    const range = this.#high - this.#low;
    const share = range > 0 ? (value - this.#low) / range : 1;
    const above = this.#stops.find(({ stop }) => stop >= share) ?? this.#stops.at(-1);
    const below = this.#stops.findLast(({ stop }) => stop <= share) ?? this.#stops[0];
    if (above === undefined || below === undefined) return undefined;
    const width = above.stop - below.stop;
    return width > 0 ? mix(below.color, above.color, (share - below.stop) / width) : below.color;
  }

  #read(text: string): Color | undefined {
    const color = colorNamed(text);
    if (color === undefined) this.unread++;
    return color;
  }
}
