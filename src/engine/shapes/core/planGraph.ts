import { say } from '../../../shared/messages/say';
import type { OnnxGraph, OnnxNode } from '../../onnx/model';
import type { TensorFact } from '../facts/fact';
import { bodiesOf } from './bodies';
import { type Inlined, inlineFunctions, joinPaths } from './inlineFunctions';
import { modulePathOf } from './modulePath';
import type { Opsets, PlannedGraph, PlannedNode, PlanningScope } from './plannedGraph';
import { sortNodes } from './sortNodes';
import { factOfSparseTensor, factOfTensor } from './tensorValue';

/** Operators of ai.onnx whose result differs from run to run. */
const randomOps = new Set([
  'Bernoulli',
  'Multinomial',
  'RandomNormal',
  'RandomNormalLike',
  'RandomUniform',
  'RandomUniformLike',
]);

/** Inlines, finds what bodies capture, and sorts; each body is planned once. */
export function planGraph(graph: OnnxGraph, opsets: Opsets, scope: PlanningScope): PlannedGraph {
  const planned = scope.bodies.get(graph);
  if (planned !== undefined) return planned;
  const inlined = scope.functions.size === 0 ? undefined : inlinedNodes(graph, opsets, scope);
  const nodes =
    inlined?.nodes.map(({ node, opsets: own, callPath }) => planNode(node, own, callPath, scope)) ??
    graph.nodes.map((node) => planNode(node, opsets, '', scope));
  const sorted = sortNodes(nodes);
  for (const { node } of sorted.cyclic) {
    scope.warn(say('shapes.circle', {}), node.id);
  }
  const weights = weightsOf(graph);
  const result: PlannedGraph = {
    nodes: sorted.nodes,
    cyclic: sorted.cyclic,
    inputs: graph.inputs.filter((input) => !weights.has(input.name)),
    outputs: graph.outputs,
    deterministic: sorted.nodes.every((node) => node.deterministic),
    weights,
    stated: inlined?.stated.size ? new Map([...inlined.stated, ...graph.valueInfo]) : graph.valueInfo,
  };
  scope.bodies.set(graph, result);
  return result;
}

function inlinedNodes(graph: OnnxGraph, opsets: Opsets, scope: PlanningScope): Inlined {
  const taken = lazily(() => namesIn(graph));
  return inlineFunctions(graph.nodes, opsets, scope, taken);
}

/** @param callPath module path of the call that the node comes from; empty outside of functions. */
function planNode(node: OnnxNode, opsets: Opsets, callPath: string, scope: PlanningScope): PlannedNode {
  const bodies: PlannedGraph[] = [];
  for (const body of bodiesOf(node)) bodies.push(planGraph(body, opsets, scope));
  const path = modulePathOf(node, scope.modulePaths);
  return {
    node,
    opset: opsets.get(node.domain) ?? 1,
    opsets,
    reads: readsOf(node, bodies),
    writes: node.outputs.every((name) => name !== '') ? node.outputs : node.outputs.filter((name) => name !== ''),
    modulePath: callPath === '' ? path : joinPaths(callPath, path),
    deterministic: !(node.domain === '' && randomOps.has(node.op)) && bodies.every((body) => body.deterministic),
  };
}

function readsOf(node: OnnxNode, bodies: readonly PlannedGraph[]): readonly string[] {
  const { inputs } = node;
  const [first, second] = inputs;
  if (bodies.length === 0) {
    if (first === undefined) return inputs;
    if (inputs.length === 1 && first !== '') return inputs;
    if (inputs.length === 2 && first !== '' && second !== '' && first !== second) return inputs;
  }
  const reads = new Set(inputs);
  for (const body of bodies) for (const name of capturesOf(body)) reads.add(name);
  reads.delete('');
  return [...reads];
}

function weightsOf(graph: OnnxGraph): ReadonlyMap<string, TensorFact> {
  const weights = new Map<string, TensorFact>();
  graph.initializers.forEach((tensor, name) => {
    weights.set(name, factOfTensor(tensor));
  });
  for (const [name, tensor] of graph.sparseInitializers) weights.set(name, factOfSparseTensor(tensor));
  return weights;
}

/** Names that a body takes from outside. */
export function capturesOf({ nodes, inputs, outputs, weights }: PlannedGraph): ReadonlySet<string> {
  const own = new Set<string>(weights.keys());
  for (const input of inputs) own.add(input.name);
  for (const node of nodes) for (const name of node.writes) own.add(name);
  const captures = new Set<string>();
  for (const node of nodes) for (const name of node.reads) if (!own.has(name)) captures.add(name);
  for (const output of outputs) if (output.name !== '' && !own.has(output.name)) captures.add(output.name);
  return captures;
}

/** Every name that the graph uses itself: inlined tensors must not collide with them. */
function namesIn(graph: OnnxGraph): ReadonlySet<string> {
  const names = new Set<string>(graph.initializers.keys());
  for (const input of graph.inputs) names.add(input.name);
  for (const node of graph.nodes) {
    for (const name of node.inputs) names.add(name);
    for (const name of node.outputs) names.add(name);
  }
  return names;
}

function lazily<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
