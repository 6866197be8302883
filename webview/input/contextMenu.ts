import { toWorld } from '../../src/engine/picture/displayList/view';
import type { SceneNode } from '../../src/shared/picture/scene';
import type { GraphMenuContext } from '../../src/shared/protocol/graphMenu';
import type { Controller } from '../control/controller';
import { cutAt } from '../control/cutDrag';
import { foldTarget, hitNode } from '../model/sceneModel';
import { lastPlaceOf, shownNode } from '../model/shown';
import type { State } from '../model/state';
import type { GraphView } from '../renderer/graphView';

/** What is to be said of a node, or of the empty part of the graph. */
export function menuContext(state: State, node: SceneNode | undefined): GraphMenuContext {
  const { scene, body, list, overrides } = state;
  if (node === undefined || scene === null) return { preventDefaultContextMenuItems: true };
  const place = lastPlaceOf(state, node.id);
  const first = node.orderIndices[0];
  const tier = first === undefined ? undefined : list?.plan?.overlay.tierOfNode[first];
  return {
    preventDefaultContextMenuItems: true,
    dnnsplitNode: node.id,
    dnnsplitKind: node.kind,
    ...(tier !== undefined && { dnnsplitTier: tier }),
    dnnsplitBodies: node.bodies !== undefined,
    dnnsplitInside: body !== null,
    dnnsplitFoldable: foldTarget(scene, node) !== undefined,
    dnnsplitCuttable: place !== undefined && cutAt(state, place + 1) !== undefined,
    dnnsplitPinned: overrides.pin?.[node.id] !== undefined,
  };
}

/** The editor's own context menu on the graph: of the node under the pointer, or of the one that the keyboard is at. */
export function bindContextMenu(host: HTMLElement, view: GraphView, controller: Controller, state: () => State): void {
  host.addEventListener('contextmenu', (event) => {
    const node = event.target === view.canvas ? nodeAt(event, view, state()) : focusedNode(state());
    if (node !== undefined) controller.focus(node.id);
    host.dataset['vscodeContext'] = JSON.stringify(menuContext(state(), node));
  });
}

function nodeAt({ offsetX, offsetY }: MouseEvent, { camera }: GraphView, { scene }: State): SceneNode | undefined {
  if (camera === null || scene === null) return undefined;
  const { x, y } = toWorld(camera, offsetX, offsetY);
  return hitNode(scene, x, y);
}

function focusedNode(state: State): SceneNode | undefined {
  return state.focused === null ? undefined : shownNode(state, state.focused);
}
