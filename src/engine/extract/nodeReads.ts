import type { OnnxFunction, OnnxGraph, OnnxModel, OnnxNode } from '../onnx/model';
import { bodiesOf } from '../shapes/core/bodies';

/** Tensors that a node needs from its graph: its inputs, and what its bodies capture from outside. */
export function nodeReads(node: OnnxNode): readonly string[] {
  const reads = new Set(node.inputs);
  for (const body of bodiesOf(node)) for (const name of captures(body)) reads.add(name);
  reads.delete('');
  return [...reads];
}

/** Names that a body uses and does not define itself. */
function captures(body: OnnxGraph): ReadonlySet<string> {
  const own = new Set<string>([...body.initializers.keys(), ...body.sparseInitializers.keys()]);
  for (const input of body.inputs) own.add(input.name);
  for (const node of body.nodes) for (const name of node.outputs) own.add(name);
  const taken = new Set<string>();
  for (const node of body.nodes) for (const name of nodeReads(node)) if (!own.has(name)) taken.add(name);
  for (const output of body.outputs) if (!own.has(output.name)) taken.add(output.name);
  return taken;
}

const keyOf = (domain: string, name: string, overload: string): string => `${domain}\n${name}\n${overload}`;

/** The model's functions that nodes call, from within bodies and other functions too, in the file's order. */
export function reachableFunctions(model: OnnxModel, nodes: readonly OnnxNode[]): readonly OnnxFunction[] {
  if (model.functions.length === 0) return [];
  const byKey = new Map(model.functions.map((each) => [keyOf(each.domain, each.name, each.overload), each]));
  const reached = new Set<OnnxFunction>();
  const pending = [...nodes];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    for (const body of bodiesOf(node)) pending.push(...body.nodes);
    const called = byKey.get(keyOf(node.domain, node.op, node.overload));
    if (called === undefined || reached.has(called)) continue;
    reached.add(called);
    pending.push(...called.nodes);
  }
  return model.functions.filter((each) => reached.has(each));
}
