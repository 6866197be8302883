import { escapeXml } from '../../shared/escape/markup';
import type { Rect } from '../../shared/picture/geometry';
import type { DrawingPart } from '../../shared/picture/picture';
import type { SceneNode } from '../../shared/picture/scene';
import type { DisplayList } from './displayList/displayList';
import { arrowLength, arrowSlope } from './displayList/lines';
import type { Stroke } from './displayList/shapes';
import { type Theme, tierColorsOf } from './displayList/theme';
import { tilePath, tileSide } from './displayList/tileStrokes';
import { columnGap } from './pictureColumns';
import { type DrawnPart, type LineShape, stillDrawing } from './stillDrawing';
import { type StillPage, stillPage } from './stillPage';
import { polylinePath, svgElement, svgNumber } from './svgMarkup';
import { svgShape, tilePatternId } from './svgShapes';
import { plainColor, SvgStyles } from './svgStyles';

/** The patterns of the tiers that the picture shows. */
function tilePatterns({ plan }: DisplayList, { theme }: SvgStyles): string {
  const patterns = (plan?.overlay.tierNames ?? []).map((_, tier) => {
    const { color, opacity } = plainColor(tierColorsOf(theme, tier).hatch);
    const stroke = { fill: 'none', stroke: color, 'stroke-opacity': opacity.toFixed(3) };
    return svgElement(
      'pattern',
      { id: tilePatternId(tier), width: tileSide, height: tileSide, patternUnits: 'userSpaceOnUse' },
      svgElement('path', { d: tilePath(tier), ...stroke }),
    );
  });
  return patterns.join('');
}

/** Arrowheads, one for every color of edges. */
class Arrows {
  readonly #ids = new Map<string, string>();

  idOf(color: string): string {
    const known = this.#ids.get(color) ?? `arrow${this.#ids.size}`;
    this.#ids.set(color, known);
    return known;
  }

