import { createDisplayList, type DisplayList } from '../../src/engine/picture/displayList/displayList';
import type { HeatMetric } from '../../src/shared/picture/picture';
import type { SceneOverlay } from '../../src/shared/picture/scene';
import type {
  NodeDetails,
  PlanComparison,
  PlanOverrides,
  PreviewAnswer,
  SearchHit,
} from '../../src/shared/protocol/requests';
import type { PreviewedCut, RunCommand, ToWebview } from '../../src/shared/protocol/webviewMessages';
import type { RegionMapReport } from '../../src/shared/reports/bandwidthReports';
import type { LiveView } from '../../src/shared/reports/live';
import type { NodeData } from '../../src/shared/reports/nodeData';
import type { AnalysisReport, PlanReport } from '../../src/shared/reports/reports';
import type { ErrorData } from '../../src/shared/work/errors';
import { text } from '../text/strings';
import { type TriedPlan, withTried } from './alternatives';
import { change, emptyHistory, type History, redo, refuse, undo } from './history';
import { type Notice, noticeOf } from './notice';
import { type BodyStep, leadsOutside, type OpenBody, overlayInside, shownBody } from './openBody';
import { createSceneModel, type SceneModel } from './sceneModel';

export const panelTabs = ['plan', 'details', 'candidates', 'nodes', 'charts'] as const;
export type PanelTab = (typeof panelTabs)[number];

export interface PanelState {
  readonly open: boolean;
  readonly tab: PanelTab;
  /** Width beside the graph, or height below it, in CSS pixels. */
  readonly size: number;
}

export interface Progress {
  readonly stage: string;
  readonly fraction: number | null;
}

/** Everything that the page shows. Data comes from the host; the rest is navigation and the user's choices. */
export interface State {
  readonly modelName: string;
  /** Commands that are not offered. */
  readonly withheld: readonly RunCommand[];
  readonly progress: Progress | null;
  readonly error: ErrorData | null;
  readonly scene: SceneModel | null;
  /** Where `scene` is not that of the model but the inside of a node: which, and how one comes there. */
  readonly body: OpenBody | null;
  /** The way to a body whose picture was asked for. */
  readonly opening: readonly BodyStep[] | null;
  readonly analysis: AnalysisReport | null;
  readonly plan: PlanReport | null;
  readonly overlay: SceneOverlay | null;
  /** The picture of the scene, with the plan as far as there is one. */
  readonly list: DisplayList | null;
  readonly details: NodeDetails | null;
  /** Strategy that the plan is held against. */
  readonly comparing: string | null;
  readonly comparison: PlanComparison | null;
  /** The best plans over the bandwidths of two links, once they were asked for. */
  readonly regions: RegionMapReport | null;
  /** The running tiers that are followed. */
  readonly live: LiveView | null;
  /** What the cut that is being dragged would give. */
  readonly preview: { readonly cut: PreviewedCut; readonly answer: PreviewAnswer } | null;
  /** What has to be told or asked about the last thing that a person did. */
  readonly notice: Notice | null;
  readonly search: { readonly query: string; readonly hits: readonly SearchHit[] } | null;
  readonly selection: readonly string[];
  /** Node that the keyboard is at. */
  readonly focused: string | null;
  readonly hovered: string | null;
  /** What the user folded; `null` until the first change: the host's default. */
  readonly folded: readonly string[] | null;
  readonly panel: PanelState;
  readonly metric: HeatMetric;
  /** What a file says of the nodes, for the metric `data`. */
  readonly data: NodeData | null;
  readonly overrides: PlanOverrides;
  readonly history: History;
  /** What the plan was made under besides the files; `overrides` may already be others. */
  readonly plannedUnder: PlanOverrides;
  /** Plans that were tried out, the newest first. */
  readonly tried: readonly TriedPlan[];
}

export const initialState: State = {
  modelName: '',
  withheld: [],
  progress: null,
  error: null,
  scene: null,
  body: null,
  opening: null,
  analysis: null,
  plan: null,
  overlay: null,
  list: null,
  details: null,
  comparing: null,
  comparison: null,
  regions: null,
  live: null,
  preview: null,
  notice: null,
  search: null,
  selection: [],
  focused: null,
  hovered: null,
  folded: null,
  panel: { open: true, tab: 'plan', size: 420 },
  metric: 'time',
  data: null,
  overrides: {},
  history: emptyHistory,
  plannedUnder: {},
  tried: [],
};

