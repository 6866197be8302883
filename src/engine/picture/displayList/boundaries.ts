import type { Point } from '../../../shared/picture/geometry';
import type { Scene, SceneEdge, SceneOverlay } from '../../../shared/picture/scene';
import { bytesText, costShortText, durationText } from '../../../shared/vocabulary/quantities';
import type { PictureText } from './texts';
import type { TierBand, TierSpan } from './tiers';

/** What crosses one link, with the place to draw it at. */
export interface Boundary {
  readonly link: number;
  /** Nodes below the cut when the cut is a prefix of the order, which is what can be dragged. */
  readonly position: number | null;
  /** y of the line through the picture; none where the cut runs across branches. */
  readonly y: number | null;
  /** Edges that cross it. */
  readonly edges: readonly number[];
  readonly tensors: readonly CarriedTensor[];
  /** Of all tensors. */
  readonly bytes: number;
  readonly transferMs: number;
  readonly costPerRequest: number;
}

export interface CarriedTensor {
  readonly name: string;
  /** Its shape, bytes, time and cost. */
  readonly text: string;
}

/** The label of a boundary. */
export interface Pill {
  readonly link: number;
  /** Letters of both tiers, and what crosses: the one tensor, or how many there are, with what they cost together. */
  readonly text: string;
  /** What it carries altogether, for where there is no room for more. */
  readonly shortText: string;
  /** The place that it belongs to: of the boundary's line, of an edge that crosses, or of a fold that the boundary cuts. */
  readonly anchor: Point | null;
}

/** Number of nodes on tiers up to `link`, when these are exactly the first ones of the order. */
function prefixLength(tierOfNode: readonly number[], link: number): number | null {
  const firstAbove = tierOfNode.findIndex((tier) => tier > link);
  if (firstAbove < 0) return tierOfNode.length;
  return tierOfNode.every((tier, index) => index < firstAbove || tier > link) ? firstAbove : null;
}

/** Edges that leave their tier, by index, with the tiers that they leave and enter. */
export function crossingEdges(scene: Scene, spans: readonly (TierSpan | null)[]): Map<number, TierSpan> {
  const crossing = new Map<number, TierSpan>();
  scene.edges.forEach((edge, index) => {
    const source = spans[edge.from];
    const target = spans[edge.to];
    if (target === null || target === undefined) return;
    // A graph input arrives on the first tier.
    const from = source?.last ?? (scene.nodes[edge.from]?.kind === 'input' ? 0 : target.first);
    if (from < target.first) crossing.set(index, { first: from, last: target.first });
  });
  return crossing;
}

/** The boundaries of a plan from the first link to the last; links that nothing crosses and that end nothing have none. */
export function boundariesOf(
  scene: Scene,
  overlay: SceneOverlay,
  crossing: ReadonlyMap<number, TierSpan>,
  bands: readonly TierBand[],
): Boundary[] {
  const boundaries: Boundary[] = [];
  for (let link = 0; link + 1 < overlay.tierNames.length; link++) {
    const carried = overlay.boundaries.filter((boundary) => boundary.link === link);
    const tensors = carried.map(({ tensor, text }): CarriedTensor => ({ name: tensor, text }));
    const sumOf = (part: 'bytes' | 'transferMs' | 'cost') => carried.reduce((sum, tensor) => sum + tensor[part], 0);
    const position = prefixLength(overlay.tierOfNode, link);
    if (tensors.length === 0 && (position === null || position === overlay.tierOfNode.length)) continue;
    const edges = [...crossing].filter(([, span]) => span.first <= link && span.last > link).map(([index]) => index);
    const above = bands.find((band) => band.tier > link);
    const top = above !== undefined && Number.isFinite(above.top) ? above.top : null;
    const line = scene.cutLines.find((cut) => cut.position === position)?.y;
    boundaries.push({
      link,
      position,
      y: position === null ? null : (line ?? top),
      edges,
      tensors,
      bytes: sumOf('bytes'),
      transferMs: sumOf('transferMs'),
      costPerRequest: sumOf('cost'),
    });
  }
  return boundaries;
}

function middleOf({ points }: SceneEdge): Point {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (let at = 0; at + 1 < points.length; at += 2) {
    const [x = 0, y = 0] = points.slice(at, at + 2);
    [left, right] = [Math.min(left, x), Math.max(right, x)];
    [top, bottom] = [Math.min(top, y), Math.max(bottom, y)];
  }
  return { x: (left + right) / 2, y: (top + bottom) / 2 };
}

function anchorOf(scene: Scene, spans: readonly (TierSpan | null)[], { link, y, edges }: Boundary): Point | null {
  if (y !== null) return { x: scene.width / 2, y };
  const edge = scene.edges[edges[0] ?? -1];
  if (edge !== undefined) return middleOf(edge);
  const cut = scene.nodes.find((_, index) => {
    const span = spans[index] ?? null;
    return span !== null && span.first <= link && span.last > link;
  });
  return cut === undefined ? null : { x: cut.x + cut.width / 2, y: cut.y + cut.height / 2 };
}

/** What the label of a boundary says, and where it belongs. */
export function pillOf(
  scene: Scene,
  spans: readonly (TierSpan | null)[],
  letters: readonly string[],
  boundary: Boundary,
  text: PictureText,
): Pill {
  const { link, tensors, bytes, transferMs, costPerRequest } = boundary;
  const direction = `${letters[link] ?? ''} → ${letters[link + 1] ?? ''}`;
  const anchor = anchorOf(scene, spans, boundary);
  const [first] = tensors;
  if (first === undefined) return { link, text: direction, shortText: direction, anchor };
  const sums = [bytesText(bytes), durationText(transferMs)];
  const cost = costPerRequest > 0 ? [costShortText(costPerRequest)] : [];
  const figures =
    tensors.length === 1 ? first.text : [text('boundary.tensors', tensors.length), ...sums, ...cost].join(' · ');
  return {
    link,
    text: `${direction}   ${figures}`,
    shortText: `${direction}   ${sums.join(' · ')}`,
    anchor,
  };
}
