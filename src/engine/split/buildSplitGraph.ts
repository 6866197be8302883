import { say } from '../../shared/messages/say';
import { byteLength } from '../../shared/vocabulary/dtype';
import type { StatePair } from '../../shared/vocabulary/statePairs';
import { DnnSplitError } from '../../shared/work/errors';
import type { Shape } from '../shapes/algebra/dim';
import { namedBodiesOf } from '../shapes/core/bodies';
import { expectedShape } from '../shapes/core/expectedSizes';
import { mostShape, mostSizes } from '../shapes/core/mostSizes';
import { bodyWeightBytes } from '../shapes/core/weights';
import type { TensorFact } from '../shapes/facts/fact';
import type { InferredModel, InferredNode } from '../shapes/facts/inferred';
import { chooseOrder } from './order';
import { permuteNodes } from './permuteNodes';
import { rateClassOf } from './rateClass';
import { sizedLike } from './sessionGraph';
import { countWeightsOnce, type DraftNode, readsPart, type WeightReader } from './sharedWeights';
import type { DataTensor, SplitGraph } from './splitGraph';
import { withState } from './stateTensors';

/**
 * Keeps what exists only when the model runs (`docs/theory.md` section 2): data tensors and the nodes that make them, in a
 * deterministic topological order. Tensors that follow from constants, or whose elements are known once the dimensions
 * are bound, fold away; the weights behind them count at the node that reads them.
 * @param state pairs of an output and the input that it is in the next call.
 * @throws DnnSplitError `unsupported-model` where a tensor is made twice or a node needs its own result.
 */
export function buildSplitGraph(inferred: InferredModel, state: readonly StatePair[] = []): SplitGraph {
  const { graph: whole, drafts, foldedMakers } = draftGraph(inferred);
  const graph = withState(whole, state);
  const order = chooseOrder(graph);
  const isIdentity = order.every((node, place) => node === place);
  countWeightsOnce(inferred.weightBytes, drafts, order, foldedMakers);
  return isIdentity ? graph : permuteNodes(graph, order);
}

/** A graph with the sizes of the same model under other dimensions; what is not among its nodes and tensors is left out. */
export function resizedGraph(graph: SplitGraph, inferred: InferredModel, state: readonly StatePair[]): SplitGraph {
  const { graph: whole, drafts, foldedMakers } = draftGraph(inferred);
  const placeOf = new Map(graph.nodes.map(({ id }, place) => [id, place]));
  const places = drafts.map(({ node }) => placeOf.get(node.id) ?? graph.nodes.length);
  const order = Int32Array.from(drafts.keys()).sort((a, b) => (places[a] ?? 0) - (places[b] ?? 0));
  const other = withState(whole, state);
  countWeightsOnce(inferred.weightBytes, drafts, order, foldedMakers);
  return sizedLike(graph, other);
}

/** The split graph in the order of the inferred model, top-level weights not counted yet. */
export function buildInModelOrder(inferred: InferredModel): SplitGraph {
  return draftGraph(inferred).graph;
}

interface DraftGraph {
  readonly graph: SplitGraph & { readonly nodes: readonly DraftNode[] };
  /** The graph's nodes with the names of the constants that each reads. */
  readonly drafts: readonly WeightReader[];
  /** Who makes each constant that nodes make. */
  readonly foldedMakers: ReadonlyMap<string, InferredNode>;
}

function draftGraph(inferred: InferredModel): DraftGraph {
  const inputs = inferred.inputs.filter((name) => isData(inferred.tensors.get(name)));
  const indexByName = new Map<string, number>();
  const producers: number[] = [];
  const makers: InferredNode[] = [];
  const foldedMakers = new Map<string, InferredNode>();
  const declare = (name: string, producer: number, node: InferredNode | undefined) => {
    if (indexByName.size === indexByName.set(name, producers.length).size) throw madeTwice(name, node);
    producers.push(producer);
  };
  for (const name of new Set(inputs)) declare(name, -1, undefined);
  for (const node of inferred.nodes) {
    const index = makers.length;
    let makesData = false;
    for (const name of node.writes) {
      if (isData(inferred.tensors.get(name))) {
        declare(name, index, node);
        makesData = true;
      } else {
        foldedMakers.set(name, node);
      }
    }
    if (makesData) makers.push(node);
  }
  const reads = makers.map((node) => readsOf(node, indexByName));
  const consumers = consumersOf(reads, producers, makers);
  const tensors = tensorsOf(inferred, indexByName, producers, consumers);
  const drafts = makers.map((node, index) => {
    const { data = noIndices, constants = noNames } = reads[index] ?? {};
    const writes = indicesOf(node.writes, indexByName);
    const described = describe(node, data, writes, tensors);
    const rateClass = rateClassOf(node, inferred.tensors);
    const mostBytes = readsPart(node.node) ? writtenBytes(writes, tensors) : undefined;
    return { node: rateClass === undefined ? described : { ...described, rateClass }, constants, mostBytes };
  });
  return {
    graph: {
      nodes: drafts.map(({ node }) => node),
      tensors,
      inputs: indicesOf(inputs, indexByName),
      outputs: indicesOf(inferred.outputs, indexByName),
    },
    drafts,
    foldedMakers,
  };
}

interface Reads {
  /** Data tensors, each once. */
  readonly data: readonly number[];
  readonly constants: readonly string[];
}

const noIndices: readonly number[] = [];
const noNames: readonly string[] = [];

function readsOf(node: InferredNode, indexByName: ReadonlyMap<string, number>): Reads {
  const data = indicesOf(node.reads, indexByName);
  if (data.length === node.reads.length) return { data, constants: noNames };
  return { data, constants: node.reads.filter((name) => !indexByName.has(name)) };
}