export type Action =
  | { readonly type: 'host'; readonly message: ToWebview }
  | { readonly type: 'select'; readonly nodeIds: readonly string[] }
  | { readonly type: 'focus'; readonly nodeId: string | null }
  | { readonly type: 'hover'; readonly nodeId: string | null }
  | { readonly type: 'fold'; readonly folded: readonly string[] }
  | { readonly type: 'openBody'; readonly path: readonly BodyStep[] }
  | { readonly type: 'leaveBody' }
  | { readonly type: 'panel'; readonly change: Partial<PanelState> }
  | { readonly type: 'metric'; readonly metric: HeatMetric }
  | { readonly type: 'override'; readonly overrides: PlanOverrides }
  | { readonly type: 'compare'; readonly strategy: string | null }
  | { readonly type: 'notice'; readonly notice: Notice | null }
  | { readonly type: 'undo' }
  | { readonly type: 'redo' }
  | { readonly type: 'clearSearch' }
  | { readonly type: 'restore'; readonly change: Partial<State> };

/** Decides anew what the picture shows of scene, plan, metric and the plan that it is held against. */
function derive(state: State): State {
  const { scene, body, overlay, metric, comparison, data } = state;
  if (scene === null) return { ...state, list: null };
  const inside = body && overlay && overlayInside(overlay, body, scene.nodeOfOrder.length);
  const shown = body ? { overlay: inside, metric } : { overlay, metric, other: comparison?.overlay ?? null, data };
  return { ...state, list: createDisplayList(scene.scene, shown, text) };
}

/** Back from the inside of a node to the graph of the model, at that node. */
function leaveBody(state: State): State {
  const { body } = state;
  if (body === null) return { ...state, opening: null };
  const focused = body.path[0]?.nodeId ?? null;
  return derive({ ...state, scene: body.outside, body: null, opening: null, focused, hovered: null });
}

function select(before: State, wanted: readonly string[]): State {
  const state = leadsOutside(before, wanted) ? leaveBody(before) : before;
  // Every plan brings the selection along, which is no news where it is the same.
  const nodeIds = JSON.stringify(state.selection) === JSON.stringify(wanted) ? state.selection : wanted;
  const details = state.details !== null && nodeIds.includes(state.details.id) ? state.details : null;
  const panel = panelFor(state, nodeIds);
  return { ...state, selection: nodeIds, details, panel, focused: nodeIds.at(-1) ?? state.focused };
}

/** The plan is shown while nothing is selected, and the node that is selected in its place; other tabs stay. */
function panelFor({ panel, selection }: State, nodeIds: readonly string[]): PanelState {
  if (selection === nodeIds) return panel;
  if (nodeIds.length > 0) return panel.tab === 'plan' ? { ...panel, tab: 'details' } : panel;
  return panel.tab === 'details' ? { ...panel, tab: 'plan' } : panel;
}

/** The box of a new scene for one of the scene before: itself, the fold that took it in, or the first that was in it. */
function sameBox(before: SceneModel | null, scene: SceneModel, nodeId: string): string | null {
  if (scene.nodeIndexById.has(nodeId)) return nodeId;
  const box = before?.scene.nodes[before.nodeIndexById.get(nodeId) ?? -1];
  const place = box?.orderIndices[0];
  const index = place === undefined ? undefined : scene.nodeOfOrder[place];
  return scene.scene.nodes[index ?? -1]?.id ?? null;
}

/** The inside of a node: the one that was asked for, or the one that is shown, folded otherwise. */
function receiveBody(state: State, scene: SceneModel, bodyId: string): State {
  const isShown = shownBody(state) === bodyId && state.opening === null;
  const path = isShown ? state.body?.path : state.opening;
  const outside = state.body?.outside ?? state.scene;
  if (!path || path.at(-1)?.bodyId !== bodyId || outside === null) return state;
  const body = { path, outside };
  if (!isShown) {
    const focused = scene.scene.nodes[scene.byHeight[0] ?? -1]?.id ?? null;
    return derive({ ...state, scene, body, opening: null, focused, selection: [], details: null, hovered: null });
  }
  const focused = state.focused === null ? null : sameBox(state.scene, scene, state.focused);
  return derive({ ...state, scene, body, focused, hovered: null });
}

