import { freeHeight } from '../../src/shared/freeHeight';
import type { SceneOverlay } from '../../src/shared/scene';
import { tierLetters } from '../../src/shared/tierLook';
import type { SceneModel } from './sceneModel';

/** The tiers that a scene node runs on; equal for one node, different for a fold that a boundary runs through. */
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

/** The plan, related to the scene that is shown. */
export interface PlanModel {
  readonly overlay: SceneOverlay;
  readonly letters: readonly string[];
  /** By scene node; none for graph inputs and outputs. */
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

/** The tiers that each box of a scene runs on. */
export function tierSpans(model: SceneModel, { tierOfNode }: Pick<SceneOverlay, 'tierOfNode'>): (TierSpan | null)[] {
  return model.scene.nodes.map((node) => spanOf(node.orderIndices, tierOfNode));
}

/** Number of nodes that two plans run on different tiers. */
export function movedNodes(plan: Pick<SceneOverlay, 'tierOfNode'>, other: Pick<SceneOverlay, 'tierOfNode'>): number {
  return plan.tierOfNode.filter((tier, index) => tier !== other.tierOfNode[index]).length;
}

function totalTime(orderIndices: readonly number[], timeMsOfNode: readonly (number | null)[]): number | null {
  let total: number | null = null;
  for (const order of orderIndices) {
    const time = timeMsOfNode[order] ?? null;
    if (time !== null) total = (total ?? 0) + time;
  }
  return total;
}

function bandsOf(model: SceneModel, tiers: readonly (TierSpan | null)[]): TierBand[] {
  const ranges = new Map<number, { top: number; bottom: number }>();
  tiers.forEach((span, index) => {
    const node = model.scene.nodes[index];
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
    const bottom = next === undefined ? Number.POSITIVE_INFINITY : freeHeight(band.bottom, next.top, model.levels());
    bands.push({ tier: band.tier, top, bottom });
    top = bottom;
  }
  return bands;
}

/** Number of nodes on tiers up to `link`, when these are exactly the first ones of the order. */
function prefixLength(tierOfNode: readonly number[], link: number): number | null {
  const firstAbove = tierOfNode.findIndex((tier) => tier > link);
  if (firstAbove < 0) return tierOfNode.length;
  return tierOfNode.every((tier, index) => index < firstAbove || tier > link) ? firstAbove : null;
}

function crossingEdges(model: SceneModel, tiers: readonly (TierSpan | null)[]): Map<number, TierSpan> {
  const crossing = new Map<number, TierSpan>();
  model.scene.edges.forEach((edge, index) => {
    const source = tiers[edge.from];
    const target = tiers[edge.to];
    if (target === null || target === undefined) return;
    // A graph input arrives on the first tier.
    const from = source?.last ?? (model.scene.nodes[edge.from]?.kind === 'input' ? 0 : target.first);
    if (from < target.first) crossing.set(index, { first: from, last: target.first });
  });
  return crossing;
}

function boundariesOf(
  model: SceneModel,
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
    const y = position === null ? null : (model.cutLineByPosition.get(position) ?? top);
    boundaries.push({
      link,
      position,
      y,
      edges,
      tensors,
      bytes: sumOf('bytes'),
      transferMs: sumOf('transferMs'),
      costPerRequest: sumOf('cost'),
    });
  }
  return boundaries;
}

/** Relates what the host knows of the plan to the scene that is shown. */
export function createPlanModel(model: SceneModel, overlay: SceneOverlay): PlanModel {
  const tiers = tierSpans(model, overlay);
  const pins = new Set(overlay.pinned);
  const crossing = crossingEdges(model, tiers);
  const rough = bandsOf(model, tiers);
  const boundaries = boundariesOf(model, overlay, crossing, rough);
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
    timeMs: model.scene.nodes.map((node) => totalTime(node.orderIndices, overlay.timeMsOfNode)),
    measured: model.scene.nodes.map(
      (node) => node.orderIndices.length > 0 && node.orderIndices.every((order) => overlay.measured[order] === true),
    ),
    pinned: model.scene.nodes.map(({ orderIndices }) => pins.size > 0 && orderIndices.some((place) => pins.has(place))),
    bands,
    boundaries,
    crossing: new Map([...crossing].map(([edge, span]) => [edge, span.first])),
  };
}
