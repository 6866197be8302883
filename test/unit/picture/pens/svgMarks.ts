import { Marks, plainColor } from './marks';

type Fields = ReadonlyMap<string, string>;

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };
const unescaped = (text: string) => text.replace(/&(amp|lt|gt|quot|#39);/g, (_, name: string) => entities[name] ?? '');

function fieldsOf(text: string, pattern: RegExp): Fields {
  return new Map([...text.matchAll(pattern)].map(([, name = '', value = '']) => [name, value]));
}

/** The corners of a path and the ends of its arcs. */
function pointsOf(path: string): [number, number][] {
  return [...path.matchAll(/([MLA])([^MLAZ]*)/g)].map(([, , numbers = '']): [number, number] => {
    const values = numbers.trim().split(/[ ,]+/).map(Number);
    return [values.at(-2) ?? 0, values.at(-1) ?? 0];
  });
}

/** What a reader of the SVG document sees: its elements with the declarations of their classes. */
export function svgMarks(svg: string): Marks {
  const marks = new Marks();
  const classes = new Map(
    [...svg.matchAll(/\.(\w+)\{([^}]*)\}/g)].map(([, name = '', rules = '']) => [
      name,
      fieldsOf(rules, /([\w-]+):([^;]+)/g),
    ]),
  );
  const markers = new Map(
    [...svg.matchAll(/<marker id="(\w+)".*?fill="([^"]+)"/g)].map(([, id = '', color = '']) => [id, color]),
  );
  const body = svg.slice(svg.indexOf('</defs>') + 7).replaceAll(/<title>[^<]*<\/title>/g, '');
  for (const [, name = '', rest = '', content = ''] of body.matchAll(/<(rect|path|text|circle)\b([^>]*)>([^<]*)/g)) {
    const own = fieldsOf(rest, /([\w:-]+)="([^"]*)"/g);
    const style = classes.get(own.get('class') ?? '') ?? new Map<string, string>();
    drawn(marks, name, (field) => own.get(field) ?? style.get(field), unescaped(content), markers);
  }
  return marks;
}

function drawn(
  marks: Marks,
  name: string,
  field: (name: string) => string | undefined,
  content: string,
  markers: ReadonlyMap<string, string>,
): void {
  const number = (key: string, otherwise = 0) => Number.parseFloat(field(key) ?? String(otherwise));
  const color = (key: string) => {
    const value = field(key);
    if (value === undefined || value === 'none') return undefined;
    const tier = /^url\(#tier(\d+)\)$/.exec(value)?.[1];
    return tier === undefined ? plainColor(value, number(`${key}-opacity`, 1)) : `pattern ${tier}`;
  };
  const [fill, stroke] = [color('fill'), color('stroke')];
  const dash = field('stroke-dasharray') ?? '';
  const path = pointsOf(field('d') ?? '');
  if (name === 'text') {
    const font = { px: number('font-size'), weight: number('font-weight', 400) };
    const place = { x: number('x'), y: number('y'), align: field('text-anchor') ?? 'start' };
    marks.text({ text: content, ...place, ...font, color: fill ?? 'none' });
  } else if (name === 'circle') {
    marks.circle(number('cx'), number('cy'), number('r'), fill, stroke);
  } else if (name === 'rect') {
    const place = { x: number('x'), y: number('y'), width: number('width'), height: number('height') };
    marks.box({ ...place, radius: number('rx'), fill, stroke, dash });
  } else if (field('d')?.endsWith('Z') === true) {
    const [xs, ys] = [path.map(([x]) => x), path.map(([, y]) => y)];
    const [x, y] = [Math.min(...xs), Math.min(...ys)];
    const size = { width: Math.max(...xs) - x, height: Math.max(...ys) - y };
    marks.box({ x, y, ...size, radius: undefined, fill, stroke, dash });
  } else {
    const style = `${stroke} ${number('stroke-width', 1)} wide, dash ${dash || 'none'} from ${number('stroke-dashoffset')}`;
    for (const [index, [x, y]] of path.entries()) {
      const [lastX, lastY] = path[index - 1] ?? [x, y];
      if (index > 0) marks.line(style, lastX, lastY, x, y);
    }
    const marker = /^url\(#(\w+)\)$/.exec(field('marker-end') ?? '')?.[1];
    const [endX, endY] = path.at(-1) ?? [0, 0];
    if (marker !== undefined) marks.arrow(endX, endY, markers.get(marker) ?? 'none');
  }
}
