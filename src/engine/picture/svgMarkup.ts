import { escapeXml } from '../../shared/escape/markup';
import type { Rect } from '../../shared/picture/geometry';

/** A number for an attribute: at most two decimals, never in exponent form. */
export function svgNumber(value: number): string {
  return String(Math.round(value * 100) / 100);
}

type Attributes = Readonly<Record<string, string | number | undefined>>;

/** One element; attributes that are `undefined` are left out, `content` is markup already. */
export function svgElement(name: string, attributes: Attributes, content = ''): string {
  let markup = `<${name}`;
  for (const [key, value] of Object.entries(attributes)) {
    if (value === undefined) continue;
    markup += ` ${key}="${typeof value === 'number' ? svgNumber(value) : escapeXml(value)}"`;
  }
  return content === '' ? `${markup}/>` : `${markup}>${content}</${name}>`;
}

/** A line of text at a baseline. */
export function svgText(text: string, attributes: Attributes): string {
  return text === '' ? '' : svgElement('text', attributes, escapeXml(text));
}

/** Path data of a polyline; `points` are x0, y0, x1, y1, ... */
export function polylinePath(points: readonly number[]): string {
  let data = '';
  for (let at = 0; at + 1 < points.length; at += 2) {
    data += `${at === 0 ? 'M' : 'L'}${svgNumber(points[at] ?? 0)} ${svgNumber(points[at + 1] ?? 0)}`;
  }
  return data;
}

/** Path data of a rectangle whose corners, from the top left on clockwise, are rounded; radii shrink where they do not fit. */
export function roundedRectPath(
  { x, y, width, height }: Rect,
  radii: readonly [number, number, number, number],
): string {
  const [a, b, c, d] = radii;
  const fits = (length: number, sum: number) => (sum > length ? length / sum : 1);
  const scale = Math.min(fits(width, a + b), fits(width, c + d), fits(height, a + d), fits(height, b + c));
  const [topLeft, topRight, bottomRight, bottomLeft] = [a * scale, b * scale, c * scale, d * scale];
  const [right, bottom] = [x + width, y + height];
  const at = (px: number, py: number) => `${svgNumber(px)} ${svgNumber(py)}`;
  const arc = (radius: number, px: number, py: number) =>
    radius === 0 ? '' : `A${at(radius, radius)} 0 0 1 ${at(px, py)}`;
  return [
    `M${at(x + topLeft, y)}L${at(right - topRight, y)}${arc(topRight, right, y + topRight)}`,
    `L${at(right, bottom - bottomRight)}${arc(bottomRight, right - bottomRight, bottom)}`,
    `L${at(x + bottomLeft, bottom)}${arc(bottomLeft, x, bottom - bottomLeft)}`,
    `L${at(x, y + topLeft)}${arc(topLeft, x + topLeft, y)}Z`,
  ].join('');
}
