import { freeHeight } from '../../../shared/picture/freeHeight';
import type { Scene, SceneOverlay } from '../../../shared/picture/scene';

/** The tiers that a box runs on; equal for one node, different for a fold that a boundary runs through. */
export interface TierSpan {
  readonly first: number;
  readonly last: number;
}

/** A part of the picture that belongs to one tier; the outermost ones have no end where no boundary gives them one. */
export interface TierBand {
  readonly tier: number;
  readonly top: number;
  readonly bottom: number;
}

function spanOf(orderIndices: readonly number[], tierOfNode: readonly number[]): TierSpan | null {
  let first = Infinity;
  let last = -1;
  for (const order of orderIndices) {
    const tier = tierOfNode[order];
    if (tier === undefined) continue;
    first = Math.min(first, tier);
    last = Math.max(last, tier);
  }
  return last < 0 ? null : { first, last };
}

/** The tiers that each box of a scene runs on; none for graph inputs and outputs. */
export function tierSpans(scene: Scene, { tierOfNode }: Pick<SceneOverlay, 'tierOfNode'>): (TierSpan | null)[] {
  return scene.nodes.map(({ orderIndices }) => spanOf(orderIndices, tierOfNode));
}

/** Letters of the tiers of a box: two where a boundary runs through it. */
export function spanLetters({ first, last }: TierSpan, letters: readonly string[]): string {
  const start = letters[first] ?? '';
  return first === last ? start : `${start}–${letters[last] ?? ''}`;
}

/** Number of nodes that two plans run on different tiers. */
export function movedNodes(plan: Pick<SceneOverlay, 'tierOfNode'>, other: Pick<SceneOverlay, 'tierOfNode'>): number {
  return plan.tierOfNode.filter((tier, index) => tier !== other.tierOfNode[index]).length;
}

/**
 * The tiers as bands over the whole width, from the top to the bottom; none where the tiers of a plan do not lie one below
 * the other (cuts across branches). Folds that run on several tiers belong to no band.
 * @param levels heights at which edges run level
 */
export function tierBands(scene: Scene, spans: readonly (TierSpan | null)[], levels: () => Float64Array): TierBand[] {
  const ranges = new Map<number, { top: number; bottom: number }>();
  spans.forEach((span, index) => {
    const node = scene.nodes[index];
    if (span === null || node === undefined || span.first !== span.last) return;
    const range = ranges.get(span.first) ?? { top: Infinity, bottom: -Infinity };
    range.top = Math.min(range.top, node.y);
    range.bottom = Math.max(range.bottom, node.y + node.height);
    ranges.set(span.first, range);
  });
  const sorted = [...ranges].sort(([a], [b]) => a - b).map(([tier, range]) => ({ tier, ...range }));
  const bands: TierBand[] = [];
  let top = Number.NEGATIVE_INFINITY;
  for (const [at, band] of sorted.entries()) {
    const next = sorted[at + 1];
    if (next !== undefined && band.bottom > next.top) return [];
    const bottom = next === undefined ? Number.POSITIVE_INFINITY : freeHeight(band.bottom, next.top, levels());
    bands.push({ tier: band.tier, top, bottom });
    top = bottom;
  }
  return bands;
}
