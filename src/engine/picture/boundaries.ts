import type { Scene, SceneEdge, SceneOverlay } from '../../shared/scene';
import { textWidth } from './textWidth';
import type { TierBand, TierRange } from './tierRegions';

/** A label of a boundary, centered on a place. */
export interface BoundaryPill {
  readonly link: number;
  readonly text: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
}

export const pillHeight = 20;
const pillPadding = 10;
const pillGap = 6;
export const pillFontPx = 11;

/** The link after whose tier an edge leaves: none for edges inside of one tier. */
export function linkOfEdge({ from, to }: SceneEdge, ranges: readonly TierRange[]): number | undefined {
  const { highest: source = 0 } = ranges[from] ?? {};
  const { highest: target = 0 } = ranges[to] ?? {};
  return target > source ? source : undefined;
}

interface LinkText {
  readonly link: number;
  readonly tensor: string;
  readonly text: string;
}

/** One text per link: its largest tensor, and how many more there are. */
function linkTexts(overlay: SceneOverlay): LinkText[] {
  const links = [...new Set(overlay.boundaries.map(({ link }) => link))].sort((a, b) => a - b);
  return links.map((link) => {
    const [largest, ...others] = overlay.boundaries
      .filter((boundary) => boundary.link === link)
      .sort((a, b) => b.bytes - a.bytes);
    const more = others.length === 0 ? '' : `  +${others.length} more`;
    return { link, tensor: largest?.tensor ?? '', text: `${largest?.text ?? ''}${more}` };
  });
}

function pillWidth(text: string): number {
  return textWidth(text, pillFontPx) + 2 * pillPadding;
}

/** Pills on the lines between bands; links without a tier of their own in the picture share a line. */
function pillsOnLines(texts: readonly LinkText[], bands: readonly TierBand[], scene: Scene): BoundaryPill[] {
  const pills: BoundaryPill[] = [];
  for (const [index, band] of bands.entries()) {
    const next = bands[index + 1];
    if (next === undefined) continue;
    const here = texts.filter(({ link }) => link >= band.tier && link < next.tier);
    const widths = here.map(({ text }) => pillWidth(text));
    const total = widths.reduce((sum, width) => sum + width, 0) + pillGap * (here.length - 1);
    // Beside a fold that the line runs through, so that its text stays readable.
    const crossed = scene.nodes.find(({ y, height }) => y < band.bottom && band.bottom < y + height);
    let x = crossed === undefined ? (scene.width - total) / 2 : crossed.x + crossed.width + pillGap;
    for (const [place, { link, text }] of here.entries()) {
      const width = widths[place] ?? 0;
      pills.push({ link, text, x: x + width / 2, y: band.bottom, width });
      x += width + pillGap;
    }
  }
  return pills;
}

/** How far below its source an edge surely runs between two rows of boxes. */
const freeBelowSource = 13;

/** Pills on the edges that cross, moved down where they would cover one another. */
function pillsOnEdges(texts: readonly LinkText[], scene: Scene, ranges: readonly TierRange[]): BoundaryPill[] {
  const pills: BoundaryPill[] = [];
  for (const { link, tensor, text } of texts) {
    const crosses = (edge: SceneEdge) =>
      (ranges[edge.from]?.lowest ?? 0) <= link && (ranges[edge.to]?.highest ?? 0) > link;
    const edge =
      scene.edges.find((candidate) => candidate.tensor === tensor && crosses(candidate)) ?? scene.edges.find(crosses);
    if (edge === undefined) continue;
    const width = pillWidth(text);
    const [x = 0, top = 0] = edge.points;
    let y = top + freeBelowSource;
    const covers = (pill: BoundaryPill) =>
      Math.abs(pill.y - y) < pillHeight + 2 && Math.abs(pill.x - x) < (pill.width + width) / 2;
    while (pills.some(covers)) y += pillHeight + 2;
    pills.push({ link, text, x, y, width });
  }
  return pills;
}

/** Where the boundaries' labels stand: in the middle of the lines between bands, or else on the edges that cross. */
export function boundaryPills(
  scene: Scene,
  overlay: SceneOverlay,
  ranges: readonly TierRange[],
  bands: readonly TierBand[] | undefined,
): BoundaryPill[] {
  const texts = linkTexts(overlay);
  return bands === undefined ? pillsOnEdges(texts, scene, ranges) : pillsOnLines(texts, bands, scene);
}
