import type { Scene, SceneOverlay } from '../../shared/scene';

/** Tiers that the nodes of one box run on; a fold may have several. */
export interface TierRange {
  readonly lowest: number;
  readonly highest: number;
}

/** A tier's part of the picture where tiers lie one below the other. */
export interface TierBand {
  readonly tier: number;
  readonly top: number;
  readonly bottom: number;
}

/** Tiers of every box. Inputs belong to the first tier, outputs to the tier that makes them. */
export function tierRanges(scene: Scene, overlay: SceneOverlay): TierRange[] {
  const ranges = scene.nodes.map(({ orderIndices }): TierRange => {
    let lowest = Number.MAX_SAFE_INTEGER;
    let highest = 0;
    for (const place of orderIndices) {
      const tier = overlay.tierOfNode[place] ?? 0;
      lowest = Math.min(lowest, tier);
      highest = Math.max(highest, tier);
    }
    return orderIndices.length === 0 ? { lowest: 0, highest: 0 } : { lowest, highest };
  });
  for (const { from, to } of scene.edges) {
    const highest = ranges[from]?.highest ?? 0;
    if (scene.nodes[to]?.kind === 'output') ranges[to] = { lowest: highest, highest };
  }
  return ranges;
}

/**
 * The tiers as horizontal bands that fill the picture from top to bottom, in order; nothing where the tiers of a plan do not
 * lie one below the other (cuts across branches).
 */
export function tierBands(scene: Scene, ranges: readonly TierRange[]): TierBand[] | undefined {
  const extents = new Map<number, { top: number; bottom: number }>();
  const extend = (tier: number, top: number, bottom: number) => {
    const extent = extents.get(tier) ?? { top: Number.POSITIVE_INFINITY, bottom: 0 };
    extents.set(tier, { top: Math.min(extent.top, top), bottom: Math.max(extent.bottom, bottom) });
  };
  for (const [index, { y, height }] of scene.nodes.entries()) {
    const { lowest = 0, highest = 0 } = ranges[index] ?? {};
    // A boundary inside of a fold runs through the middle of its card.
    const middle = y + height / 2;
    extend(lowest, y, lowest === highest ? y + height : middle);
    if (lowest !== highest) extend(highest, middle, y + height);
  }
  const sorted = [...extents].sort(([a], [b]) => a - b);
  const bands: TierBand[] = [];
  for (const [index, [tier, extent]] of sorted.entries()) {
    const next = sorted[index + 1]?.[1];
    if (next !== undefined && next.top < extent.bottom) return undefined;
    const top = bands.at(-1)?.bottom ?? 0;
    bands.push({ tier, top, bottom: next === undefined ? scene.height : (extent.bottom + next.top) / 2 });
  }
  return bands;
}
