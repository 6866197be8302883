import { escapeXml } from '../../shared/escape/markup';

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

/** Path data of a polyline with slightly rounded corners; `points` are x0, y0, x1, y1, ... */
export function roundedPath(points: readonly number[], radius = 4): string {
  const at = (index: number) => ({ x: points[2 * index] ?? 0, y: points[2 * index + 1] ?? 0 });
  const count = points.length / 2;
  let data = `M${svgNumber(at(0).x)} ${svgNumber(at(0).y)}`;
  for (let index = 1; index < count; index++) {
    const [before, corner, after] = [at(index - 1), at(index), at(index + 1)];
    const inLength = Math.abs(corner.x - before.x) + Math.abs(corner.y - before.y);
    const outLength = Math.abs(after.x - corner.x) + Math.abs(after.y - corner.y);
    const bend = Math.min(radius, inLength / 2, outLength / 2);
    if (index === count - 1 || bend === 0) {
      data += `L${svgNumber(corner.x)} ${svgNumber(corner.y)}`;
      continue;
    }
    const toward = (other: { x: number; y: number }) => {
      const x = corner.x + Math.sign(other.x - corner.x) * bend;
      const y = corner.y + Math.sign(other.y - corner.y) * bend;
      return `${svgNumber(x)} ${svgNumber(y)}`;
    };
    data += `L${toward(before)}Q${svgNumber(corner.x)} ${svgNumber(corner.y)} ${toward(after)}`;
  }
  return data;
}
