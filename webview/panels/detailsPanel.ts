import type { NodeDetails } from '../../src/protocol/requests';
import type { SceneNode } from '../../src/protocol/scene';
import type { Controller } from '../controller';
import { type Content, element } from '../dom';
import { formatBytes, formatCount, formatDollars, formatMacs, formatMs, formatRate, unknownNumber } from '../format';
import { withCut, withPin } from '../overrides';
import { foldTarget, nodeById, outputText } from '../sceneModel';
import { hasDetails, shownNode } from '../shown';
import type { State } from '../state';
import { text } from '../strings';
import { button } from '../toolkit';
import { type Panel, whenChanged } from './panel';
import { table } from './table';

type Fact = readonly [label: string, value: Content];

function factList(facts: readonly Fact[]): HTMLElement {
  return element(
    'dl',
    { class: 'facts' },
    ...facts.flatMap(([label, value]) => [element('dt', {}, label), element('dd', {}, value)]),
  );
}

function section(title: string, ...content: readonly Content[]): HTMLElement {
  return element('section', {}, element('h3', {}, title), ...content);
}

const message = (content: string) => element('p', { class: 'hint' }, content);

/** Number of nodes up to and including this one. */
const positionAfter = (node: SceneNode): number | undefined => {
  const last = node.orderIndices.at(-1);
  return last === undefined ? undefined : last + 1;
};

function tierName(state: State, node: SceneNode): string {
  const span = state.planModel?.tiers[state.scene?.nodeIndexById.get(node.id) ?? -1] ?? null;
  const names = state.overlay?.tierNames ?? [];
  if (span === null) return unknownNumber;
  const first = names[span.first] ?? unknownNumber;
  return span.first === span.last ? first : `${first} – ${names[span.last] ?? unknownNumber}`;
}

function overview(state: State, node: SceneNode, details: NodeDetails | null): HTMLElement {
  const isFold = node.kind === 'fold';
  const op = details === null ? (isFold ? node.subtitle : node.title) : qualifiedOp(details);
  const facts: Fact[] = [[text(isFold ? 'details.ops' : 'details.op'), op]];
  if (details !== null && details.modulePath !== '') facts.push([text('details.module'), details.modulePath]);
  if (node.repeats !== undefined) {
    const folded = text('details.foldOf', formatCount(node.repeats), formatCount(node.orderIndices.length));
    facts.push([text('column.nodes'), folded]);
  }
  const position = positionAfter(node);
  if (position !== undefined) {
    const total = state.scene?.nodeOfOrder.length ?? 0;
    facts.push([text('details.position'), `${formatCount(position)} / ${formatCount(total)}`]);
  }
  facts.push(
    [text('details.tier'), tierName(state, node)],
    [text('details.output'), outputText(node)],
    [text('details.macs'), formatMacs(node.macs)],
    [text('details.weights'), formatBytes(node.weightBytes)],
  );
  return factList(facts);
}

const qualifiedOp = ({ op, domain }: NodeDetails) => (domain === '' || domain === 'ai.onnx' ? op : `${domain}.${op}`);

function cutSection(state: State, node: SceneNode, controller: Controller): HTMLElement | undefined {
  const position = positionAfter(node);
  const { scene, plan, overlay, overrides } = state;
  const links = (overlay?.tierNames.length ?? 1) - 1;
  if (position === undefined || scene === null || plan === null || links < 1) return undefined;
  if (!scene.cutLineByPosition.has(position)) return undefined;
  const outcome = plan.candidates.find((candidate) => candidate.position === position);
  const tier = overlay?.tierOfNode[position - 1] ?? 0;
  const link = outcome?.link ?? Math.min(tier, links - 1);
  const facts: Fact[] =
    outcome === undefined || outcome.latencyMs === null
      ? []
      : [
          [text('column.latency'), formatMs(outcome.latencyMs)],
          [text('column.cost'), formatDollars(outcome.costPerRequest)],
          [text('column.throughput'), formatRate(outcome.throughputPerSecond)],
        ];
  return section(
    text('details.cut'),
    facts.length === 0 ? message(text('details.notCandidate')) : factList(facts),
    button({
      label: text('details.cutHere'),
      onClick: () => controller.override(withCut(overrides, links, link, position)),
    }),
  );
}

function actions(state: State, node: SceneNode, controller: Controller): HTMLElement {
  const row = element('div', { class: 'actions' });
  const { overlay, overrides, scene } = state;
  const pinned = overrides.pin?.[node.id];
  if (node.kind === 'node') {
    for (const tier of overlay?.tierNames ?? []) {
      if (tier === pinned) continue;
      const label = text('details.pin', tier);
      row.append(button({ label, onClick: () => controller.override(withPin(overrides, node.id, tier)) }));
    }
  }
  if (pinned !== undefined) {
    const release = () => controller.override(withPin(overrides, node.id, null));
    row.append(button({ label: text('details.unpin'), onClick: release }));
  }
  if (scene !== null && foldTarget(scene, node) !== undefined) {
    const label = text(node.kind === 'fold' ? 'details.unfold' : 'details.fold');
    row.append(button({ label, onClick: () => controller.toggleFoldAt(node.id) }));
  }
  return row;
}