function receive(state: State, message: ToWebview): State {
  switch (message.type) {
    case 'progress':
      return { ...state, progress: { stage: message.stage, fraction: message.fraction } };
    case 'scene': {
      if (message.body !== undefined) return receiveBody(state, createSceneModel(message.scene), message.body);
      const scene = createSceneModel(message.scene);
      const before = leaveBody(state);
      const focused = before.focused === null ? null : sameBox(before.scene, scene, before.focused);
      // Whoever opens a fold goes on with the first box of it.
      const selection = state.selection.map((id) =>
        id.startsWith('fold:') ? (sameBox(before.scene, scene, id) ?? id) : id,
      );
      return derive({ ...before, scene, focused, selection, hovered: null, error: null, progress: null });
    }
    case 'plan': {
      const { analysis, plan, overlay, overrides } = message;
      const tried = message.tried === undefined ? state.tried : withTried(state.tried, plan, message.tried);
      const changed = overrides === undefined ? state : { ...state, ...change(state, overrides) };
      // Without a scene there is still nothing to show: its failure or progress stays.
      const settled = state.scene === null ? {} : { error: null, progress: null };
      return derive({
        ...changed,
        ...settled,
        analysis,
        plan,
        overlay,
        tried,
        plannedUnder: message.tried ?? {},
        preview: null,
      });
    }
    case 'failed':
      return { ...state, error: message.error, progress: null };
    case 'select':
      return select(state, message.nodeIds);
    case 'details':
      return { ...state, details: message.details };
    case 'comparison':
      return message.comparison.strategy === state.comparing
        ? derive({ ...state, comparison: message.comparison })
        : state;
    case 'regions':
      return { ...state, regions: message.map };
    case 'nodeData':
      return derive({ ...state, data: message.data });
    case 'live':
      return { ...state, live: message.live };
    case 'preview':
      return { ...state, preview: { cut: message.cut, answer: message.answer } };
    case 'refused': {
      const { refused, held, error } = message;
      const notice = noticeOf(error, refused, state.plan);
      return { ...state, ...refuse(state, refused, held), notice };
    }
    case 'searchResult':
      return { ...state, search: { query: message.query, hits: message.hits } };
    case 'noBody': {
      const notice: Notice = { kind: 'told', sentence: message.error.message };
      return state.opening?.at(-1)?.bodyId === message.body ? { ...state, opening: null, notice } : state;
    }
    case 'command':
    case 'act':
    case 'sendPicture':
      return state;
  }
}

/** The next state; pure, so that every transition can be tested without a page. */
export function reduce(state: State, action: Action): State {
  switch (action.type) {
    case 'host':
      return receive(state, action.message);
    case 'select':
      return select(state, action.nodeIds);
    case 'focus':
      return { ...state, focused: action.nodeId };
    case 'hover':
      return state.hovered === action.nodeId ? state : { ...state, hovered: action.nodeId };
    case 'fold':
      return { ...state, folded: action.folded };
    case 'openBody':
      return { ...state, opening: action.path };
    case 'leaveBody':
      return leaveBody(state);
    case 'panel':
      return { ...state, panel: { ...state.panel, ...action.change } };
    case 'metric':
      return derive({ ...state, metric: action.metric });
    case 'override':
      return { ...state, ...change(state, action.overrides), notice: null };
    case 'notice':
      return { ...state, notice: action.notice };
    case 'compare':
      return derive({ ...state, comparing: action.strategy, comparison: null });
    case 'undo':
      return { ...state, ...undo(state), notice: null };
    case 'redo':
      return { ...state, ...redo(state), notice: null };
    case 'clearSearch':
      return { ...state, search: null };
    case 'restore':
      return { ...state, ...action.change };
  }
}

export interface Store {
  state(): State;
  dispatch(action: Action): void;
  /** Called after every change with the state before and after it. */
  subscribe(listener: (state: State, before: State) => void): void;
}

export function createStore(start: State): Store {
  let current = start;
  const listeners: ((state: State, before: State) => void)[] = [];
  return {
    state: () => current,
    dispatch(action) {
      const before = current;
      current = reduce(before, action);
      if (current !== before) for (const listener of listeners) listener(current, before);
    },
    subscribe: (listener) => {
      listeners.push(listener);
    },
  };
}
