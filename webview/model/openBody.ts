import type { BodyInfo, SceneOverlay } from '../../src/shared/picture/scene';
import { nodeById, type SceneModel } from './sceneModel';

/** One step inwards: a graph inside of a node of the graph before. */
export interface BodyStep {
  readonly bodyId: string;
  /** As its node names it, such as `then_branch`. */
  readonly name: string;
  /** The node that it is in, and all graphs that are in that node. */
  readonly nodeId: string;
  readonly label: string;
  readonly bodies: readonly BodyInfo[];
}

/** A graph inside of a node that is shown in the place of the model's. */
export interface OpenBody {
  /** From the model's graph inwards, at least one; the last is shown. */
  readonly path: readonly BodyStep[];
  /** The graph of the model, which comes back as it was. */
  readonly outside: SceneModel;
}

interface Knowledge {
  readonly scene: SceneModel | null;
  readonly body: OpenBody | null;
}

/** The body that is shown. */
export function shownBody({ body }: Pick<Knowledge, 'body'>): string | undefined {
  return body?.path.at(-1)?.bodyId;
}

/** The graph of the model, whatever is shown in its place. */
export function modelScene({ scene, body }: Knowledge): SceneModel | null {
  return body?.outside ?? scene;
}

/** The way into a graph inside of a node that is shown, the first of several unless one is named; nothing where it has none. */
export function pathInto({ scene, body }: Knowledge, nodeId: string, bodyId?: string): BodyStep[] | undefined {
  const node = scene === null ? undefined : nodeById(scene, nodeId);
  const chosen = node?.bodies?.find(({ id }) => bodyId === undefined || id === bodyId);
  if (node?.bodies === undefined || chosen === undefined) return undefined;
  const step = { bodyId: chosen.id, name: chosen.name, nodeId, label: node.label, bodies: node.bodies };
  return [...(body?.path ?? []), step];
}

/** The way to another graph inside of the node at this depth of a way. */
export function pathBeside(path: readonly BodyStep[], depth: number, { id, name }: BodyInfo): BodyStep[] {
  const step = path[depth];
  return step === undefined ? [...path] : [...path.slice(0, depth), { ...step, bodyId: id, name }];
}

/** True where what is selected is not in the body that is shown: it can only be seen in the graph of the model. */
export function leadsOutside(state: Knowledge, nodeIds: readonly string[]): boolean {
  const bodyId = shownBody(state);
  if (bodyId === undefined || nodeIds.length === 0) return false;
  return nodeIds.every((id) => !id.startsWith(`${bodyId}/`) && state.scene?.nodeIndexById.has(id) !== true);
}

/** What a plan says of a body: all of it runs where its node does, and nobody knows how long each part takes. */
export function overlayInside(
  { tierNames, tierOfNode }: SceneOverlay,
  { path, outside }: OpenBody,
  nodes: number,
): SceneOverlay {
  const [outermost] = path;
  const box = outside.scene.nodes[outside.nodeIndexById.get(outermost?.nodeId ?? '') ?? -1];
  const tier = tierOfNode[box?.orderIndices[0] ?? -1] ?? 0;
  return {
    tierNames,
    tierOfNode: Array.from({ length: nodes }, () => tier),
    timeMsOfNode: Array.from({ length: nodes }, () => null),
    measured: Array.from({ length: nodes }, () => false),
    boundaries: [],
    isInside: true,
  };
}