/** Where a node is that cannot be seen. */
function insideFold(fold: SceneNode, controller: Controller): HTMLElement {
  const unfold = button({ label: text('details.unfold'), onClick: () => controller.toggleFoldAt(fold.id) });
  return element('div', {}, message(text('details.inside', fold.label)), element('div', { class: 'actions' }, unfold));
}

function nodeLink(label: string, id: string, controller: Controller): HTMLElement {
  const link = element('button', { class: 'row-link', type: 'button' }, label);
  link.addEventListener('click', () => controller.select([id]));
  return link;
}

function tensors(details: NodeDetails, controller: Controller): HTMLElement[] {
  const inputs = details.inputs.map(({ name, type, from, fromId }) =>
    element(
      'li',
      {},
      element('span', { class: 'tensor' }, name),
      element('span', { class: 'dimmed' }, ` ${type}`),
      ...(from === null ? [] : [element('div', {}, nodeLink(from, fromId ?? from, controller))]),
    ),
  );
  const outputs = details.outputs.map(({ name, type, usedBy, usedByIds }) =>
    element(
      'li',
      {},
      element('span', { class: 'tensor' }, name),
      element('span', { class: 'dimmed' }, ` ${type}`),
      ...usedBy.map((label, index) => element('div', {}, nodeLink(label, usedByIds?.[index] ?? label, controller))),
    ),
  );
  return [
    ...(inputs.length === 0 ? [] : [section(text('details.inputs'), element('ul', {}, ...inputs))]),
    ...(outputs.length === 0 ? [] : [section(text('details.outputs'), element('ul', {}, ...outputs))]),
  ];
}

function times(details: NodeDetails): HTMLElement | undefined {
  if (details.timeMsPerTier.length === 0) return undefined;
  const rows = table(
    text('details.times'),
    [
      { header: text('column.tier'), cell: ({ tier }) => tier },
      { header: text('column.time'), numeric: true, cell: ({ ms }) => formatMs(ms) },
      {
        header: '',
        cell: ({ measured }) =>
          element('span', { class: 'dimmed' }, text(measured ? 'details.measured' : 'details.estimated')),
      },
    ],
    details.timeMsPerTier,
  );
  return section(text('details.times'), rows);
}

/** What can be said and done about a node that has a box of its own. */
function ownBox(state: State, node: SceneNode, details: NodeDetails | null, controller: Controller): HTMLElement[] {
  const cut = cutSection(state, node, controller);
  return [overview(state, node, details), actions(state, node, controller), ...(cut === undefined ? [] : [cut])];
}

function knowledge(details: NodeDetails, controller: Controller): HTMLElement[] {
  const perTier = times(details);
  const facts = details.attributes.map(({ name, value }): Fact => [name, value]);
  return [
    ...(perTier === undefined ? [] : [perTier]),
    ...tensors(details, controller),
    ...(facts.length === 0 ? [] : [section(text('details.attributes'), factList(facts))]),
  ];
}

function content(state: State, controller: Controller): HTMLElement[] {
  const { selection, scene, details } = state;
  const id = selection.at(-1);
  if (id === undefined || scene === null) return [message(text('details.none'))];
  const node = nodeById(scene, id);
  const fold = node === undefined ? shownNode(state, id) : undefined;
  const current = details?.id === id ? details : null;
  const isAwaited = current === null && hasDetails(state, id);
  return [
    ...(selection.length > 1 ? [message(text('details.many', selection.length))] : []),
    element('h2', {}, current?.label ?? node?.label ?? id),
    ...(node === undefined ? [] : ownBox(state, node, current, controller)),
    ...(fold === undefined ? [] : [insideFold(fold, controller)]),
    ...(current === null ? [] : knowledge(current, controller)),
    ...(isAwaited ? [message(text('details.loading'))] : []),
  ];
}

/** The selected node: what it is, its time per tier, its tensors, and what can be done with it. */
export function createDetailsPanel(controller: Controller): Panel {
  const root = element('div', { class: 'details' });
  const build = (state: State) => root.replaceChildren(...content(state, controller));
  const update = whenChanged(
    ({ selection, scene, details, planModel, plan, overrides }) => [
      selection,
      scene,
      details,
      planModel,
      plan,
      overrides,
    ],
    build,
  );
  return { element: root, update };
}
