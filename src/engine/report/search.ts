import { bytesText, macsText, shapeText } from '../../protocol/quantities';
import type { SearchHit } from '../../protocol/requests';
import type { SplitGraph, SplitNode } from '../split/splitGraph';
import { reportShape } from './tensorReport';

/**
 * Nodes whose label, operator, id, module path or tensor names hold every word of the query, in any case; exact labels
 * and operators first, then in the order of the graph. At most `limit`.
 */
export function searchNodes(graph: SplitGraph, query: string, limit: number): SearchHit[] {
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
    if (isExact || words.every((word) => searchText(graph, node).includes(word)))
      hits.push(hit(graph, node, orderIndex));
  });
  return [...exact, ...partial].slice(0, limit);
}

function searchText(graph: SplitGraph, node: SplitNode): string {
  const outputs = node.writes.map((index) => graph.tensors[index]?.name ?? '');
  return [node.label, node.op, node.id, node.modulePath, ...outputs].join('\n').toLowerCase();
}

function hit(graph: SplitGraph, node: SplitNode, orderIndex: number): SearchHit {
  const output = graph.tensors[node.writes[0] ?? -1];
  const shape = output ? `${shapeText(reportShape(output.shape))} ${output.dtype}, ${bytesText(output.bytes)}` : '';
  const macs = node.macs ? `, ${macsText(node.macs)}` : '';
  return { nodeId: node.id, orderIndex, label: node.label, op: node.op, detail: `${shape}${macs}` };
}
