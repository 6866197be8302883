import type { SearchHit } from '../../shared/protocol/requests';
import { bytesText, macsText, shapeText } from '../../shared/vocabulary/quantities';
import type { SplitGraph, SplitNode } from '../split/splitGraph';
import { reportShape } from './tensorReport';

/**
 * Nodes whose label, operator, id, module path, output shape, tier or tensor names hold every word of the query, in any
 * case, and all that read a tensor of exactly that name; exact labels and operators first, then in the order of the graph.
 * `tier:edge` and `op:conv` look at one of these alone. At most `limit`.
 * @param tiers tier of every node by its place in the order; empty where there is no plan
 */
export function searchNodes(
  graph: SplitGraph,
  query: string,
  limit: number,
  tiers: readonly string[] = [],
): SearchHit[] {
  const words = query
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  if (words.length === 0) return [];
  const whole = words.join(' ');
  const exact: SearchHit[] = [];
  const partial: SearchHit[] = [];
  graph.nodes.forEach((node, orderIndex) => {
    const isExact = [node.label, node.op, node.id].some((text) => text.toLowerCase() === whole);
    const hits = isExact ? exact : partial;
    if (hits.length >= limit) return;
    const tier = tiers[orderIndex] ?? '';
    const isReader = node.reads.some((index) => graph.tensors[index]?.name.toLowerCase() === whole);
    if (isExact || isReader || matches(searchText(graph, node, tier), words))
      hits.push(hit(graph, node, orderIndex, tier));
  });
  return [...exact, ...partial].slice(0, limit);
}

function matches(text: string, words: readonly string[]): boolean {
  return words.every((word) => text.includes(word));
}

function searchText(graph: SplitGraph, node: SplitNode, tier: string): string {
  const names = node.writes.map((index) => graph.tensors[index]?.name ?? '');
  const output = graph.tensors[node.writes[0] ?? -1];
  const shape = output ? shapeText(reportShape(output.shape)) : '';
  const parts = [node.label, `op:${node.op}`, node.id, node.modulePath, shape, `tier:${tier}`, ...names];
  return parts.join('\n').toLowerCase();
}

function hit(graph: SplitGraph, node: SplitNode, orderIndex: number, tier: string): SearchHit {
  const output = graph.tensors[node.writes[0] ?? -1];
  const shape = output ? `${shapeText(reportShape(output.shape))} ${output.dtype}, ${bytesText(output.bytes)}` : '';
  const macs = node.macs ? `, ${macsText(node.macs)}` : '';
  const place = tier === '' ? '' : `, ${tier}`;
  return { nodeId: node.id, orderIndex, label: node.label, op: node.op, detail: `${shape}${macs}${place}` };
}
