import { byteLength } from '../../protocol/dtype';
import { DnnSplitError } from '../../protocol/errors';
import type { OnnxAttribute, OnnxGraph } from '../onnx/model';
import type { TensorFact } from '../shapes/fact';
import type { InferredModel, InferredNode } from '../shapes/inferred';
import { chooseOrder } from './order';
import { permuteNodes } from './permuteNodes';
import type { DataTensor, SplitGraph, SplitNode } from './splitGraph';

/**
 * Keeps what exists only when the model runs (`engine.md` section 2): data tensors and the nodes that make them, in a
 * deterministic topological order. Tensors that follow from constants, or whose elements are known once the dimensions
 * are bound, fold away; the weights behind them count at the node that reads them.
 * @throws DnnSplitError `unsupported-model` where a tensor is made twice or a node needs its own result.
 */
export function buildSplitGraph(inferred: InferredModel): SplitGraph {
  const graph = buildInModelOrder(inferred);
  const order = chooseOrder(graph);
  const isIdentity = order.every((node, place) => node === place);
  return countSharedWeightsOnce(inferred, isIdentity ? graph : permuteNodes(graph, order));
}

/** The split graph in the order of the inferred model, every weight counted at each of its readers. */
export function buildInModelOrder(inferred: InferredModel): SplitGraph {
  const inputs = inferred.inputs.filter((name) => isData(inferred.tensors.get(name)));
  const drafts = inferred.nodes
    .map((node) => ({ node, writes: node.writes.filter((name) => isData(inferred.tensors.get(name))) }))
    .filter((draft) => draft.writes.length > 0);

  const indexByName = new Map<string, number>();
  const producers: number[] = [];
  const declare = (name: string, producer: number) => {
    if (indexByName.has(name)) throw madeTwice(name, drafts[producer]?.node);
    indexByName.set(name, producers.length);
    producers.push(producer);
  };
  for (const name of new Set(inputs)) declare(name, -1);
  for (const [index, draft] of drafts.entries()) for (const name of draft.writes) declare(name, index);

  const reads = drafts.map((draft) => indicesOf(draft.node.reads, indexByName));
  const consumers: number[][] = producers.map(() => []);
  for (const [node, tensors] of reads.entries()) {
    for (const tensor of tensors) {
      if ((producers[tensor] ?? -1) >= node) throw inCycle(drafts[node]?.node);
      consumers[tensor]?.push(node);
    }
  }

  const outputNames = new Set(inferred.outputs);
  const tensors = [...indexByName].map(([name, index]): DataTensor => {
    const fact = inferred.tensors.get(name);
    return {
      name,
      dtype: fact?.dtype ?? 'undefined',
      shape: fact?.shape,
      bytes: fact && factBytes(fact),
      producer: producers[index] ?? -1,
      consumers: consumers[index] ?? [],
      isGraphOutput: outputNames.has(name),
    };
  });
  const nodes = drafts.map((draft, index): SplitNode => {
    const writes = indicesOf(draft.writes, indexByName);
    return describe(draft.node, reads[index] ?? [], writes, tensors);
  });
  return { nodes, tensors, inputs: indicesOf(inputs, indexByName), outputs: indicesOf(inferred.outputs, indexByName) };
}

function madeTwice(tensor: string, node: InferredNode | undefined): DnnSplitError {
  return new DnnSplitError(
    'unsupported-model',
    `\`${node?.label}\` makes the tensor \`${tensor}\`, which is made already; give each tensor one name and one maker.`,
    node && { nodeId: node.id },
  );
}

function inCycle(node: InferredNode | undefined): DnnSplitError {
  return new DnnSplitError(
    'unsupported-model',
    `\`${node?.label}\` needs its own result, directly or through others, so the model cannot run; break the cycle.`,
    node && { nodeId: node.id },
  );
}

function describe(
  node: InferredNode,
  reads: readonly number[],
  writes: readonly number[],
  tensors: readonly DataTensor[],
): SplitNode {
  return {
    id: node.id,
    name: node.node.name,
    label: node.label,
    op: node.node.op,
    domain: node.node.domain,
    modulePath: node.modulePath,
    reads,
    writes,
    macs: node.macs,
    elementwiseOps: node.elementwiseOps,
    trafficBytes: node.viewOnly ? 0 : sumBytes([...reads, ...writes], tensors),
    weightBytes: bodyWeightBytes(node.node.attributes.values()),
    viewOnly: node.viewOnly,
  };
}

