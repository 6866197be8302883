import type { OnnxAttribute, OnnxGraph, OnnxNode } from '../../onnx/model';

/** A graph among a node's attributes that has nodes, with a name of its own. */
export interface NamedBody {
  /** What the ids of its nodes begin with, without the last slash: `12/then_branch`. */
  readonly id: string;
  /** Of the attribute, with its place where that holds several. */
  readonly name: string;
  readonly graph: OnnxGraph;
}

/** The graphs among a node's attributes, in their order. */
export function bodiesOf(node: OnnxNode): readonly OnnxGraph[] {
  if (node.attributes.size === 0) return none;
  let bodies: OnnxGraph[] | undefined;
  for (const attribute of node.attributes.values()) {
    const found = graphsOf(attribute);
    if (found.length > 0) bodies = bodies === undefined ? [...found] : [...bodies, ...found];
  }
  return bodies ?? none;
}

/** Those that have nodes, with their names. */
export function namedBodiesOf(node: OnnxNode): readonly NamedBody[] {
  if (bodiesOf(node).length === 0) return none;
  return [...node.attributes].flatMap(([name, attribute]) => {
    const graphs = graphsOf(attribute);
    return graphs.flatMap((graph, place) => {
      const id = bodyIdOf(graph);
      if (id === undefined) return [];
      return [{ id, name: graphs.length > 1 ? `${name} ${place + 1}` : name, graph }];
    });
  });
}

/** The id of a body; none where it has no nodes. */
export function bodyIdOf({ nodes: [first] }: OnnxGraph): string | undefined {
  return first?.id.slice(0, first.id.lastIndexOf('/'));
}

const none: readonly never[] = [];

function graphsOf(attribute: OnnxAttribute): readonly OnnxGraph[] {
  if (attribute.kind === 'graph') return [attribute.value];
  return attribute.kind === 'graphs' ? attribute.value : none;
}
