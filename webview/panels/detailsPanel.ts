import type { SceneNode } from '../../src/shared/picture/scene';
import type { NodeDetails } from '../../src/shared/protocol/requests';
import type { PreviewedCut } from '../../src/shared/protocol/webviewMessages';
import { metricTable, shownMetrics } from '../../src/shared/vocabulary/metrics';
import type { Controller } from '../control/controller';
import { cutAt } from '../control/cutDrag';
import { withPin } from '../model/overrides';
import { foldTarget, nodeById, outputText } from '../model/sceneModel';
import { hasDetails, shownNode } from '../model/shown';
import type { State } from '../model/state';
import { type Content, element, withCode } from '../page/dom';
import { table } from '../page/table';
import { button } from '../page/toolkit';
import { figureText, partCostText } from '../text/figureText';
import { formatBytes, formatCount, formatMacs, formatMs, unbroken } from '../text/format';
import { text, translated } from '../text/strings';
import { dataFact } from './dataFact';
import { type Fact, factList } from './facts';
import { type Panel, whenChanged } from './panel';
import { tierText } from './tierText';

function section(title: string, ...content: readonly Content[]): HTMLElement {
  return element('section', {}, element('h3', {}, title), ...content);
}

const message = (content: string) => element('p', { class: 'hint' }, content);

/** Number of nodes up to and including the last of these places. */
const positionAfter = (orderIndices: readonly number[]): number | undefined => {
  const last = orderIndices.at(-1);
  return last === undefined ? undefined : last + 1;
};

function positionFact(state: State, position: number | undefined): Fact[] {
  if (position === undefined) return [];
  const total = state.scene?.nodeOfOrder.length ?? 0;
  return [[text('details.position'), `${formatCount(position)} / ${formatCount(total)}`]];
}

const qualifiedOp = ({ op, domain }: NodeDetails) => (domain === '' || domain === 'ai.onnx' ? op : `${domain}.${op}`);

const moduleFact = (details: NodeDetails | null): Fact[] =>
  details === null || details.modulePath === '' ? [] : [[text('details.module'), details.modulePath]];

/** What is known of a box of the picture: a node, a fold, or an input or output of the graph. */
function boxFacts(state: State, node: SceneNode, details: NodeDetails | null): Fact[] {
  const { scene } = state;
  const plan = state.list?.plan ?? null;
  if (node.kind === 'input' || node.kind === 'output') {
    return [
      [text('details.kind'), text(`node.${node.kind}`)],
      [text('details.tensor'), outputText(node)],
    ];
  }
  const isFold = node.kind === 'fold';
  const op = details === null ? (isFold ? node.subtitle : node.title) : qualifiedOp(details);
  const span = plan?.tiers[scene?.nodeIndexById.get(node.id) ?? -1] ?? null;
  const folded = (repeats: number) =>
    text('details.foldOf', formatCount(repeats), formatCount(node.orderIndices.length));
  return [
    [text(isFold ? 'details.ops' : 'details.op'), op],
    ...moduleFact(details),
    ...(node.repeats === undefined ? [] : [[text('column.nodes'), folded(node.repeats)] as const]),
    ...positionFact(state, positionAfter(node.orderIndices)),
    ...(plan === null || span === null ? [] : [[text('details.tier'), tierText(plan, span)] as const]),
    [text('details.output'), outputText(node)],
    [text('details.macs'), formatMacs(node.macs)],
    [text('details.weights'), formatBytes(node.weightBytes)],
    ...(isFold ? [] : dataFact(state, node.orderIndices[0])),
  ];
}

/** What is known of a node that is folded into a box. */
function insideFacts(state: State, details: NodeDetails): Fact[] {
  const overlay = state.list?.plan?.overlay;
  const place = details.orderIndex;
  const tier = place === undefined ? undefined : overlay?.tierNames[overlay.tierOfNode[place] ?? -1];
  return [
    [text('details.op'), qualifiedOp(details)],
    ...moduleFact(details),
    ...positionFact(state, place === undefined ? undefined : place + 1),
    ...(tier === undefined ? [] : [[text('details.tier'), tier] as const]),
    [text('details.macs'), formatMacs(details.macs)],
    [text('details.weights'), formatBytes(details.weightBytes)],
    ...dataFact(state, place),
  ];
}

