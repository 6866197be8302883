import { groupHeader } from '../../src/engine/picture/displayList/groupFrames';
import { boundsOfPolyline, contains, type Rect } from '../../src/shared/picture/geometry';
import type { Scene, SceneGroup, SceneNode } from '../../src/shared/picture/scene';
import { formatBytes } from '../text/format';
import { SpatialIndex } from './spatialIndex';

/** A scene with what drawing, hit testing and walking need to be quick. */
export interface SceneModel {
  readonly scene: Scene;
  readonly nodeIndexById: ReadonlyMap<string, number>;
  readonly nodeGrid: SpatialIndex;
  readonly edgeGrid: SpatialIndex;
  readonly edgeBoxes: readonly Rect[];
  /** Edge indices by the node that they leave or enter. */
  readonly outgoing: readonly (readonly number[])[];
  readonly incoming: readonly (readonly number[])[];
  /** Scene node that shows each position of the execution order. */
  readonly nodeOfOrder: Int32Array;
  /** Node indices from the top of the picture to its bottom. */
  readonly byHeight: readonly number[];
  /** Header of every group: the line at the top of its outline. */
  readonly groupHeaders: readonly Rect[];
  /** y of the cut line after a number of nodes. */
  readonly cutLineByPosition: ReadonlyMap<number, number>;
}

export function createSceneModel(scene: Scene): SceneModel {
  const outgoing: number[][] = scene.nodes.map(() => []);
  const incoming: number[][] = scene.nodes.map(() => []);
  scene.edges.forEach((edge, index) => {
    outgoing[edge.from]?.push(index);
    incoming[edge.to]?.push(index);
  });
  const edgeBoxes = scene.edges.map((edge) => boundsOfPolyline(edge.points));
  const lastOrder = scene.nodes.reduce((last, node) => Math.max(last, node.orderIndices.at(-1) ?? -1), -1);
  const nodeOfOrder = new Int32Array(lastOrder + 1).fill(-1);
  scene.nodes.forEach((node, index) => {
    for (const order of node.orderIndices) nodeOfOrder[order] = index;
  });
  const position = (index: number) => scene.nodes[index] ?? { x: 0, y: 0 };
  return {
    scene,
    nodeIndexById: new Map(scene.nodes.map((node, index) => [node.id, index])),
    nodeGrid: new SpatialIndex(scene.nodes),
    edgeGrid: new SpatialIndex(edgeBoxes),
    edgeBoxes,
    outgoing,
    incoming,
    nodeOfOrder,
    byHeight: scene.nodes
      .map((_, index) => index)
      .sort((a, b) => position(a).y - position(b).y || position(a).x - position(b).x),
    groupHeaders: scene.groups.map(groupHeader),
    cutLineByPosition: new Map(scene.cutLines.map((line) => [line.position, line.y])),
  };
}

export function nodeById(model: SceneModel, id: string): SceneNode | undefined {
  const index = model.nodeIndexById.get(id);
  return index === undefined ? undefined : model.scene.nodes[index];
}

/** What a box gives to others: shape and bytes of a node, bytes of a fold. */
export function outputText({ kind, subtitle, outputBytes }: SceneNode): string {
  const shape = kind === 'fold' || subtitle === '' ? '' : `${subtitle} · `;
  return `${shape}${formatBytes(outputBytes)}`;
}

/** The node under a world point. */
export function hitNode(model: SceneModel, x: number, y: number): SceneNode | undefined {
  let hit: SceneNode | undefined;
  model.nodeGrid.query({ x, y, width: 0, height: 0 }, (index) => {
    hit = model.scene.nodes[index];
  });
  return hit;
}

/** The unfolded group whose header is under a world point. */
export function hitGroupHeader(model: SceneModel, x: number, y: number): SceneGroup | undefined {
  return model.scene.groups.find((group, index) => {
    const header = model.groupHeaders[index];
    return !group.folded && header !== undefined && contains(header, x, y);
  });
}

/** The smallest unfolded group around a node. */
export function groupAround(model: SceneModel, node: SceneNode): SceneGroup | undefined {
  let best: SceneGroup | undefined;
  for (const group of model.scene.groups) {
    if (group.folded || !contains(group, node.x + node.width / 2, node.y + node.height / 2)) continue;
    if (best === undefined || group.height < best.height) best = group;
  }
  return best;
}

/** What is folded after unfolding `id` or, when it is not folded, folding it. */
export function toggleFold(folded: readonly string[], id: string): string[] {
  return folded.includes(id) ? folded.filter((other) => other !== id) : [...folded, id];
}

/** The group to fold or unfold when the user asks for it at a node; nothing where there is none. */
export function foldTarget(model: SceneModel, node: SceneNode): string | undefined {
  if (node.kind !== 'fold') return groupAround(model, node)?.id;
  if (model.scene.folded.includes(node.id)) return node.id;
  const centerX = node.x + node.width / 2;
  const centerY = node.y + node.height / 2;
  return model.scene.groups.find((group) => group.folded && contains(group, centerX, centerY))?.id ?? node.id;
}
