import type { OnnxAttribute, OnnxGraph, OnnxNode } from '../../onnx/model';

export interface Renaming {
  /** New name of a tensor of the function; the empty name stays empty. */
  readonly rename: (name: string) => string;
  /** Attribute that a reference stands for; nothing where neither the call nor a default has it. */
  readonly resolve: (reference: string) => OnnxAttribute | undefined;
}

/** The node with its tensors renamed and its attribute references resolved, in its bodies too. */
export function renameNode(node: OnnxNode, id: string, renaming: Renaming): OnnxNode {
  return {
    ...node,
    id,
    inputs: node.inputs.map(renaming.rename),
    outputs: node.outputs.map(renaming.rename),
    attributes: renameAttributes(node.attributes, id, renaming),
  };
}

function renameAttributes(
  attributes: ReadonlyMap<string, OnnxAttribute>,
  id: string,
  renaming: Renaming,
): ReadonlyMap<string, OnnxAttribute> {
  if (attributes.size === 0) return attributes;
  const renamed = new Map<string, OnnxAttribute>();
  for (const [name, attribute] of attributes) {
    const resolved = attribute.kind === 'reference' ? renaming.resolve(attribute.value) : attribute;
    if (resolved !== undefined) renamed.set(name, renameInAttribute(resolved, attribute, `${id}/${name}`, renaming));
  }
  return renamed;
}

/** Bodies written inside the function are renamed; one that the call handed in belongs to the caller and is not. */
function renameInAttribute(
  resolved: OnnxAttribute,
  written: OnnxAttribute,
  path: string,
  renaming: Renaming,
): OnnxAttribute {
  if (written.kind === 'reference') return resolved;
  if (resolved.kind === 'graph') return { kind: 'graph', value: renameBody(resolved.value, path, renaming) };
  if (resolved.kind !== 'graphs') return resolved;
  const value = resolved.value.map((body, index) => renameBody(body, `${path}/${index}`, renaming));
  return { kind: 'graphs', value };
}

/** Names that the body defines itself hide those of the function. */
function renameBody(body: OnnxGraph, path: string, renaming: Renaming): OnnxGraph {
  const own = new Set<string>(body.initializers.keys());
  for (const name of body.sparseInitializers.keys()) own.add(name);
  for (const input of body.inputs) own.add(input.name);
  for (const node of body.nodes) for (const output of node.outputs) own.add(output);
  const inner: Renaming = {
    rename: (name) => (own.has(name) ? name : renaming.rename(name)),
    resolve: renaming.resolve,
  };
  return {
    ...body,
    nodes: body.nodes.map((node, index) => renameNode(node, `${path}/${index}`, inner)),
    outputs: body.outputs.map((output) => ({ ...output, name: inner.rename(output.name) })),
  };
}