/** What cutting after a node would give, and a button per link that can be cut there. */
function cutSection(state: State, nodeId: string, position: number | undefined, controller: Controller): HTMLElement[] {
  const cut = position === undefined ? undefined : cutAt(state, position);
  if (cut === undefined) return [];
  const names = state.overlay?.tierNames ?? [];
  const buttons = names.slice(1).map((to, link) =>
    button({
      label: names.length === 2 ? text('details.cutHere') : text('details.cutLink', names[link] ?? '', to),
      title: text('details.cutHere.title', names[link] ?? '', to, link + 1),
      onClick: () => controller.cutAfter(nodeId, link),
    }),
  );
  return [section(text('details.cut'), ...cutFigures(state, cut), element('div', { class: 'actions' }, ...buttons))];
}

/** What is known of a cut: how much crosses, and what that gives or why it cannot be. */
function cutFigures(state: State, cut: PreviewedCut): HTMLElement[] {
  const { plan, preview, scene, analysis } = state;
  const outcome = plan?.candidates.find(({ position, link }) => position === cut.position && link !== null);
  const asked = preview?.cut.position === cut.position ? preview.answer : undefined;
  const carried = analysis?.candidates.find(({ position }) => position === cut.position);
  const bytes = carried?.bytes ?? scene?.scene.positions.find(({ position }) => position === cut.position)?.bytes;
  if (outcome !== undefined) {
    const facts = shownMetrics(plan?.objective ?? '').map((metric): Fact => {
      return [translated(metricTable[metric].label), figureText(outcome, metric)];
    });
    const told =
      carried === undefined
        ? []
        : [message(text('details.carries', carried.tensors.length, formatBytes(carried.bytes)))];
    return [...told, factList(facts)];
  }
  if (asked === undefined)
    return bytes === undefined ? [] : [message(text('details.carriesBytes', formatBytes(bytes)))];
  if ('refused' in asked) return [element('p', { class: 'hint' }, ...withCode(asked.refused.message))];
  const { latencyMs, tensors, bytes: byLink } = asked.preview;
  return [
    message(text('details.carries', tensors[cut.link] ?? 0, formatBytes(byLink[cut.link] ?? null))),
    factList([
      [translated(metricTable.latency.label), formatMs(latencyMs)],
      [translated(metricTable.cost.label), partCostText(asked.preview)],
    ]),
  ];
}

/** Buttons that pin a node to a tier, or release it. */
function pinButtons({ body, overlay, overrides }: State, nodeId: string, controller: Controller): HTMLElement[] {
  if (body !== null) return [];
  const pinned = overrides.pin?.[nodeId];
  const pin = (tier: string | null) => controller.override(withPin(overrides, nodeId, tier));
  const buttons = (overlay?.tierNames ?? [])
    .filter((tier) => tier !== pinned)
    .map((tier) => button({ label: text('details.pin', tier), onClick: () => pin(tier) }));
  if (pinned === undefined) return buttons;
  return [...buttons, button({ label: text('details.unpin', pinned), onClick: () => pin(null) })];
}

function actions(...buttons: readonly HTMLElement[]): HTMLElement[] {
  return buttons.length === 0 ? [] : [element('div', { class: 'actions' }, ...buttons)];
}

/** The graphs inside of a node, each with a button that opens it. */
function bodySection({ id, bodies }: SceneNode, controller: Controller): HTMLElement[] {
  if (bodies === undefined) return [];
  const buttons = bodies.map((inside) =>
    button({
      label: text('body.open', inside.name),
      title: text('body.nodes', formatCount(inside.nodes)),
      onClick: () => void controller.openBody(id, inside.id),
    }),
  );
  return [section(text('body.bodies'), element('div', { class: 'actions' }, ...buttons))];
}

