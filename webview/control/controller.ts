import type { HeatMetric } from '../../src/shared/picture/picture';
import type { PlanOverrides } from '../../src/shared/protocol/requests';
import type { PreviewedCut, RunCommand } from '../../src/shared/protocol/webviewMessages';
import { type BodyStep, pathInto, shownBody } from '../model/openBody';
import { withCut } from '../model/overrides';
import { foldTarget, nodeById, toggleFold } from '../model/sceneModel';
import { hasDetails, lastPlaceOf, shownNode } from '../model/shown';
import type { PanelTab, Store } from '../model/state';
import { text } from '../text/strings';
import { cutAt, placeOf } from './cutDrag';
import type { Transport } from './transport';

/** What the user can do, as one call each: changes the state and tells the host. */
export interface Controller {
  select(nodeIds: readonly string[]): void;
  /** Adds a node to the selection or takes it out. */
  extendSelection(nodeId: string): void;
  /** Asks the host for what it knows of the node that was selected last. */
  requestDetails(): void;
  focus(nodeId: string | null): void;
  hover(nodeId: string | null): void;
  /** Folds the block around a node, or unfolds a fold. */
  toggleFoldAt(nodeId: string): void;
  toggleGroup(groupId: string): void;
  /** Opens a graph inside of a node, the first of several unless one is named; false where it has none. */
  openBody(nodeId: string, bodyId?: string): boolean;
  /** Shows the graph that a way leads to: that of the model where the way is empty. */
  showBody(path: readonly BodyStep[]): void;
  setMetric(metric: HeatMetric): void;
  showTab(tab: PanelTab): void;
  setPanel(change: { readonly open?: boolean; readonly size?: number }): void;
  override(overrides: PlanOverrides): void;
  cut(cut: PreviewedCut): void;
  /** Cuts a link after a node, wherever that is; without a link, the only one, or the person is asked for one. */
  cutAfter(nodeId: string, link?: number): void;
  /** Asks for what cutting after a node would give, where the plan does not say it. */
  previewAfter(nodeId: string): void;
  /** Takes the sentence beside the graph away. */
  dismiss(): void;
  /** Takes the last override back. */
  undo(): void;
  /** Makes an override again that was taken back. */
  redo(): void;
  /** Holds the plan against that of another strategy; against none with `null`. */
  compare(strategy: string | null): void;
  /** Asks the host for the map over the bandwidths of two links. */
  requestRegions(links: readonly [number, number]): void;
  /** Asks what a cut would give. */
  preview(cut: PreviewedCut, overrides: PlanOverrides): void;
  search(query: string): void;
  run(command: RunCommand): void;
  /** Tells the host what is shown beside the plan. */
  tellShown(): void;
  cancel(): void;
}

