import { parseNodeData } from '../../shared/documents/nodeData';
import { visibleText } from '../../shared/escape/visible';
import { say } from '../../shared/messages/say';
import type { NodeData } from '../../shared/reports/nodeData';
import type { SplitGraph } from '../split/splitGraph';
import { DataColors } from './colors';

/** Entries that are named where they belong to no node. */
const mostExamples = 3;

/** A name may be as long as a file likes; a legend is not. */
const longestName = 60;

const shownName = (name: string) => visibleText(name.slice(0, longestName));

/**
 * A file of node data for the nodes of a graph.
 * @param file its name, for sentences and where the data has none of its own
 * @throws DnnSplitError `bad-usage` for a text that is no node data
 */
export function matchNodeData(graph: SplitGraph, text: string, file: string): NodeData {
  const graphs = parseNodeData(text, file);
  const placeOf = placesByKey(graph);
  const values: (number | string | null)[] = graph.nodes.map(() => null);
  const colors: (string | null)[] = graph.nodes.map(() => null);
  const examples: string[] = [];
  let unmatched = 0;
  let unreadColors = 0;
  for (const data of graphs) {
    const scale = new DataColors(data);
    for (const [key, result] of Object.entries(data.results)) {
      const place = placeOf.get(key) ?? severalNodes;
      if (place === severalNodes) {
        unmatched++;
        if (examples.length < mostExamples) examples.push(shownName(key));
        continue;
      }
      values[place] = typeof result.value === 'string' ? shownName(result.value) : result.value;
      colors[place] = scale.colorOf(result);
    }
    unreadColors += scale.unread;
  }
  const name = graphs.find((data) => data.name !== undefined)?.name ?? file.replace(/\.json$/i, '');
  const matched = values.filter((value) => value !== null).length;
  return { name: shownName(name), values, colors, matched, unmatched, examples, unreadColors };
}

const severalNodes = -1;

/** The place of each node by the tensors that it makes, its id, its name and its label; what several nodes are called is none's. */
function placesByKey({ nodes, tensors }: SplitGraph): ReadonlyMap<string, number> {
  const placeOf = new Map<string, number>();
  for (const { name, producer } of tensors) if (producer >= 0) placeOf.set(name, producer);
  for (const key of ['id', 'name', 'label'] as const) {
    const called = new Map<string, number>();
    for (const [place, node] of nodes.entries()) called.set(node[key], called.has(node[key]) ? severalNodes : place);
    for (const [name, place] of called) if (!placeOf.has(name)) placeOf.set(name, place);
  }
  return placeOf;
}

/** How much of a file of node data is about the model, in a few words. */
export function matchedText({ name, values, matched, unmatched, examples, unreadColors }: NodeData): string {
  const shown = examples.map((key) => `\`${key}\``).join(', ');
  return [
    say('nodeData.matched', { name, matched, nodes: values.length }).text,
    ...(unmatched > 0 ? [say('nodeData.unmatched', { unmatched, examples: shown }).text] : []),
    ...(unreadColors > 0 ? [say('nodeData.unread', { count: unreadColors }).text] : []),
  ].join('');
}
