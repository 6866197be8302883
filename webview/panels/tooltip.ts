import type { Size } from '../../src/shared/picture/geometry';
import type { HoverTarget } from '../input/pointer';
import { nodeById, outputText } from '../model/sceneModel';
import type { State } from '../model/state';
import { element } from '../page/dom';
import { formatBytes, formatMacs, formatMs } from '../text/format';
import { text } from '../text/strings';
import { dataFact } from './dataFact';
import { factList } from './facts';
import { tierText } from './tierText';

const delayMs = 350;
/** Tensors of a boundary that are told one by one. */
const mostTensors = 8;

export interface Tooltip {
  readonly element: HTMLElement;
  /** Shows figures beside a canvas pixel after a moment; hides at once without a target. */
  show(target: HoverTarget | null, x: number, y: number, canvas: Size): void;
}

const sameTarget = (a: HoverTarget | null, b: HoverTarget | null) => JSON.stringify(a) === JSON.stringify(b);

/** The card that appears while the pointer rests on something. Keyboard users find the same in the panel and the tree. */
export function createTooltip(state: () => State): Tooltip {
  const root = element('div', { class: 'tooltip', 'aria-hidden': 'true' });
  root.hidden = true;
  let shownFor: HoverTarget | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const place = (x: number, y: number, canvas: Size) => {
    root.hidden = false;
    const { offsetWidth, offsetHeight } = root;
    root.style.left = `${Math.max(4, Math.min(x + 14, canvas.width - offsetWidth - 8))}px`;
    root.style.top = `${y + 18 + offsetHeight > canvas.height ? Math.max(4, y - offsetHeight - 10) : y + 18}px`;
  };

  return {
    element: root,
    show(target, x, y, canvas) {
      if (sameTarget(target, shownFor)) return;
      shownFor = target;
      clearTimeout(timer);
      root.hidden = true;
      if (target === null) return;
      timer = setTimeout(() => {
        const content =
          target.kind === 'node' ? aboutNode(state(), target.nodeId) : aboutBoundary(state(), target.link);
        if (content === undefined) return;
        root.replaceChildren(...content);
        place(x, y, canvas);
      }, delayMs);
    },
  };
}

function aboutNode(state: State, nodeId: string): HTMLElement[] | undefined {
  const { scene, list } = state;
  const node = scene === null ? undefined : nodeById(scene, nodeId);
  const index = scene?.nodeIndexById.get(nodeId);
  if (node === undefined || index === undefined) return undefined;
  const isTerminal = node.kind === 'input' || node.kind === 'output';
  const facts: (readonly [string, string])[] = [
    ...(node.kind === 'fold' ? ([[text('details.ops'), node.subtitle]] as const) : []),
    [text(node.kind === 'input' ? 'details.tensor' : 'details.output'), outputText(node)],
    ...(isTerminal
      ? []
      : ([
          [text('details.macs'), formatMacs(node.macs)],
          [text('details.weights'), formatBytes(node.weightBytes)],
        ] as const)),
  ];
  const plan = list?.plan ?? null;
  const span = plan?.tiers[index] ?? null;
  if (plan !== null && span !== null) {
    const kind = text(plan.measured[index] === true ? 'details.measured' : 'details.estimated');
    const time = plan.timeMs[index] ?? null;
    facts.push(
      [text('details.tier'), tierText(plan, span)],
      [text('column.time'), time === null ? formatMs(null) : `${formatMs(time)} (${kind})`],
    );
  }
  if (node.kind === 'node') facts.push(...dataFact(state, node.orderIndices[0]));
  const name = node.label === node.title ? [] : [element('div', { class: 'dimmed' }, node.label)];
  return [element('strong', {}, node.title), ...name, factList(facts)];
}

function aboutBoundary({ list }: State, link: number): HTMLElement[] | undefined {
  const plan = list?.plan ?? null;
  const boundary = plan?.boundaries.find((one) => one.link === link);
  if (plan === null) return undefined;
  const [from = '', to = ''] = plan.overlay.tierNames.slice(link, link + 2);
  if (boundary === undefined) {
    const told = element('p', { class: 'hint' }, text('boundary.parked'));
    return [element('strong', {}, text('boundary.link', from, to)), told];
  }
  const { tensors } = boundary;
  const more = tensors.length > mostTensors ? [text('boundary.more', tensors.length - mostTensors)] : [];
  const lines = tensors
    .slice(0, mostTensors)
    .map(({ name, text: figures }) =>
      element('li', {}, element('div', { class: 'tensor' }, name), element('div', { class: 'dimmed' }, figures)),
    );
  return [
    element('strong', {}, text('boundary.link', from, to)),
    element('ul', {}, ...lines, ...more.map((line) => element('li', { class: 'dimmed' }, line))),
    element('p', { class: 'hint' }, text('boundary.drag')),
  ];
}