export function createController(store: Store, transport: Transport, announce: (message: string) => void): Controller {
  const select = (nodeIds: readonly string[]) => {
    store.dispatch({ type: 'select', nodeIds });
    transport.post({ type: 'selected', nodeIds });
    requestDetails();
  };
  const requestDetails = () => {
    const last = store.state().selection.at(-1);
    if (last !== undefined && hasDetails(store.state(), last)) transport.post({ type: 'requestDetails', nodeId: last });
  };
  const applyOverrides = () => transport.post({ type: 'override', overrides: store.state().overrides });
  const toggleGroup = (groupId: string, name: string) => {
    const folded = toggleFold(store.state().scene?.scene.folded ?? [], groupId);
    announce(text(folded.includes(groupId) ? 'announce.folded' : 'announce.unfolded', name));
    const body = shownBody(store.state());
    if (body === undefined) store.dispatch({ type: 'fold', folded });
    transport.post({ type: 'requestScene', folded, ...(body !== undefined && { body }) });
  };
  const showBody = (path: readonly BodyStep[]) => {
    const body = path.at(-1)?.bodyId;
    if (body !== undefined) {
      store.dispatch({ type: 'openBody', path });
      transport.post({ type: 'requestScene', folded: null, body });
      return;
    }
    const owner = store.state().body?.path[0]?.nodeId;
    store.dispatch({ type: 'leaveBody' });
    if (owner !== undefined) select([owner]);
  };
  const tellShown = () => {
    const { metric, comparing } = store.state();
    const body = shownBody(store.state());
    transport.post({ type: 'shown', metric, comparing, ...(body !== undefined && { body }) });
  };
  const tell = (sentence: string) => store.dispatch({ type: 'notice', notice: { kind: 'told', sentence } });
  /** A fold that is cut inside is opened, and a cut behind one says where that is. */
  const openAround = (nodeId: string, position: number) => {
    const state = store.state();
    const box = shownNode(state, nodeId);
    if (box?.kind !== 'fold') return;
    if (box.orderIndices.at(-1) !== position - 1) toggleGroup(box.id, box.label);
    else tell(text('notice.foldEnd', placeOf(position, state.analysis, state.scene)));
  };
  const override = (overrides: PlanOverrides) => {
    store.dispatch({ type: 'override', overrides });
    applyOverrides();
  };
  const cut = ({ link, position }: PreviewedCut) => {
    const { overlay, overrides } = store.state();
    if (overlay !== null) override(withCut(overrides, overlay.tierNames.length - 1, link, position));
  };
  return {
    select,
    requestDetails,
    override,
    cut,
    cutAfter(nodeId, link) {
      const state = store.state();
      const place = lastPlaceOf(state, nodeId);
      const wanted = place === undefined ? undefined : cutAt(state, place + 1);
      const links = (state.overlay?.tierNames.length ?? 1) - 1;
      if (wanted === undefined || (link !== undefined && link >= links)) {
        const isInside = state.body !== null;
        tell(text(isInside ? 'notice.inside' : links < 1 ? 'notice.oneTier' : 'notice.noPlace'));
        return;
      }
      const { position } = wanted;
      if (link === undefined && links > 1) {
        const { analysis, scene } = state;
        store.dispatch({
          type: 'notice',
          notice: { kind: 'whichLink', position, place: placeOf(position, analysis, scene) },
        });
        return;
      }
      cut({ position, link: link ?? wanted.link });
      openAround(nodeId, position);
    },
    previewAfter(nodeId) {
      const state = store.state();
      const place = lastPlaceOf(state, nodeId);
      const wanted = place === undefined ? undefined : cutAt(state, place + 1);
      const isKnown = state.plan?.candidates.some(
        ({ position, link }) => position === wanted?.position && link !== null,
      );
      if (wanted === undefined || isKnown === true) return;
      const links = (state.overlay?.tierNames.length ?? 1) - 1;
      const overrides = withCut(state.overrides, links, wanted.link, wanted.position);
      transport.post({ type: 'requestPreview', cut: wanted, overrides });
    },
    dismiss: () => store.dispatch({ type: 'notice', notice: null }),
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
    openBody(nodeId, bodyId) {
      const path = pathInto(store.state(), nodeId, bodyId);
      if (path !== undefined) showBody(path);
      return path !== undefined;
    },
    showBody,
    toggleGroup(groupId) {
      const group = store.state().scene?.scene.groups.find(({ id }) => id === groupId);
      toggleGroup(groupId, group?.label ?? groupId);
    },
    setMetric(metric) {
      store.dispatch({ type: 'metric', metric });
      tellShown();
    },
    showTab: (tab) => store.dispatch({ type: 'panel', change: { open: true, tab } }),
    setPanel: (change) => store.dispatch({ type: 'panel', change }),
    undo() {
      if (store.state().history.past.length === 0) return;
      store.dispatch({ type: 'undo' });
      announce(text('announce.undone'));
      applyOverrides();
    },
    redo() {
      if (store.state().history.future.length === 0) return;
      store.dispatch({ type: 'redo' });
      announce(text('announce.redone'));
      applyOverrides();
    },
    compare(strategy) {
      store.dispatch({ type: 'compare', strategy });
      tellShown();
      if (strategy !== null) transport.post({ type: 'requestComparison', strategy });
    },
    requestRegions: (links) => transport.post({ type: 'requestRegions', links }),
    preview: (cut, overrides) => transport.post({ type: 'requestPreview', cut, overrides }),
    search(query) {
      if (query.trim() === '') store.dispatch({ type: 'clearSearch' });
      else transport.post({ type: 'search', query: query.trim() });
    },
    run: (command) => transport.post({ type: 'run', command }),
    tellShown,
    cancel: () => transport.post({ type: 'cancel' }),
  };
}
