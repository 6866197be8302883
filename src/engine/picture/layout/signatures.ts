import type { DataTensor, SplitGraph, SplitNode } from '../../split/splitGraph';
import { cutIntoBlocks } from './blocks';
import type { LayoutEdge } from './layoutGraph';
import { tensorShapeText } from './shapeText';

/** The nodes between two cuts, as places in the order, `last` included. */
export interface Atom {
  readonly first: number;
  readonly last: number;
}

/** Blocks that cost more are cut further, at the price of long edges that no longer count. */
const atomLimit = 150;

/** Cuts the order into the smallest parts that folding never divides: what lies between two vertices that no edge passes by. */
export function atomsOf(graph: SplitGraph): Atom[] {
  const edges: LayoutEdge[] = [];
  for (const { producer, consumers } of graph.tensors) {
    if (producer < 0) continue;
    for (const consumer of consumers) edges.push({ from: producer, to: consumer });
  }
  const { blocks } = cutIntoBlocks({ widths: graph.nodes.map(() => 1), edges }, atomLimit);
  const atoms: Atom[] = [];
  blocks.forEach(({ first, last }, index) => {
    if (index === 0 && last > first) atoms.push({ first, last: first });
    atoms.push({ first: index === 0 && last === first ? first : first + 1, last });
  });
  return atoms;
}

/** `identical`: same operators, shapes, costs and connections; `alike`: same operators and connections, other shapes. */
export type Likeness = 'identical' | 'alike';

function writtenText(node: SplitNode, tensors: readonly DataTensor[]): string {
  return node.writes
    .map((index) => {
      const tensor = tensors[index];
      return tensor === undefined ? '' : `${tensor.dtype}${tensorShapeText(tensor)}`;
    })
    .join();
}

/** What an atom is, as text: per node what it is and, relative to its place, where its inputs come from. */
function atomText({ nodes, tensors }: SplitGraph, { first, last }: Atom, likeness: Likeness): string {
  let text = '';
  for (let place = first; place <= last; place++) {
    const node = nodes[place];
    if (node === undefined) continue;
    const reads = node.reads.map((index) => {
      const producer = tensors[index]?.producer ?? -1;
      if (producer < first - 1 || producer < 0) return 'far';
      return `${place - producer}.${nodes[producer]?.writes.indexOf(index)}`;
    });
    text += `${node.domain}:${node.op}(${reads.join()})`;
    if (likeness === 'identical') text += `${writtenText(node, tensors)}|${node.macs}|${node.weightBytes};`;
  }
  return text;
}

/** A number per text; equal numbers for equal texts. */
function numbered<Item>(items: readonly Item[], textOf: (item: Item) => string): Int32Array {
  const numbers = new Map<string, number>();
  return Int32Array.from(items, (item) => {
    const text = textOf(item);
    const number = numbers.get(text) ?? numbers.size;
    numbers.set(text, number);
    return number;
  });
}

/** A number per atom; equal numbers for equal atoms. */
export function atomSymbols(graph: SplitGraph, atoms: readonly Atom[], likeness: Likeness): Int32Array {
  return numbered(atoms, (atom) => atomText(graph, atom, likeness));
}

/** A number per node; equal ones for nodes that do the same and read from nodes as far before them, or from afar. */
export function nodeSymbols(graph: SplitGraph): Int32Array {
  const near = 64;
  const { nodes, tensors } = graph;
  return numbered(nodes, (node) => {
    const place = node.writes[0] === undefined ? 0 : (tensors[node.writes[0]]?.producer ?? 0);
    const reads = node.reads.map((index) => {
      const distance = place - (tensors[index]?.producer ?? -1);
      return distance > near || (tensors[index]?.producer ?? -1) < 0 ? 'far' : String(distance);
    });
    return `${node.domain}:${node.op}(${reads.join()})${writtenText(node, tensors)}|${node.macs}|${node.weightBytes}`;
  });
}
