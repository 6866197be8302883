import { say } from '../../../shared/messages/say';
import type { OnnxGraph, OnnxNode, ValueInfo } from '../../onnx/model';
import { type TensorFact, unknownFact } from '../facts/fact';
import { bodiesOf } from './bodies';
import { inlineFunctions, joinPaths } from './inlineFunctions';
import { modulePathOf } from './modulePath';
import type { Opsets, PlannedGraph, PlannedNode, PlanningScope } from './plannedGraph';
import type { SharedFacts } from './sharedFacts';
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

/**
 * Inlines, finds what bodies capture, and sorts; each body is planned once.
 * @param given facts of inputs that are known beforehand
 */
export function planGraph(
  graph: OnnxGraph,
  opsets: Opsets,
  scope: PlanningScope,
  given?: ReadonlyMap<string, TensorFact>,
): PlannedGraph {
  const planned = scope.bodies.get(graph);
  if (planned !== undefined) return planned;
  const { nodes, stated } = planNodes(graph, opsets, scope);
  const made = weightsOf(graph, scope.facts, given);
  const isInOrder = makeInOrder(nodes, made);
  const sorted = isInOrder ? { nodes, cyclic: [] } : sortNodes(nodes);
  for (const { node } of sorted.cyclic) {
    scope.warn(say('shapes.circle', {}), node.id);
  }
  const result: PlannedGraph = {
    nodes: sorted.nodes,
    cyclic: sorted.cyclic,
    inputs: inputsOf(graph),
    outputs: graph.outputs,
    deterministic: sorted.nodes.every((node) => node.deterministic),
    tensors: isInOrder ? made : weightsOf(graph, scope.facts, given),
    stated: stated.size === 0 ? graph.valueInfo : new Map<string, ValueInfo>([...stated, ...graph.valueInfo]),
  };
  scope.bodies.set(graph, result);
  return result;
}

/** The nodes in the file's order, and what functions state about tensors inside. */
function planNodes(
  graph: OnnxGraph,
  opsets: Opsets,
  scope: PlanningScope,
): { readonly nodes: readonly PlannedNode[]; readonly stated: ReadonlyMap<string, ValueInfo> } {
  if (scope.functions.size === 0) {
    return { nodes: graph.nodes.map((node) => planNode(node, opsets, '', scope)), stated: new Map() };
  }
  const flat = inlineFunctions(
    graph.nodes,
    opsets,
    scope,
    lazily(() => namesIn(graph)),
  );
  const nodes = flat.nodes.map(({ node, opsets: own, callPath }) => planNode(node, own, callPath, scope));
  return { nodes, stated: flat.stated };
}

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
  if (bodies.length === 0 && areFewAndDistinct(inputs)) return inputs;
  const reads = new Set(inputs);
  for (const body of bodies) for (const name of capturesOf(body)) reads.add(name);
  reads.delete('');
  return [...reads];
}

/** Up to here comparing names with each other is faster than a set. */
const fewNames = 8;

function areFewAndDistinct(names: readonly string[]): boolean {
  if (names.length > fewNames) return false;
  for (let index = 0; index < names.length; index++) {
    const name = names[index] ?? '';
    if (name === '' || names.indexOf(name) < index) return false;
  }
  return true;
}

/** What a call brings: inputs with an initializer have a value of their own. */
export function inputsOf({ inputs, initializers, sparseInitializers }: OnnxGraph): readonly ValueInfo[] {
  return inputs.filter(({ name }) => !initializers.has(name) && !sparseInitializers.has(name));
}

/** Behind what is given. */
function weightsOf(
  graph: OnnxGraph,
  facts: SharedFacts,
  given: ReadonlyMap<string, TensorFact> | undefined,
): Map<string, TensorFact> {
  const weights = new Map(given);
  graph.initializers.forEach((tensor, name) => {
    weights.set(name, factOfTensor(tensor, facts));
  });
  for (const [name, tensor] of graph.sparseInitializers) weights.set(name, factOfSparseTensor(tensor, facts));
  return weights;
}

/**
 * Adds what the nodes make to the facts of inputs and weights. False where the nodes may have to be sorted first: one reads
 * what none before it makes, or a tensor is made twice.
 */
function makeInOrder(nodes: readonly PlannedNode[], facts: Map<string, TensorFact>): boolean {
  for (const { reads, writes } of nodes) {
    for (const name of reads) if (!facts.has(name)) return false;
    for (const name of writes) if (facts.size === facts.set(name, unknownFact).size) return false;
  }
  return true;
}

/** Names that a body takes from outside. */
export function capturesOf({ nodes, inputs, outputs, tensors }: PlannedGraph): ReadonlySet<string> {
  const own = new Set<string>(tensors.keys());
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
