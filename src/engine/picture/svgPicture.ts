import { escapeXml } from '../../shared/escape/markup';
import type { Rect } from '../../shared/picture/geometry';
import type { DrawingPart } from '../../shared/picture/picture';
import type { SceneNode } from '../../shared/picture/scene';
import type { DisplayList } from './displayList/displayList';
import { arrowLength, arrowSlope, boundaryLines, edgeStroke } from './displayList/lines';
import { overlayShapes, type StillPicture, stillPicture } from './displayList/overlays';
import type { Ink, Shape, Stroke } from './displayList/shapes';
import { type Theme, tierColorsOf } from './displayList/theme';
import { tilePath, tileSide } from './displayList/tileStrokes';
import type { View } from './displayList/view';
import { columnGap, columnsView, pictureColumns } from './pictureColumns';
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

function bands({ plan }: DisplayList, view: View, styles: SvgStyles): string {
  const areas = (plan?.bands ?? []).flatMap(({ tier, top, bottom }): Shape[] => {
    const [start, end] = [Math.max(view.y, top), Math.min(view.y + view.height, bottom)];
    return end <= start ? [] : [{ kind: 'area', x: view.x, y: start, width: view.width, height: end - start, tier }];
  });
  return areas.map((area) => svgShape(area, styles)).join('');
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

/** Plain edges lie below those that cross a link, as on the screen. */
function edges({ scene, plan }: DisplayList, styles: SvgStyles, arrows: Arrows): string {
  const drawn: [string[], string[]] = [[], []];
  for (const [index, { points }] of scene.edges.entries()) {
    const link = plan?.crossing.get(index);
    const stroke = edgeStroke(link);
    const className = strokeClass(styles, stroke, arrows.idOf(styles.color(stroke.ink)));
    drawn[link === undefined ? 0 : 1].push(svgElement('path', { d: polylinePath(points), class: className }));
  }
  return drawn.flat().join('');
}

function boundaries(list: DisplayList, { x, width }: View, styles: SvgStyles): string {
  const lines = boundaryLines(list, 1).map(({ y, stroke }) =>
    svgElement('path', { d: polylinePath([x, y, x + width, y]), class: strokeClass(styles, stroke) }),
  );
  return lines.join('');
}

function box(list: DisplayList, index: number, { label, subtitle }: SceneNode, styles: SvgStyles): string {
  const { sheets, card, patch, bar, content } = list.box(index);
  const shapes = [...sheets, card, ...(patch === null ? [] : [patch]), bar, ...content];
  return svgElement(
    'g',
    {},
    svgElement('title', {}, escapeXml(`${label} ${subtitle}`)) +
      shapes.map((shape) => svgShape(shape, styles)).join(''),
  );
}

function overlays(list: DisplayList, still: StillPicture, styles: SvgStyles): string {
  const { x, y } = still.view;
  const shapes = overlayShapes(list, still).map((shape) => ({ ...shape, x: shape.x + x, y: shape.y + y }));
  return shapes.map((shape) => svgShape(shape, styles)).join('');
}

function description({ scene, plan, legend }: DisplayList): string {
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
function inColumns(drawn: readonly string[], columns: readonly Rect[]): string[] {
  const { height } = columnsView(columns);
  const shown = columns.map((column, index) => {
    const place = { x: index * (column.width + columnGap), y: 0, overflow: 'hidden' };
    return svgElement('svg', { ...sizeOf(column), ...place }, svgElement('use', { href: '#whole' }));
  });
  const lines = columns.slice(1).map((column, index) => {
    const x = (index + 1) * (column.width + columnGap) - columnGap / 2;
    return svgElement('path', { d: `M${x} 0V${height}`, stroke: 'gray', 'stroke-opacity': '0.5' });
  });
  return [svgElement('defs', {}, svgElement('g', { id: 'whole' }, drawn.join(''))), ...shown, ...lines];
}

/**
 * Writes a picture as a stand-alone SVG document, as the graph view shows it, with badges and legend.
 * @param part all of the graph, all of it in columns where it is long, or only what is around the cut
 */
export function svgPicture(list: DisplayList, theme: Theme, part: DrawingPart = 'whole'): string {
  const still = stillPicture(list, part === 'cut' ? 'cut' : 'whole');
  const { view } = still;
  const columns = part === 'columns' ? pictureColumns(list, view) : [];
  const styles = new SvgStyles(theme);
  const arrows = new Arrows();
  const paper: Ink = 'background';
  const groups = list.groups.filter((group) => group !== null);
  const drawn = [
    svgElement('rect', { x: view.x, y: view.y, width: view.width, height: view.height, fill: styles.color(paper) }),
    bands(list, view, styles),
    groups.map(({ outline }) => svgShape(outline, styles)).join(''),
    edges(list, styles, arrows),
    groups.map(({ plate, name }) => svgShape(plate, styles) + svgShape(name, styles)).join(''),
    boundaries(list, view, styles),
    ...list.scene.nodes.map((node, index) => box(list, index, node, styles)),
    overlays(list, still, styles),
  ];
  const attributes = {
    xmlns: 'http://www.w3.org/2000/svg',
    role: 'img',
    'xml:space': 'preserve',
    'aria-labelledby': 'title desc',
    ...sizeOf(columns.length > 1 ? columnsView(columns) : view),
  };
  const content = [
    svgElement('title', { id: 'title' }, list.plan === null ? 'Split graph' : 'Split graph and plan'),
    svgElement('desc', { id: 'desc' }, escapeXml(description(list))),
    styles.sheet(),
    svgElement('defs', {}, arrows.markers() + tilePatterns(list, styles)),
    ...(columns.length > 1 ? inColumns(drawn, columns) : drawn),
  ];
  return `${svgElement('svg', attributes, `\n${content.filter((part) => part !== '').join('\n')}\n`)}\n`;
}
