import { escapeXml } from '../../shared/escape/markup';
import type { Scene, SceneNode, SceneOverlay } from '../../shared/scene';
import { tierLetters } from '../../shared/tierLook';
import { type BoundaryPill, boundaryPills, linkOfEdge, pillFontPx, pillHeight } from './boundaries';
import { drawNode, tierHalo } from './drawNodes';
import { roundedPath, svgElement, svgNumber, svgText } from './svgMarkup';
import { textWidth } from './textWidth';
import { type PictureTheme, pictureThemes, tierAccent } from './theme';
import { type TierBand, type TierRange, tierBands, tierRanges } from './tierRegions';

const badgeHeight = 20;
const badgePx = 11;

/** How much wider the badges' semibold text is than the regular one that is measured. */
const semiboldFactor = 1.12;

/** What a plan adds to the picture, worked out for one scene. */
interface PlannedScene {
  readonly overlay: SceneOverlay;
  /** As in the graph view, so that color never carries the meaning alone. */
  readonly letters: readonly string[];
  readonly ranges: readonly TierRange[];
  readonly bands: readonly TierBand[] | undefined;
  readonly pills: readonly BoundaryPill[];
}

function planned(scene: Scene, overlay: SceneOverlay): PlannedScene {
  const ranges = tierRanges(scene, overlay);
  const bands = tierBands(scene, ranges);
  const letters = tierLetters(overlay.tierNames);
  return { overlay, letters, ranges, bands, pills: boundaryPills(scene, overlay, ranges, bands) };
}

function badgeText({ overlay, letters }: PlannedScene, tier: number): string {
  return `${letters[tier] ?? ''}  ${overlay.tierNames[tier] ?? ''}`.trimEnd();
}

function badgeWidth(text: string): number {
  return textWidth(text, badgePx) * semiboldFactor + 18;
}

function widestBadge(plan: PlannedScene): number {
  return plan.letters.reduce((widest, _, tier) => Math.max(widest, badgeWidth(badgeText(plan, tier))), 0);
}

function badge(text: string, accent: string, x: number, y: number): string {
  return (
    svgElement('rect', {
      x,
      y,
      width: badgeWidth(text),
      height: badgeHeight,
      rx: 3,
      fill: accent,
    }) + svgText(text, { x: x + 9, y: y + 14, class: 'a' })
  );
}

/** Bands over the whole width with a badge at their left edge, or halos and a row of badges where tiers are no bands. */
function drawTiers(scene: Scene, plan: PlannedScene, theme: PictureTheme, left: number, width: number): string {
  const { letters, ranges, bands } = plan;
  if (bands === undefined) {
    const halos = scene.nodes.map((node, index) =>
      tierHalo(node, ranges[index] ?? { lowest: 0, highest: 0 }, letters, theme),
    );
    const used = letters.map((_, tier) =>
      badge(badgeText(plan, tier), tierAccent(theme, tier), left + 8, 8 + tier * 26),
    );
    return halos.join('') + used.join('');
  }
  return bands
    .map(({ tier, top, bottom }) => {
      const accent = tierAccent(theme, tier);
      const band = { x: left, y: top, width, height: bottom - top, fill: accent, 'fill-opacity': theme.bandOpacity };
      return svgElement('rect', band) + badge(badgeText(plan, tier), accent, left + 8, top + (top === 0 ? 8 : 14));
    })
    .join('');
}

function drawEdges(scene: Scene, plan: PlannedScene | undefined, theme: PictureTheme): string {
  return scene.edges
    .map((edge) => {
      const link = plan === undefined ? undefined : linkOfEdge(edge, plan.ranges);
      const d = roundedPath(edge.points);
      if (link === undefined) return svgElement('path', { d, class: 'e' });
      return svgElement('path', { d, class: `e x${(link + 1) % theme.tiers.length}` });
    })
    .join('');
}

/** The lines between bands; boxes are drawn over them, where a boundary runs through a fold. */
function drawBoundaryLines({ bands = [] }: PlannedScene, theme: PictureTheme, left: number, width: number): string {
  const lines = bands.slice(1).map(({ tier, top }) =>
    svgElement('path', {
      d: `M${svgNumber(left)} ${svgNumber(top)}H${svgNumber(left + width)}`,
      stroke: tierAccent(theme, tier),
      'stroke-dasharray': '5 3',
      'stroke-width': 1.5,
    }),
  );
  return lines.join('');
}

