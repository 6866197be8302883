import { movedNodes } from '../src/engine/picture/displayList/tiers';
import { hasOverrides } from '../src/shared/protocol/overrides';
import type { GraphAct, PageStart, ToWebview } from '../src/shared/protocol/webviewMessages';
import type { PlanReport } from '../src/shared/reports/reports';
import { unreachable } from '../src/shared/work/unreachable';
import { type Controller, createController } from './control/controller';
import type { Transport } from './control/transport';
import { bindContextMenu } from './input/contextMenu';
import { bindGraphKeys } from './input/graphKeys';
import { commandForKey } from './input/keyboard';
import { PointerInput } from './input/pointer';
import { memoryOf, readMemory } from './memory';
import { shownBody } from './model/openBody';
import { shownIndex } from './model/shown';
import { createStore, initialState, type State, type Store } from './model/state';
import { createSpeech, describeNode, proxyId } from './page/accessibility';
import { base64Of, element } from './page/dom';
import { createBreadcrumb } from './panels/breadcrumb';
import { createLegend } from './panels/legend';
import { createLiveStrip, switchText } from './panels/liveStrip';
import { createNoticeView } from './panels/noticeView';
import { createSearchResults } from './panels/searchResults';
import { createSidePanel, type SidePanel } from './panels/sidePanel';
import { createStatusView } from './panels/statusView';
import { createToolbar } from './panels/toolbar';
import { createTooltip } from './panels/tooltip';
import type { Camera } from './renderer/camera';
import { currentTheme, onThemeChange } from './renderer/editorTheme';
import { GraphView } from './renderer/graphView';
import { partCostText } from './text/figureText';
import { formatMs } from './text/format';
import { text } from './text/strings';

const rememberAfterMs = 250;

export interface App {
  receive(message: ToWebview): void;
  readonly view: GraphView;
}

type AppOptions = Pick<PageStart, 'modelName' | 'withheld'>;

/** Calls `work` once things have been quiet for a while. */
function debounced(work: () => void, milliseconds: number): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(work, milliseconds);
  };
}

/** Builds the page into `root` and joins its parts: store, canvas, panels, keyboard, host. */
export function createApp(root: HTMLElement, transport: Transport, { modelName, withheld }: AppOptions): App {
  const memory = readMemory(transport.remembered(), initialState);
  const { camera, ...restored } = memory;
  const store = createStore({ ...initialState, ...restored, modelName, withheld });
  const speech = createSpeech();
  const controller = createController(store, transport, speech.announce);

  /** Where the graph of the model was looked at before the inside of a node was opened. */
  let outsideCamera: Camera | null = null;
  const modelCamera = () => (store.state().body === null ? view.camera : outsideCamera);
  const remember = debounced(() => transport.remember(memoryOf(store.state(), modelCamera())), rememberAfterMs);
  const theme = currentTheme();
  const view = new GraphView(store.state, theme, remember);
  if (camera !== null) view.restore(camera);

  const host = element('div', {
    class: 'graph',
    role: 'tree',
    tabindex: '0',
    'aria-label': text('graph.label', modelName),
    'aria-activedescendant': proxyId,
  });
  host.append(view.canvas, speech.proxy);
  const toolbar = createToolbar(view, controller, store.state);
  const leaveSearch = () => {
    toolbar.search.clear();
    store.dispatch({ type: 'clearSearch' });
    host.focus();
  };
  // What is chosen beside the graph comes into sight in it; what is clicked in the graph is there already.
  const beside: Controller = {
    ...controller,
    select(nodeIds) {
      controller.select(nodeIds);
      view.reveal(nodeIds, true);
    },
  };
  const results = createSearchResults(beside, leaveSearch);
  const status = createStatusView(controller);
  const notice = createNoticeView(controller);
  const breadcrumb = createBreadcrumb(controller);
  const legend = createLegend(theme);
  const tooltip = createTooltip(store.state);
  const panel = createSidePanel(beside);
  const live = createLiveStrip(controller);
  const stage = element(
    'main',
    { class: 'stage-area' },
    host,
    legend.element,
    tooltip.element,
    results.element,
    notice.element,
    status.element,
  );
  root.replaceChildren(
    toolbar.element,
    breadcrumb.element,
    element('div', { class: 'workbench' }, stage, panel.splitter, panel.element),
    live.element,
    speech.live,
  );

  const pointer = new PointerInput(view, store.state, controller, (target, x, y) => {
    controller.hover(target?.kind === 'node' ? target.nodeId : null);
    tooltip.show(target, x, y, view.size);
  });
  view.canvas.addEventListener('pointerdown', () => host.focus({ preventScroll: true }));
  const focusSearch = () => toolbar.search.focus();
  bindGraphKeys({ host, view, controller, state: store.state, focusSearch, cancelDrag: () => pointer.cancel() });
  bindContextMenu(host, view, controller, store.state);
  bindSearchKeys(toolbar.search.element, results.focusFirst, leaveSearch);
  bindPageKeys(root, controller);
  bindRegionKeys(host, panel, () => controller.setPanel({ open: true }));
  focusWithPage(host);
  followSize(host, view);
  onThemeChange((changed) => {
    view.useTheme(changed);
    legend.useTheme(changed);
  });

  const show = (state: State) => {
    root.dataset['state'] = state.error !== null ? 'failed' : state.scene === null ? 'loading' : 'ready';
    toolbar.update(state);
    results.update(state);
    status.update(state);
    notice.update(state);
    breadcrumb.update(state);
    legend.update(state);
    panel.update(state);
    live.update(state);
    const focused = state.focused === null ? null : (shownIndex(state, state.focused) ?? null);
    if (state.scene !== null) {
      const isSelected = state.focused !== null && state.selection.includes(state.focused);
      speech.showFocus(state.scene, state.list?.plan ?? null, focused, isSelected);
    }
    view.requestDraw();
  };
  store.subscribe((state, before) => {
    if (state.body?.path !== before.body?.path) {
      if (before.body === null) outsideCamera = view.camera;
      if (state.body === null && outsideCamera !== null) view.restore(outsideCamera);
      else view.openAfresh();
      host.focus({ preventScroll: true });
      controller.tellShown();
    }
    show(state);
    if (state.preview !== before.preview) pointer.refresh();
    announceChanges(state, before, speech.announce);
    remember();
  });
  show(store.state());
  return { view, receive: (message) => receive(message, { store, view, controller, transport, focusSearch }) };
}

