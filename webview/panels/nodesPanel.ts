import type { PlannedScene } from '../../src/engine/picture/displayList/plannedScene';
import type { SceneNode } from '../../src/shared/picture/scene';
import type { Controller } from '../control/controller';
import type { State } from '../model/state';
import { element, setText } from '../page/dom';
import { longTable } from '../page/table';
import { formatBytes, formatMacs, formatMs } from '../text/format';
import { text } from '../text/strings';
import { type Panel, whenChanged } from './panel';
import { tierText } from './tierText';

interface Row {
  readonly node: SceneNode;
  readonly index: number;
  readonly plan: PlannedScene | null;
}

function rowsOf({ scene, list }: State): Row[] {
  const nodes = scene?.scene.nodes ?? [];
  const order = (node: SceneNode) => {
    if (node.kind === 'input') return -1;
    return node.orderIndices[0] ?? Number.MAX_SAFE_INTEGER;
  };
  return nodes
    .map((node, index) => ({ node, index, plan: list?.plan ?? null }))
    .sort((a, b) => order(a.node) - order(b.node) || a.index - b.index);
}

function tierOf({ plan, index }: Row): string {
  const span = plan?.tiers[index] ?? null;
  if (plan === null || span === null) return '';
  return tierText(plan, span);
}

const nameOf = ({ node }: Row) => node.label || node.title;

const timeOf = ({ plan, index }: Row) => plan?.timeMs[index] ?? null;

/** True where every word of a filter stands in the name, the operator or the tier. */
function matches(row: Row, filter: string): boolean {
  const words = filter.toLowerCase().split(/\s+/);
  const told = [nameOf(row), operatorOf(row), tierOf(row)].join(' ').toLowerCase();
  return words.every((word) => told.includes(word));
}

/** The operator; the operators of a fold, and what an input or output of the graph is. */
function operatorOf({ node }: Row): string {
  if (node.kind === 'input' || node.kind === 'output') return text(`node.${node.kind}`);
  return node.kind === 'fold' ? node.subtitle : node.title;
}

/** Everything that the graph shows, as a table. */
export function createNodesPanel(controller: Controller): Panel {
  const grid = longTable<Row>(
    text('nodes.caption'),
    [
      { header: text('column.node'), cell: nameOf, sortBy: nameOf },
      { header: text('column.op'), cell: operatorOf, sortBy: operatorOf },
      { header: text('column.tier'), cell: tierOf, sortBy: ({ plan, index }) => plan?.tiers[index]?.first ?? null },
      { header: text('column.time'), numeric: true, cell: (row) => formatMs(timeOf(row)), sortBy: timeOf },
      {
        header: text('column.macs'),
        numeric: true,
        cell: ({ node }) => formatMacs(node.macs),
        sortBy: ({ node }) => node.macs,
      },
      {
        header: text('column.bytes'),
        numeric: true,
        cell: ({ node }) => formatBytes(node.outputBytes),
        sortBy: ({ node }) => node.outputBytes,
      },
      { header: text('column.shape'), cell: ({ node }) => (node.kind === 'fold' ? '' : node.subtitle) },
    ],
    ({ node }) => controller.select([node.id]),
  );
  const filter = element('input', {
    type: 'text',
    class: 'filter',
    placeholder: text('nodes.filter'),
    'aria-label': text('nodes.filter'),
  });
  const count = element('p', { class: 'hint visually-hidden', role: 'status' });
  const root = element('div', { class: 'fill' }, filter, count, grid.element);
  let rows: Row[] = [];
  let newest: State | undefined;
  const updateRows = whenChanged(
    ({ scene, list }) => [scene, list?.plan],
    (state) => {
      rows = rowsOf(state);
    },
  );
  const show = (state: State) => {
    updateRows(state);
    const shown = rows.filter((row) => matches(row, filter.value));
    setText(count, filter.value === '' ? '' : text('search.count', shown.length));
    const selected = state.selection.at(-1);
    const marked = selected === undefined ? -1 : shown.findIndex(({ node }) => node.id === selected);
    grid.show(shown, marked, () => '');
  };
  filter.addEventListener('input', () => {
    if (newest !== undefined) show(newest);
  });
  const update = whenChanged(({ scene, list, selection }) => [scene, list?.plan, selection], show);
  return {
    element: root,
    update(state) {
      newest = state;
      update(state);
    },
  };
}
