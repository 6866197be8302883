import { unreachable } from '../../src/shared/work/unreachable';
import type { Controller } from '../control/controller';
import { shownIndex } from '../model/shown';
import type { State } from '../model/state';
import type { GraphView } from '../renderer/graphView';
import { commandForKey, type GraphCommand, walk } from './keyboard';

const zoomStep = 1.4;

export interface KeyTargets {
  readonly host: HTMLElement;
  readonly view: GraphView;
  readonly controller: Controller;
  readonly state: () => State;
  readonly focusSearch: () => void;
  /** Gives up a drag; true when there was one. */
  readonly cancelDrag: () => boolean;
}

/** Keys on the graph. Those without a meaning here stay with VS Code. */
export function bindGraphKeys(targets: KeyTargets): void {
  const { host, view } = targets;
  host.addEventListener('keydown', (event) => {
    const command = commandForKey(event);
    if (command === undefined) return;
    event.preventDefault();
    run(command, targets);
  });
  host.addEventListener('focus', () => view.showKeyboardFocus(host.matches(':focus-visible')));
  host.addEventListener('blur', () => view.showKeyboardFocus(false));
}

function run(command: GraphCommand, targets: KeyTargets): void {
  const { view, controller, state, focusSearch } = targets;
  const { scene, focused } = state();
  switch (command.kind) {
    case 'walk': {
      if (scene === null) return;
      view.showKeyboardFocus(true);
      const start = focused === null ? undefined : shownIndex(state(), focused);
      const target = scene.scene.nodes[walk(scene, start, command.step) ?? -1];
      if (target === undefined) return;
      controller.focus(target.id);
      view.reveal([target.id]);
      return;
    }
    case 'activate':
      if (focused === null) return;
      controller.select([focused]);
      controller.showTab('details');
      return;
    case 'extend':
      if (focused !== null) controller.extendSelection(focused);
      return;
    case 'fold':
      if (focused !== null && !controller.openBody(focused)) controller.toggleFoldAt(focused);
      return;
    case 'open':
      if (focused !== null) controller.openBody(focused);
      return;
    case 'back':
      goBack(targets);
      return;
    case 'cut':
      if (focused !== null) controller.cutAfter(focused);
      return;
    case 'cutLink':
      if (focused !== null) controller.cutAfter(focused, command.link);
      return;
    case 'zoomIn':
      view.zoom(zoomStep, undefined, undefined, true);
      return;
    case 'zoomOut':
      view.zoom(1 / zoomStep, undefined, undefined, true);
      return;
    case 'fit':
      view.fit();
      return;
    case 'search':
      focusSearch();
      return;
    case 'undo':
      controller.undo();
      return;
    case 'redo':
      controller.redo();
      return;
    case 'leave':
      leave(targets);
      return;
    default:
      unreachable(command);
  }
}

/** From the inside of a node to where the node is. */
function goBack({ controller, state }: Pick<KeyTargets, 'controller' | 'state'>): void {
  const { body } = state();
  if (body !== null) controller.showBody(body.path.slice(0, -1));
}

/** Escape gives up what is nearest: a drag, a sentence, the selection, the inside of a node, the graph. */
function leave({ host, controller, state, cancelDrag }: KeyTargets): void {
  const { notice, selection, body } = state();
  if (cancelDrag()) return;
  if (notice !== null) controller.dismiss();
  else if (selection.length > 0) controller.select([]);
  else if (body !== null) goBack({ controller, state });
  else host.blur();
}