interface Receivers {
  readonly store: Store;
  readonly view: GraphView;
  readonly controller: Controller;
  readonly transport: Transport;
  readonly focusSearch: () => void;
}

type Command = Extract<ToWebview, { type: 'command' }>['command'];

/** Messages of the host: data goes into the store; commands and reveals move the view. */
function receive(message: ToWebview, { store, view, controller, transport, focusSearch }: Receivers): void {
  const before = store.state();
  store.dispatch({ type: 'host', message });
  const { overrides } = store.state();
  if (message.type === 'plan' && before.plan === null && message.overrides === undefined && hasOverrides(overrides)) {
    // The page was hidden meanwhile: the host may have forgotten what was being tried out.
    controller.override(overrides);
  }
  // A selection may be older than the scene, and every plan brings other times per tier.
  if (message.type === 'scene' || message.type === 'plan' || message.type === 'select') controller.requestDetails();
  const last = store.state().selection.at(-1);
  if (message.type === 'details' && message.details.id === last) controller.previewAfter(last);
  const { focused } = store.state();
  if (message.type === 'scene' && before.scene !== null && focused !== null) view.reveal([focused]);
  if (message.type === 'select' && message.reveal) view.reveal(message.nodeIds, true);
  if (message.type === 'details' && before.details?.id !== message.details.id)
    revealInFold(before, store.state(), view);
  const { comparing } = store.state();
  if (message.type === 'plan' && comparing !== null) controller.compare(comparing);
  if (message.type === 'command') obey(message.command, view, focusSearch);
  if (message.type === 'nodeData') controller.setMetric('data');
  if (message.type === 'act') act(message.act, controller);
  if (message.type === 'sendPicture') void sendPicture(message, view, transport);
}

function act(wanted: GraphAct, controller: Controller): void {
  if (wanted.kind === 'compare') {
    controller.showTab('plan');
    controller.compare(wanted.strategy);
  } else if (wanted.kind === 'cut') controller.cutAfter(wanted.nodeId);
  else if (wanted.kind === 'openBody') controller.openBody(wanted.nodeId);
  else controller.toggleFoldAt(wanted.nodeId);
}

function obey(command: Command, view: GraphView, focusSearch: () => void): void {
  switch (command) {
    case 'fit':
      view.fit();
      break;
    case 'zoomIn':
      view.zoom(1.4, undefined, undefined, true);
      break;
    case 'zoomOut':
      view.zoom(1 / 1.4, undefined, undefined, true);
      break;
    case 'focusSearch':
      focusSearch();
      break;
    default:
      unreachable(command);
  }
}

type WantedPicture = Extract<ToWebview, { type: 'sendPicture' }>;

/** Makes a picture and sends it; says why where that fails. */
async function sendPicture(wanted: WantedPicture, view: GraphView, transport: Transport): Promise<void> {
  try {
    const { png, scale } = await view.picture(wanted);
    transport.post({ type: 'picture', png: await base64Of(png), scale });
  } catch (thrown) {
    transport.post({ type: 'noPicture', reason: String(thrown) });
  }
}

