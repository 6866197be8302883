import type { OnnxFunction, OnnxModel, OnnxNode } from '../../engine/onnx/model';

/** A node under the index that ONNX Runtime gives it. */
export interface RuntimeNode {
  /** Our id of the node. */
  readonly id: string;
  readonly name: string;
  readonly op: string;
}

export interface RuntimeOrder {
  /** By index in ONNX Runtime's graph. */
  readonly nodes: readonly RuntimeNode[];
  /** The first so many are nodes of the main graph, the others come from inlined functions. */
  readonly mainNodes: number;
}

/** Calls nest at most this deep; a function that calls itself ends here. */
const deepestCall = 200;

/**
 * The nodes of a model as ONNX Runtime numbers them: those of the main graph in the file's order without Constant nodes,
 * which become initializers, then the bodies of called functions, one level of calls after the other (Graph and
 * GraphPartitioner of ONNX Runtime 1.30). What rests on this is checked against each event before it is used.
 */
export function runtimeOrder(model: OnnxModel): RuntimeOrder {
  const functions = new Map(model.functions.map((one) => [functionKey(one.domain, one.name, one.overload), one]));
  const nodes: RuntimeNode[] = [];
  let level = model.graph.nodes.filter(isNumbered).map((node) => ({ id: node.id, node }));
  const mainNodes = level.length;
  for (let depth = 0; level.length > 0 && depth < deepestCall; depth++) {
    for (const { id, node } of level) nodes.push({ id, name: node.name, op: node.op });
    level = level.flatMap(({ id, node }) => calledNodes(functions, id, node));
  }
  return { nodes, mainNodes };
}

function calledNodes(functions: ReadonlyMap<string, OnnxFunction>, callId: string, call: OnnxNode) {
  const body = functions.get(functionKey(call.domain, call.op, call.overload))?.nodes ?? [];
  const placed = body.map((node, index) => ({ id: `${callId}/${index}`, node }));
  return placed.filter(({ node }) => isNumbered(node));
}

function isNumbered(node: OnnxNode): boolean {
  return node.domain !== '' || node.op !== 'Constant';
}

function functionKey(domain: string, name: string, overload: string): string {
  return JSON.stringify([domain, name, overload]);
}