/** Up to here looking through a list is faster than a set. */
const fewNames = 32;

function indicesOf(names: readonly string[], indexByName: ReadonlyMap<string, number>): number[] {
  const indices: number[] = [];
  for (const name of names) {
    const index = indexByName.get(name);
    if (index !== undefined && (names.length > fewNames || !indices.includes(index))) indices.push(index);
  }
  return names.length > fewNames ? [...new Set(indices)] : indices;
}

function sumBytes(indices: readonly number[], tensors: readonly DataTensor[]): number | undefined {
  let sum = 0;
  for (const index of indices) {
    const bytes = tensors[index]?.bytes;
    if (bytes === undefined) return undefined;
    sum += bytes;
  }
  return sum;
}

/** A tensor that only a run of the model makes: neither constant nor known element by element. */
function isData(fact: TensorFact | undefined): boolean {
  if (fact === undefined) return true;
  return !fact.constant && !isStaticallyKnown(fact);
}

function isStaticallyKnown(fact: TensorFact): boolean {
  if (fact.kind !== 'tensor' || fact.value === undefined) return false;
  const elements = elementCount(fact);
  return elements === fact.value.length && fact.value.every((element) => typeof element === 'number');
}

function elementCount(fact: TensorFact): number | undefined {
  let elements = 1;
  for (const dim of fact.shape ?? [undefined]) {
    if (typeof dim !== 'number') return undefined;
    elements *= dim;
  }
  return elements;
}

function factBytes(fact: TensorFact): number | undefined {
  const elements = fact.kind === 'tensor' ? elementCount(fact) : undefined;
  return elements === undefined ? undefined : byteLength(fact.dtype, elements);
}

/** Bytes of the weights inside the bodies of If, Loop and Scan. */
function bodyWeightBytes(attributes: Iterable<OnnxAttribute>): number {
  let bytes = 0;
  for (const attribute of attributes) {
    const bodies: readonly OnnxGraph[] =
      attribute.kind === 'graph' ? [attribute.value] : attribute.kind === 'graphs' ? attribute.value : [];
    for (const body of bodies) {
      for (const weight of body.initializers.values()) bytes += weight.bytes ?? 0;
      for (const node of body.nodes) bytes += bodyWeightBytes(node.attributes.values());
    }
  }
  return bytes;
}

/** Adds each top-level weight to the first node, in order, that reads it or a constant that folds from it. */
function countSharedWeightsOnce(inferred: InferredModel, graph: SplitGraph): SplitGraph {
  const dataNames = new Set(graph.tensors.map((tensor) => tensor.name));
  const inferredById = new Map(inferred.nodes.map((node) => [node.id, node]));
  const makerOf = new Map<string, InferredNode>();
  for (const node of inferred.nodes) {
    for (const name of node.writes) if (!dataNames.has(name)) makerOf.set(name, node);
  }
  const seen = new Set<string>();

  const claim = (names: readonly string[]): number => {
    let bytes = 0;
    const pending = [names];
    for (let some = pending.pop(); some !== undefined; some = pending.pop()) {
      for (const name of some) {
        if (dataNames.has(name) || seen.has(name)) continue;
        seen.add(name);
        const weight = inferred.weightBytes.get(name);
        if (weight !== undefined) bytes += weight;
        else pending.push(makerOf.get(name)?.reads ?? []);
      }
    }
    return bytes;
  };
  const nodes = graph.nodes.map((node): SplitNode => {
    const weightBytes = node.weightBytes + claim(inferredById.get(node.id)?.reads ?? []);
    if (weightBytes === 0) return node;
    const trafficBytes =
      node.trafficBytes === undefined || node.viewOnly ? node.trafficBytes : node.trafficBytes + weightBytes;
    return { ...node, weightBytes, trafficBytes };
  });
  return { ...graph, nodes };
}
