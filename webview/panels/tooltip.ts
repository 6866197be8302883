import { element } from '../dom';
import { formatBytes, formatMacs, formatMs } from '../format';
import type { Size } from '../geometry';
import { nodeById, outputText } from '../sceneModel';
import type { State } from '../state';
import { text } from '../strings';

const delayMs = 350;

export interface Tooltip {
  readonly element: HTMLElement;
  /** Shows a node's figures beside a canvas pixel after a moment; hides at once without a node. */
  show(nodeId: string | null, x: number, y: number, canvas: Size): void;
}

/** The card that appears while the pointer rests on a node. Keyboard users find the same in the panel. */
export function createTooltip(state: () => State): Tooltip {
  const root = element('div', { class: 'tooltip', 'aria-hidden': 'true' });
  root.hidden = true;
  let shownFor: string | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const fill = (nodeId: string): boolean => {
    const { scene, planModel } = state();
    const node = scene === null ? undefined : nodeById(scene, nodeId);
    const index = scene?.nodeIndexById.get(nodeId);
    if (node === undefined || index === undefined) return false;
    const span = planModel?.tiers[index] ?? null;
    const facts: (readonly [string, string])[] = [
      ...(node.kind === 'fold' ? ([[text('details.ops'), node.subtitle]] as const) : []),
      [text('details.output'), outputText(node)],
      [text('details.macs'), formatMacs(node.macs)],
      [text('details.weights'), formatBytes(node.weightBytes)],
    ];
    if (planModel !== null && span !== null) {
      const kind = text(planModel.measured[index] === true ? 'details.measured' : 'details.estimated');
      facts.push(
        [text('details.tier'), planModel.overlay.tierNames[span.first] ?? ''],
        [text('column.time'), `${formatMs(planModel.timeMs[index] ?? null)} (${kind})`],
      );
    }
    root.replaceChildren(
      element('strong', {}, node.title),
      element('div', { class: 'dimmed' }, node.label),
      element(
        'dl',
        { class: 'facts' },
        ...facts.flatMap(([label, value]) => [element('dt', {}, label), element('dd', {}, value)]),
      ),
    );
    return true;
  };

  const place = (x: number, y: number, canvas: Size) => {
    root.hidden = false;
    const { offsetWidth, offsetHeight } = root;
    root.style.left = `${Math.max(4, Math.min(x + 14, canvas.width - offsetWidth - 8))}px`;
    root.style.top = `${y + 18 + offsetHeight > canvas.height ? Math.max(4, y - offsetHeight - 10) : y + 18}px`;
  };

  return {
    element: root,
    show(nodeId, x, y, canvas) {
      if (nodeId === shownFor) return;
      shownFor = nodeId;
      clearTimeout(timer);
      root.hidden = true;
      if (nodeId === null) return;
      timer = setTimeout(() => {
        if (fill(nodeId)) place(x, y, canvas);
      }, delayMs);
    },
  };
}
