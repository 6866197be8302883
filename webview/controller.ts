import type { PlanOverrides } from '../src/protocol/requests';
import type { MetricName } from './metric';
import { foldTarget, nodeById, toggleFold } from './sceneModel';
import type { PanelTab, Store } from './state';
import { text } from './strings';
import type { Transport } from './transport';

/** What the user can do, as one call each: changes the state and tells the host. */
export interface Controller {
  select(nodeIds: readonly string[]): void;
  /** Adds a node to the selection or takes it out. */
  extendSelection(nodeId: string): void;
  focus(nodeId: string | null): void;
  hover(nodeId: string | null): void;
  /** Folds the block around a node, or unfolds a fold. */
  toggleFoldAt(nodeId: string): void;
  toggleGroup(groupId: string): void;
  setMetric(metric: MetricName): void;
  showTab(tab: PanelTab): void;
  setPanel(change: { readonly open?: boolean; readonly size?: number }): void;
  override(overrides: PlanOverrides): void;
  search(query: string): void;
  run(command: 'exportPlan' | 'openConfig' | 'showLog' | 'analyzeAgain'): void;
  cancel(): void;
}

export function createController(store: Store, transport: Transport, announce: (message: string) => void): Controller {
  const select = (nodeIds: readonly string[]) => {
    store.dispatch({ type: 'select', nodeIds });
    transport.post({ type: 'selected', nodeIds });
    const last = nodeIds.at(-1);
    if (last !== undefined) transport.post({ type: 'requestDetails', nodeId: last });
  };
  const toggleGroup = (groupId: string, name: string) => {
    const folded = toggleFold(store.state().scene?.scene.folded ?? [], groupId);
    announce(text(folded.includes(groupId) ? 'announce.folded' : 'announce.unfolded', name));
    store.dispatch({ type: 'fold', folded });
    transport.post({ type: 'requestScene', folded });
  };
  return {
    select,
    extendSelection(nodeId) {
      const { selection } = store.state();
      select(selection.includes(nodeId) ? selection.filter((id) => id !== nodeId) : [...selection, nodeId]);
    },
    focus: (nodeId) => store.dispatch({ type: 'focus', nodeId }),
    hover: (nodeId) => store.dispatch({ type: 'hover', nodeId }),
    toggleFoldAt(nodeId) {
      const { scene } = store.state();
      const node = scene === null ? undefined : nodeById(scene, nodeId);
      const target = scene === null || node === undefined ? undefined : foldTarget(scene, node);
      if (target !== undefined) toggleGroup(target, node?.label ?? target);
    },
    toggleGroup(groupId) {
      const group = store.state().scene?.scene.groups.find(({ id }) => id === groupId);
      toggleGroup(groupId, group?.label ?? groupId);
    },
    setMetric: (metric) => store.dispatch({ type: 'metric', metric }),
    showTab: (tab) => store.dispatch({ type: 'panel', change: { open: true, tab } }),
    setPanel: (change) => store.dispatch({ type: 'panel', change }),
    override(overrides) {
      store.dispatch({ type: 'override', overrides });
      transport.post({ type: 'override', overrides });
    },
    search(query) {
      if (query.trim() === '') store.dispatch({ type: 'clearSearch' });
      else transport.post({ type: 'search', query: query.trim() });
    },
    run: (command) => transport.post({ type: 'run', command }),
    cancel: () => transport.post({ type: 'cancel' }),
  };
}
