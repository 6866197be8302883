import { clamp } from '../../src/shared/picture/geometry';
import type { Controller } from '../control/controller';
import { type PanelTab, panelTabs, type State } from '../model/state';
import { element } from '../page/dom';
import { keepFocus } from '../page/keepFocus';
import { type StringKey, text } from '../text/strings';
import { createCandidatesPanel } from './candidatesPanel';
import { createChartsPanel } from './chartsPanel';
import { createDetailsPanel } from './detailsPanel';
import { createNodesPanel } from './nodesPanel';
import type { Panel } from './panel';
import { createPlanPanel } from './planPanel';

const smallest = 240;
const keyboardStep = 24;

const titles: Readonly<Record<PanelTab, StringKey>> = {
  details: 'tab.details',
  candidates: 'tab.candidates',
  nodes: 'tab.nodes',
  plan: 'tab.plan',
  charts: 'tab.charts',
};

export interface SidePanel {
  readonly element: HTMLElement;
  readonly splitter: HTMLElement;
  /** Moves the focus to the tab that is shown. */
  focus(): void;
  update(state: State): void;
}

function createTabs(controller: Controller): { list: HTMLElement; buttons: ReadonlyMap<PanelTab, HTMLElement> } {
  const buttons = new Map<PanelTab, HTMLElement>();
  const list = element('div', { role: 'tablist', class: 'tabs', 'aria-label': text('panel.label') });
  for (const tab of panelTabs) {
    const button = element(
      'button',
      { role: 'tab', type: 'button', id: `tab-${tab}`, 'aria-controls': `panel-${tab}` },
      text(titles[tab]),
    );
    button.addEventListener('click', () => controller.showTab(tab));
    buttons.set(tab, button);
    list.append(button);
  }
  list.addEventListener('keydown', (event) => {
    const at = panelTabs.findIndex((tab) => buttons.get(tab) === document.activeElement);
    const targets: Readonly<Record<string, number>> = {
      ArrowRight: (at + 1) % panelTabs.length,
      ArrowLeft: (at - 1 + panelTabs.length) % panelTabs.length,
      Home: 0,
      End: panelTabs.length - 1,
    };
    const target = Object.hasOwn(targets, event.key) ? panelTabs[targets[event.key] ?? 0] : undefined;
    if (target === undefined || at < 0) return;
    event.preventDefault();
    controller.showTab(target);
    buttons.get(target)?.focus();
  });
  return { list, buttons };
}

/** True when the panel lies below the graph because there is no room beside it. */
const isBelow = () => matchMedia('(max-width: 760px)').matches;

function createSplitter(controller: Controller, size: () => number): HTMLElement {
  const splitter = element('div', {
    role: 'separator',
    class: 'splitter',
    tabindex: '0',
    'aria-label': text('panel.resize'),
    'aria-valuemin': String(smallest),
    'aria-valuemax': '900',
  });
  const resize = (wanted: number) => {
    const room = isBelow() ? window.innerHeight : window.innerWidth;
    controller.setPanel({
      size: clamp(Math.round(wanted), Math.min(smallest, room / 2), Math.max(smallest, room * 0.7)),
    });
  };
  splitter.addEventListener('pointerdown', (event) => splitter.setPointerCapture(event.pointerId));
  splitter.addEventListener('pointermove', (event) => {
    if (!splitter.hasPointerCapture(event.pointerId)) return;
    resize(isBelow() ? window.innerHeight - event.clientY : window.innerWidth - event.clientX);
  });
  splitter.addEventListener('keydown', (event) => {
    const larger = event.key === 'ArrowLeft' || event.key === 'ArrowUp';
    if (!larger && event.key !== 'ArrowRight' && event.key !== 'ArrowDown') return;
    event.preventDefault();
    resize(size() + (larger ? keyboardStep : -keyboardStep));
  });
  return splitter;
}

/** The tabs beside or below the graph. */
export function createSidePanel(controller: Controller): SidePanel {
  const panels: Readonly<Record<PanelTab, Panel>> = {
    details: createDetailsPanel(controller),
    candidates: createCandidatesPanel(controller),
    nodes: createNodesPanel(controller),
    plan: createPlanPanel(controller),
    charts: createChartsPanel(controller),
  };
  const { list, buttons } = createTabs(controller);
  const pages = new Map(
    panelTabs.map((tab) => {
      const attributes = {
        role: 'tabpanel',
        id: `panel-${tab}`,
        'aria-labelledby': `tab-${tab}`,
        class: 'page',
        tabindex: '0',
      };
      return [tab, element('div', attributes, panels[tab].element)] as const;
    }),
  );
  const root = element('aside', { class: 'side-panel', 'aria-label': text('panel.label') }, list, ...pages.values());
  let size = 0;
  const splitter = createSplitter(controller, () => size);

  return {
    element: root,
    splitter,
    focus: () => list.querySelector<HTMLElement>('[aria-selected="true"]')?.focus(),
    update(state) {
      size = state.panel.size;
      // Beside a model that could not be read there is nothing to say of it.
      const isShown = state.panel.open && (state.error === null || state.scene !== null);
      root.hidden = !isShown;
      splitter.hidden = !isShown;
      root.style.setProperty('--panel-size', `${size}px`);
      splitter.setAttribute('aria-valuenow', String(size));
      splitter.setAttribute('aria-orientation', isBelow() ? 'horizontal' : 'vertical');
      for (const tab of panelTabs) {
        const chosen = tab === state.panel.tab;
        const page = pages.get(tab);
        if (page !== undefined) page.hidden = !chosen;
        buttons.get(tab)?.setAttribute('aria-selected', String(chosen));
        buttons.get(tab)?.setAttribute('tabindex', chosen ? '0' : '-1');
      }
      const page = pages.get(state.panel.tab);
      if (isShown && page !== undefined) keepFocus(page, () => panels[state.panel.tab].update(state));
    },
  };
}