/** What can be said and done about a box of the picture. */
function aboutBox(state: State, node: SceneNode, details: NodeDetails | null, controller: Controller): HTMLElement[] {
  const { scene } = state;
  const canFold = scene !== null && foldTarget(scene, node) !== undefined;
  const label = text(node.kind === 'fold' ? 'details.unfold' : 'details.fold');
  return [
    factList(boxFacts(state, node, details)),
    ...actions(
      ...(node.kind === 'node' ? pinButtons(state, node.id, controller) : []),
      ...(canFold ? [button({ label, onClick: () => controller.toggleFoldAt(node.id) })] : []),
    ),
    ...bodySection(node, controller),
    ...cutSection(state, node.id, positionAfter(node.orderIndices), controller),
  ];
}

/** The same for a node that is folded into a box. */
function aboutInside(state: State, fold: SceneNode, details: NodeDetails, controller: Controller): HTMLElement[] {
  const place = details.orderIndex;
  const unfold = button({ label: text('details.unfold'), onClick: () => controller.toggleFoldAt(fold.id) });
  return [
    factList(insideFacts(state, details)),
    message(text('details.inside', fold.label)),
    ...actions(...(place === undefined ? [] : pinButtons(state, details.id, controller)), unfold),
    ...cutSection(state, details.id, place === undefined ? undefined : place + 1, controller),
  ];
}

function nodeLink(label: string, id: string, controller: Controller): HTMLElement {
  const link = element('button', { class: 'row-link', type: 'button', title: label }, label);
  link.addEventListener('click', () => controller.select([id]));
  return link;
}

function tensorItem(name: string, type: string, links: readonly HTMLElement[]): HTMLElement {
  return element(
    'li',
    {},
    element('span', { class: 'tensor' }, name),
    ' ',
    element('span', { class: 'dimmed' }, unbroken(type)),
    ...links.map((link) => element('div', {}, link)),
  );
}

function tensors(details: NodeDetails, controller: Controller): HTMLElement[] {
  const inputs = details.inputs.map(({ name, type, from, fromId }) =>
    tensorItem(name, type, from === null ? [] : [nodeLink(from, fromId ?? from, controller)]),
  );
  const outputs = details.outputs.map(({ name, type, usedBy, usedByIds }) => {
    const links = usedBy.map((label, index) => nodeLink(label, usedByIds?.[index] ?? label, controller));
    return tensorItem(name, type, links);
  });
  return [
    ...(inputs.length === 0 ? [] : [section(text('details.inputs'), element('ul', {}, ...inputs))]),
    ...(outputs.length === 0 ? [] : [section(text('details.outputs'), element('ul', {}, ...outputs))]),
  ];
}

function times(details: NodeDetails): HTMLElement[] {
  if (details.timeMsPerTier.length === 0) return [];
  const kind = ({ measured, fusedInto }: NodeDetails['timeMsPerTier'][number]) => {
    if (fusedInto !== undefined) return text('details.fused', fusedInto);
    return text(measured ? 'details.measured' : 'details.estimated');
  };
  const rows = table(
    text('details.times'),
    [
      { header: text('column.tier'), cell: ({ tier }) => tier },
      { header: text('column.time'), numeric: true, cell: ({ ms }) => formatMs(ms) },
      { header: '', cell: (row) => element('span', { class: 'dimmed' }, kind(row)) },
    ],
    details.timeMsPerTier,
  );
  return [section(text('details.times'), rows)];
}

function knowledge(details: NodeDetails, controller: Controller): HTMLElement[] {
  const facts = details.attributes.map(({ name, value }): Fact => [name, value]);
  return [
    ...times(details),
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
    ...(node === undefined ? [] : aboutBox(state, node, current, controller)),
    ...(fold === undefined || current === null ? [] : aboutInside(state, fold, current, controller)),
    ...(current === null ? [] : knowledge(current, controller)),
    ...(isAwaited ? [message(text('details.loading'))] : []),
  ];
}

/** The selected node: what it is, its time per tier, its tensors, and what can be done with it. */
export function createDetailsPanel(controller: Controller): Panel {
  const root = element('div', { class: 'details' });
  const build = (state: State) => root.replaceChildren(...content(state, controller));
  const update = whenChanged(({ selection, scene, details, list, plan, overrides, preview, data }) => {
    return [selection, scene, details, list?.plan, plan, overrides, preview, data];
  }, build);
  return { element: root, update };
}
