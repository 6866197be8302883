/** An opaque or translucent color, channels 0 to 255, alpha 0 to 1. */
export interface Color {
  readonly r: number;
  readonly g: number;
  readonly b: number;
  readonly a: number;
}

const hexPattern = /^#([0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8})$/i;
const rgbPattern = /^rgba?\(\s*([\d.]+)[,\s]+([\d.]+)[,\s]+([\d.]+)(?:[,\s/]+([\d.]+)(%?))?\s*\)$/i;

function parseHex(digits: string): Color {
  const full = digits.length < 5 ? [...digits].map((digit) => digit + digit).join('') : digits;
  const channel = (at: number) => Number.parseInt(full.slice(at, at + 2), 16);
  return { r: channel(0), g: channel(2), b: channel(4), a: full.length === 8 ? channel(6) / 255 : 1 };
}

/** Reads `#rgb`, `#rgba`, `#rrggbb`, `#rrggbbaa`, `rgb()` and `rgba()`; nothing for any other notation. */
export function parseColor(value: string): Color | undefined {
  const trimmed = value.trim();
  const hex = hexPattern.exec(trimmed)?.[1];
  if (hex !== undefined) return parseHex(hex);
  const match = rgbPattern.exec(trimmed);
  if (match === null) return undefined;
  const alpha = match[4] === undefined ? 1 : Number(match[4]) / (match[5] === '%' ? 100 : 1);
  return { r: Number(match[1]), g: Number(match[2]), b: Number(match[3]), a: alpha };
}

/** CSS notation of a color. */
export function cssColor({ r, g, b, a }: Color): string {
  const rounded = [r, g, b].map((channel) => Math.round(channel)).join(', ');
  return a >= 1 ? `rgb(${rounded})` : `rgba(${rounded}, ${Number(a.toFixed(3))})`;
}

export function withAlpha(color: Color, a: number): Color {
  return { ...color, a };
}

/** `amount` of `to` mixed into `from`, linearly in sRGB; 0 gives `from`. */
export function mix(from: Color, to: Color, amount: number): Color {
  const channel = (a: number, b: number) => a + (b - a) * amount;
  return { r: channel(from.r, to.r), g: channel(from.g, to.g), b: channel(from.b, to.b), a: channel(from.a, to.a) };
}

/** What is seen of a translucent color on an opaque background. */
export function over(color: Color, background: Color): Color {
  return { ...mix(background, { ...color, a: 1 }, color.a), a: 1 };
}

/** Relative luminance of an opaque color, 0 to 1 (WCAG 2.2, "relative luminance"). */
export function luminance({ r, g, b }: Color): number {
  const linear = (channel: number) => {
    const share = channel / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
}

/** Contrast ratio of two opaque colors, 1 to 21 (WCAG 2.2, "contrast ratio"). */
export function contrast(first: Color, second: Color): number {
  const [a, b] = [luminance(first), luminance(second)];
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
}

const black: Color = { r: 0, g: 0, b: 0, a: 1 };
const white: Color = { r: 255, g: 255, b: 255, a: 1 };

/** Black or white, whichever reads better on `background`. */
export function readableOn(background: Color): Color {
  return contrast(white, background) >= contrast(black, background) ? white : black;
}

/** `color`, moved towards black or white just as far as `background` needs for the contrast `ratio`. */
export function ensureContrast(color: Color, background: Color, ratio: number): Color {
  const target = readableOn(background);
  for (let step = 0; step <= 20; step++) {
    const candidate = mix(over(color, background), target, step / 20);
    if (contrast(candidate, background) >= ratio) return candidate;
  }
  return target;
}
