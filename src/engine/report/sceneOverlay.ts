import type { SceneOverlay } from '../../shared/picture/scene';
import { bytesText, costShortText, durationText, shapeText } from '../../shared/vocabulary/quantities';
import type { CostTables } from '../planning/costs/costTables';
import { transferValue, wayOf } from '../planning/plan/metrics';
import type { Plan } from '../planning/plan/plan';
import { dataTensorReport } from './tensorReport';

/** What a plan adds to the picture of its graph: tiers, times, and what crosses each link. */
export function sceneOverlay(costs: CostTables, plan: Plan): SceneOverlay {
  const tierOfNode = [...plan.assignment];
  const pinned = pinnedNodes(costs);
  return {
    tierNames: costs.infrastructure.tiers.map(({ id }) => id),
    tierOfNode,
    timeMsOfNode: tierOfNode.map((tier, node) => (costs.tiers[tier]?.seconds[node] ?? 0) * 1e3),
    measured: tierOfNode.map((tier, node) => costs.tiers[tier]?.measured[node] === 1),
    ...(pinned.length > 0 && { pinned }),
    boundaries: plan.evaluation.links.flatMap((load, link) =>
      load.tensors.flatMap((index) => boundary(costs, link, index, load.transferMs, load.bytes)),
    ),
  };
}

/** Places of the nodes that a pin names, by id or by name. */
function pinnedNodes({ graph, infrastructure }: CostTables): number[] {
  const names = new Set(Object.keys(infrastructure.constraints.pin ?? {}));
  if (names.size === 0) return [];
  return graph.nodes.flatMap(({ id, name }, place) => (names.has(id) || names.has(name) ? [place] : []));
}

/** One tensor on one link; the link's latency is shared out by bytes where several tensors cross. */
function boundary(
  costs: CostTables,
  link: number,
  index: number,
  linkTransferMs: number,
  linkBytes: number,
): SceneOverlay['boundaries'] {
  const tensor = costs.graph.tensors[index];
  if (tensor === undefined) return [];
  const bytes = costs.wires[link]?.tensorBytes[index] ?? 0;
  const transferMs = linkBytes === 0 ? 0 : (linkTransferMs * bytes) / linkBytes;
  const cost = transferValue('cost', bytes, wayOf(costs.infrastructure, link, 'up'));
  const { shape, dtype } = dataTensorReport(tensor);
  const parts = [`${shapeText(shape)} ${dtype}`, bytesText(bytes), durationText(transferMs)];
  const text = [...parts, ...(cost > 0 ? [costShortText(cost)] : [])].join(' \u00b7 ');
  return [{ link, tensor: tensor.name, text, bytes, transferMs, cost }];
}