  markers(): string {
    const half = arrowLength * arrowSlope;
    const size = {
      viewBox: `0 0 ${arrowLength} ${2 * half}`,
      refX: arrowLength,
      refY: half,
      markerWidth: arrowLength,
      markerHeight: 2 * half,
      markerUnits: 'userSpaceOnUse',
      orient: 'auto',
    };
    const head = (fill: string) => svgElement('path', { d: `M0 0L${arrowLength} ${half}L0 ${2 * half}Z`, fill });
    return [...this.#ids].map(([color, id]) => svgElement('marker', { id, ...size }, head(color))).join('');
  }
}

function strokeClass(styles: SvgStyles, { ink, width, dash, dashOffset }: Stroke, marker?: string): string {
  return styles.named({
    fill: 'none',
    stroke: styles.color(ink),
    'stroke-width': width === 1 ? undefined : width,
    'stroke-linejoin': 'round',
    'stroke-dasharray': dash?.map(svgNumber).join(' '),
    'stroke-dashoffset': dashOffset || undefined,
    'marker-end': marker === undefined ? undefined : `url(#${marker})`,
  });
}

/** A line as an element; `arrow` is the marker at its end. */
function svgLine({ points, stroke, isArrow }: LineShape, styles: SvgStyles, arrows: Arrows): string {
  const arrow = isArrow ? arrows.idOf(styles.color(stroke.ink)) : undefined;
  return svgElement('path', { d: polylinePath(points), class: strokeClass(styles, stroke, arrow) });
}

function svgPart({ name, shapes }: DrawnPart, styles: SvgStyles, arrows: Arrows): string {
  const markup = shapes
    .map((shape) => (shape.kind === 'line' ? svgLine(shape, styles, arrows) : svgShape(shape, styles)))
    .join('');
  if (name === undefined) return markup;
  return svgElement('g', {}, svgElement('title', {}, escapeXml(name)) + markup);
}

/** What a picture shows, in words. */
export function pictureDescription({ scene, plan, legend }: DisplayList): string {
  const count = (kind: SceneNode['kind']) => scene.nodes.filter((node) => node.kind === kind).length;
  const parts = [`${count('node')} nodes and ${count('fold')} folded groups, joined by ${scene.edges.length} tensors.`];
  const { overlay, letters = [] } = plan ?? {};
  for (const [tier, name] of (overlay?.tierNames ?? []).entries()) {
    const nodes = overlay?.tierOfNode.filter((other) => other === tier).length ?? 0;
    parts.push(`Tier ${letters[tier]}, ${name}: ${nodes} nodes.`);
  }
  for (const { link, tensor, text } of overlay?.boundaries ?? []) {
    parts.push(`Boundary ${letters[link]} to ${letters[link + 1]}: ${tensor}, ${text}.`);
  }
  if (legend !== null) parts.push(`Dots: ${legend.title}, from ${legend.steps.map(({ text }) => text).join(' to ')}.`);
  return parts.join(' ');
}

const sizeOf = ({ x, y, width, height }: Rect) => ({
  width,
  height,
  viewBox: [x, y, width, height].map(svgNumber).join(' '),
});

/** The picture drawn once, and shown in parts side by side. */
function inColumns(drawn: readonly string[], { parts }: StillPage): string[] {
  const height = parts.reduce((most, part) => Math.max(most, part.height), 0);
  const shown = parts.map((part) => {
    const place = { ...part.at, overflow: 'hidden' };
    return svgElement('svg', { ...sizeOf(part), ...place }, svgElement('use', { href: '#whole' }));
  });
  const lines = parts.slice(1).map(({ at }) => {
    return svgElement('path', { d: `M${at.x - columnGap / 2} 0V${height}`, stroke: 'gray', 'stroke-opacity': '0.5' });
  });
  return [svgElement('defs', {}, svgElement('g', { id: 'whole' }, drawn.join(''))), ...shown, ...lines];
}

/** The surroundings of a cut end where the caption begins. */
function clipped(
  drawn: readonly string[],
  { still: { view }, caption }: StillPage,
  part: DrawingPart,
): readonly string[] {
  if (part !== 'cut' || caption.length === 0) return drawn;
  const { x, y } = view;
  return [svgElement('svg', { ...sizeOf(view), x, y, overflow: 'hidden' }, drawn.join(''))];
}

/**
 * Writes a picture as a stand-alone SVG document, as the graph view shows it, with badges and legend.
 * @param part all of the graph, all of it in columns where it is long, or only what is around the cut
 * @param caption what it shows, in a sentence below it
 */
export function svgPicture(list: DisplayList, theme: Theme, part: DrawingPart = 'whole', caption?: string): string {
  const page = stillPage(list, part, caption);
  const styles = new SvgStyles(theme);
  const arrows = new Arrows();
  const drawn = stillDrawing(list, page.still).map((one) => svgPart(one, styles, arrows));
  const isOne = page.parts.length === 1;
  const paper =
    caption === undefined ? '' : svgShape({ kind: 'rect', ...page.frame, radius: 0, fill: 'background' }, styles);
  const attributes = {
    xmlns: 'http://www.w3.org/2000/svg',
    role: 'img',
    'xml:space': 'preserve',
    'aria-labelledby': 'title desc',
    ...sizeOf(page.frame),
  };
  const below = page.caption.map((line) => svgShape(line, styles)).join('');
  const content = [
    svgElement('title', { id: 'title' }, list.plan === null ? 'Split graph' : 'Split graph and plan'),
    svgElement('desc', { id: 'desc' }, escapeXml(pictureDescription(list))),
    styles.sheet(),
    svgElement('defs', {}, arrows.markers() + tilePatterns(list, styles)),
    paper,
    ...(isOne ? clipped(drawn, page, part) : inColumns(drawn, page)),
    below,
  ];
  return `${svgElement('svg', attributes, `\n${content.filter((part) => part !== '').join('\n')}\n`)}\n`;
}
