import type { PlannedScene } from '../../src/engine/picture/displayList/plannedScene';
import type { SceneNode } from '../../src/shared/scene';
import type { Controller } from '../control/controller';
import type { State } from '../model/state';
import { element } from '../page/dom';
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
      { header: text('column.node'), cell: ({ node }) => node.label || node.title },
      { header: text('column.op'), cell: operatorOf },
      { header: text('column.tier'), cell: tierOf },
      { header: text('column.time'), numeric: true, cell: ({ plan, index }) => formatMs(plan?.timeMs[index] ?? null) },
      { header: text('column.macs'), numeric: true, cell: ({ node }) => formatMacs(node.macs) },
      { header: text('column.bytes'), numeric: true, cell: ({ node }) => formatBytes(node.outputBytes) },
      { header: text('column.shape'), cell: ({ node }) => (node.kind === 'fold' ? '' : node.subtitle) },
    ],
    ({ node }) => controller.select([node.id]),
  );
  const root = element('div', { class: 'fill' }, grid.element);
  let rows: Row[] = [];
  const updateRows = whenChanged(
    ({ scene, list }) => [scene, list?.plan],
    (state) => {
      rows = rowsOf(state);
    },
  );
  const update = whenChanged(
    ({ scene, list, selection }) => [scene, list?.plan, selection],
    (state) => {
      updateRows(state);
      const selected = state.selection.at(-1);
      const marked = selected === undefined ? -1 : rows.findIndex(({ node }) => node.id === selected);
      grid.show(rows, marked, () => '');
    },
  );
  return { element: root, update };
}
