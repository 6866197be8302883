import { levelHeights } from '../../../shared/picture/freeHeight';
import type { Scene, SceneOverlay } from '../../../shared/picture/scene';
import { tierLetters } from '../../../shared/picture/tierLook';
import { type Boundary, boundariesOf, crossingEdges } from './boundaries';
import { type TierBand, type TierSpan, tierBands, tierSpans } from './tiers';

/** A plan, related to the scene that is shown. */
export interface PlannedScene {
  readonly overlay: SceneOverlay;
  /** Of the tiers, so that color never carries the meaning alone. */
  readonly letters: readonly string[];
  /** By box; none for graph inputs and outputs. */
  readonly tiers: readonly (TierSpan | null)[];
  readonly timeMs: readonly (number | null)[];
  readonly measured: readonly boolean[];
  /** Whether a pin keeps a node of it on its tier. */
  readonly pinned: readonly boolean[];
  /** Empty where tiers overlap in height. */
  readonly bands: readonly TierBand[];
  readonly boundaries: readonly Boundary[];
  /** Edge index -> link that it crosses first. */
  readonly crossing: ReadonlyMap<number, number>;
}

function totalTime(orderIndices: readonly number[], timeMsOfNode: readonly (number | null)[]): number | null {
  let total: number | null = null;
  for (const order of orderIndices) {
    const time = timeMsOfNode[order] ?? null;
    if (time !== null) total = (total ?? 0) + time;
  }
  return total;
}

/** Plans come and go while the scene stays. */
const levelsOfScenes = new WeakMap<Scene, Float64Array>();

/** Heights at which the edges of a scene run level. */
function levelsOf(scene: Scene): Float64Array {
  const known = levelsOfScenes.get(scene) ?? levelHeights(scene.edges);
  levelsOfScenes.set(scene, known);
  return known;
}

/** Relates a plan to the scene that is shown. */
export function createPlannedScene(scene: Scene, overlay: SceneOverlay): PlannedScene {
  const tiers = tierSpans(scene, overlay);
  const pins = new Set(overlay.pinned);
  const crossing: ReadonlyMap<number, TierSpan> = overlay.isInside ? new Map() : crossingEdges(scene, tiers);
  const rough = tierBands(scene, tiers, () => levelsOf(scene));
  const boundaries = overlay.isInside ? [] : boundariesOf(scene, overlay, crossing, rough);
  // A band ends where the boundary's line runs, so that both say the same.
  const bands = rough.map((band) => ({
    ...band,
    top: boundaries.find(({ link }) => link === band.tier - 1)?.y ?? band.top,
    bottom: boundaries.find(({ link }) => link === band.tier)?.y ?? band.bottom,
  }));
  return {
    overlay,
    letters: tierLetters(overlay.tierNames),
    tiers,
    timeMs: scene.nodes.map((node) => totalTime(node.orderIndices, overlay.timeMsOfNode)),
    measured: scene.nodes.map(
      (node) => node.orderIndices.length > 0 && node.orderIndices.every((order) => overlay.measured[order] === true),
    ),
    pinned: scene.nodes.map(({ orderIndices }) => pins.size > 0 && orderIndices.some((place) => pins.has(place))),
    bands,
    boundaries,
    crossing: new Map([...crossing].map(([edge, span]) => [edge, span.first])),
  };
}
