import type { SceneNode } from '../../src/shared/picture/scene';
import { shownBody } from './openBody';
import type { State } from './state';

type Knowledge = Pick<State, 'scene' | 'body' | 'details' | 'search' | 'analysis'>;

/** Place of a node in the order of execution, as far as something that the host sent names it. */
function placeOf(state: Knowledge, nodeId: string): number | undefined {
  const { details, search, analysis } = state;
  const inside = shownBody(state);
  if (details?.id === nodeId && details.orderIndex !== undefined && details.body === inside) return details.orderIndex;
  if (inside !== undefined) return undefined;
  const hit = search?.hits.find((one) => one.nodeId === nodeId);
  if (hit !== undefined) return hit.orderIndex;
  const candidate = analysis?.candidates.find(({ afterNodeId }) => afterNodeId === nodeId);
  return candidate === undefined ? undefined : candidate.position - 1;
}

/** Index of the box that shows a node: its own, or the fold that it lies in. */
export function shownIndex(state: Knowledge, nodeId: string): number | undefined {
  const { scene } = state;
  const own = scene?.nodeIndexById.get(nodeId);
  if (scene === null || own !== undefined) return own;
  const place = placeOf(state, nodeId);
  const fold = place === undefined ? undefined : scene.nodeOfOrder[place];
  return fold === undefined || fold < 0 ? undefined : fold;
}

/** Place of the last node that an id stands for, wherever it is folded; nothing for inputs and outputs of the graph. */
export function lastPlaceOf(state: Knowledge, nodeId: string): number | undefined {
  const own = state.scene?.nodeIndexById.get(nodeId);
  return own === undefined ? placeOf(state, nodeId) : state.scene?.scene.nodes[own]?.orderIndices.at(-1);
}

/** The box that shows a node. */
export function shownNode(state: Knowledge, nodeId: string): SceneNode | undefined {
  const index = shownIndex(state, nodeId);
  return index === undefined ? undefined : state.scene?.scene.nodes[index];
}

/** True for what the host can tell more about: single nodes, but not folds, inputs and outputs of the graph. */
export function hasDetails({ scene }: Pick<State, 'scene'>, nodeId: string): boolean {
  const index = scene?.nodeIndexById.get(nodeId);
  const box = index === undefined ? undefined : scene?.scene.nodes[index];
  return box === undefined ? !/^(fold|input|output):/.test(nodeId) : box.kind === 'node';
}