function drawPills(plan: PlannedScene, theme: PictureTheme): string {
  const pills = plan.pills.map(({ link, text, x, y, width }) => {
    const box = { x: x - width / 2, y: y - pillHeight / 2, width, height: pillHeight, rx: pillHeight / 2 };
    const outline = svgElement('rect', { ...box, fill: theme.background, stroke: tierAccent(theme, link + 1) });
    return outline + svgText(text, { x, y: y + 4, class: 'p' });
  });
  return pills.join('');
}

/** Classes keep the file small: a large graph has tens of thousands of texts. */
function styleSheet(theme: PictureTheme): string {
  const rules = [
    "text{font-family:system-ui,-apple-system,'Segoe UI','Helvetica Neue',Arial,sans-serif;font-variant-numeric:tabular-nums}",
    `.n{font-size:12px;font-weight:500;fill:${theme.text}}`,
    `.s{font-size:11px;fill:${theme.dimmed}}`,
    `.t{font-size:10px;fill:${theme.dimmed};text-anchor:end}`,
    '.m{text-anchor:middle}',
    `.b{font-size:10px;font-weight:600;fill:${theme.onAccent};text-anchor:middle}`,
    `.a{font-size:${badgePx}px;font-weight:600;fill:${theme.onAccent}}`,
    `.p{font-size:${pillFontPx}px;fill:${theme.text};text-anchor:middle}`,
    `.e{fill:none;stroke:${theme.edge};stroke-width:1;marker-end:url(#arrow)}`,
    ...theme.tiers.map((accent, tier) => `.x${tier}{stroke:${accent};stroke-width:1.5;stroke-dasharray:5 3}`),
  ];
  return svgElement('style', {}, rules.join(''));
}

function description(scene: Scene, plan: PlannedScene | undefined): string {
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
  return parts.join(' ');
}

/**
 * Writes a scene as a stand-alone SVG document. With an overlay, tiers are bands with a lettered badge (halos with letters
 * where a plan's tiers do not lie one below the other) and boundaries are dashed, with a pill that says what crosses.
 */
export function sceneToSvg(scene: Scene, overlay: SceneOverlay | undefined, theme: 'light' | 'dark'): string {
  const colors = pictureThemes[theme];
  const plan = overlay === undefined ? undefined : planned(scene, overlay);
  const gutter = plan === undefined ? 0 : widestBadge(plan) + 16;
  const left = Math.min(-gutter, ...(plan?.pills ?? []).map(({ x, width }) => x - width / 2 - 8));
  const right = Math.max(scene.width, ...(plan?.pills ?? []).map(({ x, width }) => x + width / 2 + 8));
  const width = right - left;
  const arrow = svgElement(
    'marker',
    { id: 'arrow', viewBox: '0 0 6 6', refX: 5.5, refY: 3, markerWidth: 6, markerHeight: 6, orient: 'auto' },
    svgElement('path', { d: 'M0 .5L6 3L0 5.5Z', fill: colors.edge }),
  );
  const attributes = {
    xmlns: 'http://www.w3.org/2000/svg',
    role: 'img',
    'aria-labelledby': 'title desc',
    width,
    height: scene.height,
    viewBox: [left, 0, width, scene.height].map(svgNumber).join(' '),
  };
  const content = [
    svgElement('title', { id: 'title' }, plan === undefined ? 'Split graph' : 'Split graph and plan'),
    svgElement('desc', { id: 'desc' }, escapeXml(description(scene, plan))),
    styleSheet(colors),
    svgElement('defs', {}, arrow),
    svgElement('rect', { x: left, y: 0, width, height: scene.height, fill: colors.background }),
    plan === undefined ? '' : drawTiers(scene, plan, colors, left, width),
    plan === undefined ? '' : drawBoundaryLines(plan, colors, left, width),
    drawEdges(scene, plan, colors),
    ...scene.nodes.map((node) => drawNode(node, overlay, colors)),
    plan === undefined ? '' : drawPills(plan, colors),
  ];
  return `${svgElement('svg', attributes, `\n${content.filter((part) => part !== '').join('\n')}\n`)}\n`;
}