/** A node inside of a fold can be found once its details say where it is in the order. */
function revealInFold(before: State, { selection, details }: State, view: GraphView): void {
  const last = selection.at(-1);
  if (details === null || last !== details.id || shownIndex(before, last) !== undefined) return;
  view.reveal([last], true);
}

function announceChanges(state: State, before: State, announce: (message: string) => void): void {
  const { selection, scene, list, plan, details } = state;
  const planned = list?.plan ?? null;
  const last = selection.at(-1);
  if (selection !== before.selection && last !== undefined && scene !== null) {
    const index = scene.nodeIndexById.get(last);
    const node = index === undefined ? undefined : scene.scene.nodes[index];
    if (node !== undefined && index !== undefined) {
      announce(text('announce.selected', describeNode(node, index, planned)));
    }
  }
  const isNews = details !== null && details.id !== before.details?.id;
  if (isNews && details.id === last && !scene?.nodeIndexById.has(last)) {
    announce(text('announce.selected', text('graph.node', details.op, details.label)));
  }
  if (shownBody(state) !== shownBody(before)) announce(placeText(state));
  const [newest] = state.live?.switches ?? [];
  if (newest !== undefined && newest !== before.live?.switches[0]) announce(switchText(newest));
  const { trouble = null } = state.live ?? {};
  if (trouble !== null && trouble !== before.live?.trouble) announce(trouble);
  const { comparison } = state;
  if (comparison !== null && before.comparison === null && planned !== null) {
    announce(text('announce.compared', comparison.strategy, movedNodes(planned.overlay, comparison.overlay)));
  }
  if (plan !== null && before.plan !== null && !saysTheSame(plan, before.plan)) {
    announce(text('announce.plan', formatMs(plan.latencyMs), partCostText(plan), plan.advice.replaceAll('`', '')));
  }
}

/** Which graph is shown now: the inside of a node, or that of the model again. */
function placeText({ body, scene, modelName }: State): string {
  const step = body?.path.at(-1);
  if (step === undefined) return text('announce.left', modelName);
  return text('announce.opened', step.name, step.label, scene?.nodeOfOrder.length ?? 0);
}

/** Plans come again with more figures around them, which is no news to a listener. */
function saysTheSame(plan: PlanReport, before: PlanReport): boolean {
  const spoken = ({ latencyMs, costPerRequest, advice, tiers }: PlanReport) =>
    JSON.stringify([latencyMs, costPerRequest, advice, tiers.map(({ nodes }) => nodes)]);
  return plan === before || spoken(plan) === spoken(before);
}

function bindSearchKeys(field: HTMLElement, toResults: () => void, leave: () => void): void {
  field.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') leave();
    if (event.key !== 'ArrowDown' && event.key !== 'Enter') return;
    event.preventDefault();
    toResults();
  });
}

/** Undo and redo work wherever the focus is, unless a text is being edited there. */
function bindPageKeys(root: HTMLElement, controller: Controller): void {
  root.addEventListener('keydown', (event) => {
    const { target } = event;
    const isText = target instanceof Element && target.closest('vscode-text-field, input[type="text"]') !== null;
    const command = event.defaultPrevented || isText ? undefined : commandForKey(event);
    if (command?.kind !== 'undo' && command?.kind !== 'redo') return;
    event.preventDefault();
    if (command.kind === 'undo') controller.undo();
    else controller.redo();
  });
}

/** F6 goes from the graph to the panel, and Shift+F6 back; from there the keys go on to the other parts of the window. */
function bindRegionKeys(host: HTMLElement, panel: SidePanel, openPanel: () => void): void {
  const leads = (from: HTMLElement, isBack: boolean, go: () => void) =>
    from.addEventListener('keydown', (event) => {
      if (event.key !== 'F6' || event.shiftKey !== isBack || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      event.stopPropagation();
      go();
    });
  leads(host, false, () => {
    openPanel();
    panel.focus();
  });
  leads(panel.element, true, () => host.focus());
}

/** Whoever comes to the page by keyboard is in the graph at once, not before ten tools. */
function focusWithPage(host: HTMLElement): void {
  const focus = () => {
    if (document.activeElement === document.body) host.focus({ preventScroll: true });
  };
  window.addEventListener('focus', focus);
  // The page may have had the focus before there was anything on it. Focusing lays the page out, which its first frame does too.
  if (document.hasFocus()) requestAnimationFrame(focus);
}

function followSize(host: HTMLElement, view: GraphView): void {
  const apply = () => {
    const { clientWidth, clientHeight } = host;
    view.resize({ width: clientWidth, height: clientHeight }, window.devicePixelRatio || 1);
  };
  new ResizeObserver(apply).observe(host);
  const watchRatio = () => {
    const query = matchMedia(`(resolution: ${window.devicePixelRatio}dppx)`);
    query.addEventListener(
      'change',
      () => {
        apply();
        watchRatio();
      },
      { once: true },
    );
  };
  watchRatio();
}