/** Readers of each tensor, ascending, in lists of the right length. */
function consumersOf(
  reads: readonly Reads[],
  producers: readonly number[],
  makers: readonly InferredNode[],
): readonly (readonly number[])[] {
  const counts = new Int32Array(producers.length);
  for (const [node, { data }] of reads.entries()) {
    for (const tensor of data) {
      if ((producers[tensor] ?? -1) >= node) throw inCycle(makers[node]);
      counts[tensor] = (counts[tensor] ?? 0) + 1;
    }
  }
  const consumers = Array.from(counts, (count): number[] => (count === 0 ? [] : new Array(count)));
  counts.fill(0);
  for (const [node, { data }] of reads.entries()) {
    for (const tensor of data) {
      const place = counts[tensor] ?? 0;
      counts[tensor] = place + 1;
      const list = consumers[tensor];
      if (list !== undefined) list[place] = node;
    }
  }
  return consumers;
}

function tensorsOf(
  inferred: InferredModel,
  indexByName: ReadonlyMap<string, number>,
  producers: readonly number[],
  consumers: readonly (readonly number[])[],
): DataTensor[] {
  const outputNames = new Set(inferred.outputs);
  const tensors: DataTensor[] = [];
  const most = inferred.madeDimensions.length === 0 ? undefined : mostSizes(inferred);
  for (const [name, index] of indexByName) {
    const fact = inferred.tensors.get(name);
    const bytes = fact && factBytes(fact, inferred.expected);
    const isOpen = most !== undefined && bytes === undefined && outputNames.has(name);
    const mostBytes =
      isOpen && fact !== undefined ? factBytes({ ...fact, shape: mostShape(fact.shape, most) }, most) : undefined;
    tensors.push({
      name,
      dtype: fact?.dtype ?? 'undefined',
      shape: fact?.shape,
      bytes,
      ...(mostBytes !== undefined && { mostBytes }),
      producer: producers[index] ?? -1,
      consumers: consumers[index] ?? noIndices,
      isGraphOutput: outputNames.has(name),
    });
  }
  return tensors;
}

function madeTwice(tensor: string, node: InferredNode | undefined): DnnSplitError {
  return new DnnSplitError(
    'unsupported-model',
    say('graph.madeTwice', { node: node?.label ?? '', tensor }),
    node && { nodeId: node.id },
  );
}

function inCycle(node: InferredNode | undefined): DnnSplitError {
  return new DnnSplitError(
    'unsupported-model',
    say('graph.cycle', { node: node?.label ?? '' }),
    node && { nodeId: node.id },
  );
}

function describe(
  node: InferredNode,
  reads: readonly number[],
  writes: readonly number[],
  tensors: readonly DataTensor[],
): DraftNode {
  const bodies = namedBodiesOf(node.node).map(({ id, name, graph }) => ({ id, name, nodes: graph.nodes.length }));
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
    trafficBytes: trafficOf(node, reads, writes, tensors),
    weightBytes: bodyWeightBytes(node.node),
    viewOnly: node.viewOnly,
    ...(bodies.length > 0 && { bodies }),
  };
}

/** Up to here looking through a list is faster than a set. */
const fewNames = 32;

function indicesOf(names: readonly string[], indexByName: ReadonlyMap<string, number>): readonly number[] {
  const [first = ''] = names;
  if (names.length <= 1) {
    const index = indexByName.get(first);
    return index === undefined ? noIndices : [index];
  }
  const indices: number[] = [];
  for (const name of names) {
    const index = indexByName.get(name);
    if (index !== undefined && (names.length > fewNames || !indices.includes(index))) indices.push(index);
  }
  return names.length > fewNames ? [...new Set(indices)] : indices.slice();
}

/** Bytes that a node reads and writes, weights aside. */
function trafficOf(
  { node, viewOnly }: InferredNode,
  reads: readonly number[],
  writes: readonly number[],
  tensors: readonly DataTensor[],
): number | undefined {
  if (viewOnly) return 0;
  const written = writtenBytes(writes, tensors);
  let sum = written;
  const first = readsPart(node) ? node.inputs[0] : undefined;
  for (const index of reads) {
    const { name, bytes } = tensors[index] ?? {};
    const isPart = first !== undefined && name === first && bytes !== undefined && written !== undefined;
    sum = plus(sum, isPart ? Math.min(bytes, written ?? bytes) : bytes);
  }
  return sum;
}

function writtenBytes(writes: readonly number[], tensors: readonly DataTensor[]): number | undefined {
  return writes.reduce<number | undefined>((sum, index) => plus(sum, tensors[index]?.bytes), 0);
}

function plus(sum: number | undefined, bytes: number | undefined): number | undefined {
  return sum === undefined || bytes === undefined ? undefined : sum + bytes;
}

/** A tensor that only a run of the model makes: neither constant nor known element by element. */
function isData(fact: TensorFact | undefined): boolean {
  if (fact === undefined) return true;
  return !fact.constant && !isStaticallyKnown(fact);
}

function isStaticallyKnown(fact: TensorFact): boolean {
  if (fact.kind !== 'tensor' || fact.value === undefined) return false;
  const elements = elementCount(fact.shape);
  return elements === fact.value.length && fact.value.every((element) => typeof element === 'number');
}

function elementCount(shape: Shape): number | undefined {
  let elements = 1;
  for (const dim of shape ?? [undefined]) {
    if (typeof dim !== 'number') return undefined;
    elements *= dim;
  }
  return elements;
}

function factBytes(fact: TensorFact, expected: InferredModel['expected']): number | undefined {
  const elements = fact.kind === 'tensor' ? elementCount(expectedShape(fact.shape, expected)) : undefined;
  return elements === undefined ? undefined : byteLength(fact.dtype, elements);
}
