import type { PlannedScene } from '../../src/engine/picture/displayList/plannedScene';
import type { SceneNode } from '../../src/shared/picture/scene';
import type { SceneModel } from '../model/sceneModel';
import { formatCount } from '../text/format';
import { text } from '../text/strings';
import { element, setText } from './dom';

/** How a node is spoken: operator and name, shape, fold, tier. */
export function describeNode(node: SceneNode, index: number, plan: PlannedScene | null): string {
  const span = plan?.tiers[index] ?? null;
  const tier = plan === null || span === null ? undefined : plan.overlay.tierNames[span.first];
  return [
    node.label === node.title || node.label === '' ? node.title : text('graph.node', node.title, node.label),
    node.subtitle === '' ? text('graph.noShape') : node.subtitle,
    ...(node.repeats !== undefined && node.repeats > 1 ? [text('graph.fold', formatCount(node.repeats))] : []),
    ...(tier === undefined ? [] : [text('graph.onTier', tier)]),
    ...(node.bodies === undefined ? [] : [text('graph.bodies', node.bodies.length)]),
  ].join(', ');
}

/** The element that stands for the focused node of the canvas, and the region that says what has changed. */
export interface GraphSpeech {
  readonly proxy: HTMLElement;
  readonly live: HTMLElement;
  showFocus(model: SceneModel, plan: PlannedScene | null, focused: number | null, selected: boolean): void;
  announce(message: string): void;
}

export const proxyId = 'focused-node';

export function createSpeech(): GraphSpeech {
  const proxy = element('div', { id: proxyId, role: 'treeitem', class: 'visually-hidden', 'aria-level': '1' });
  const live = element('div', { class: 'visually-hidden', role: 'status', 'aria-live': 'polite' });
  return {
    proxy,
    live,
    showFocus(model, plan, focused, selected) {
      const node = focused === null ? undefined : model.scene.nodes[focused];
      const description =
        node === undefined || focused === null ? text('graph.help') : describeNode(node, focused, plan);
      setText(proxy, description);
      proxy.setAttribute('aria-selected', String(selected));
      proxy.setAttribute('aria-setsize', String(model.scene.nodes.length));
      proxy.setAttribute('aria-posinset', String(focused === null ? 1 : model.byHeight.indexOf(focused) + 1));
      if (node?.kind === 'fold' || node?.bodies !== undefined) proxy.setAttribute('aria-expanded', 'false');
      else proxy.removeAttribute('aria-expanded');
    },
    announce: (message) => setText(live, message),
  };
}
