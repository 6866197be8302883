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
import { countWeightsOnce, type DraftNode, type ReadConstants, readsPart } from './sharedWeights';
import type { DataTensor, SplitGraph } from './splitGraph';
import { withState } from './stateTensors';
import { keepTopology, type TensorTopology, topologyOfReads } from './topology';

/**
 * Keeps what exists only when the model runs (`docs/theory.md` section 2): data tensors and the nodes that make them, in a
 * deterministic topological order. Tensors that follow from constants, or whose elements are known once the dimensions
 * are bound, fold away; the weights behind them count at the node that reads them.
 * @param state pairs of an output and the input that it is in the next call.
 * @throws DnnSplitError `unsupported-model` where a tensor is made twice or a node needs its own result.
 */
export function buildSplitGraph(inferred: InferredModel, state: readonly StatePair[] = []): SplitGraph {
  const { graph: whole, constants, foldedMakers } = draftGraph(inferred);
  const graph = withState(whole, state);
  const order = chooseOrder(graph);
  const isIdentity = order.every((node, place) => node === place);
  countWeightsOnce(inferred.weightBytes, whole.nodes, constants, order, foldedMakers);
  return isIdentity ? graph : permuteNodes(graph, order);
}

/** A graph with the sizes of the same model under other dimensions; what is not among its nodes and tensors is left out. */
export function resizedGraph(graph: SplitGraph, inferred: InferredModel, state: readonly StatePair[]): SplitGraph {
  const { graph: whole, constants, foldedMakers } = draftGraph(inferred);
  const placeOf = new Map(graph.nodes.map(({ id }, place) => [id, place]));
  const places = whole.nodes.map(({ id }) => placeOf.get(id) ?? graph.nodes.length);
  const order = Int32Array.from(places.keys()).sort((a, b) => (places[a] ?? 0) - (places[b] ?? 0));
  const other = withState(whole, state);
  countWeightsOnce(inferred.weightBytes, whole.nodes, constants, order, foldedMakers);
  return sizedLike(graph, other);
}

/** The split graph in the order of the inferred model, top-level weights not counted yet. */
export function buildInModelOrder(inferred: InferredModel): SplitGraph {
  return draftGraph(inferred).graph;
}

interface DraftGraph {
  readonly graph: SplitGraph & { readonly nodes: readonly DraftNode[] };
  readonly constants: ReadConstants;
  /** Who makes each constant that nodes make. */
  readonly foldedMakers: ReadonlyMap<string, InferredNode>;
}

function draftGraph(inferred: InferredModel): DraftGraph {
  const made = madeTensors(inferred);
  const { makers, writes } = made;
  const { data, constants } = readTensors(made);
  const topology = topologyOfReads(data, made.producers);
  const tensors = tensorsOf(inferred, made, topology);
  keepTopology(tensors, topology);
  const mostBytes = new Map<number, number>();
  const nodes = makers.map((node, index): DraftNode => {
    const [read = noIndices, written = noIndices] = [data[index], writes[index]];
    if (readsPart(node.node)) mostBytes.set(index, writtenBytes(written, tensors) ?? Number.POSITIVE_INFINITY);
    const described = describe(node, read, written, tensors);
    const rateClass = rateClassOf(node, inferred.tensors);
    if (rateClass !== undefined) described.rateClass = rateClass;
    return described;
  });
  return {
    graph: {
      nodes,
      tensors,
      inputs: indicesOf(made.inputs, made),
      outputs: indicesOf(inferred.outputs, made),
    },
    constants: { names: constants, mostBytes },
    foldedMakers: made.foldedMakers,
  };
}

/** The data tensors, by index: the inputs, then what each node makes. */
interface MadeTensors {
  readonly inputs: readonly string[];
  readonly indexByName: ReadonlyMap<string, number>;
  readonly facts: readonly (TensorFact | undefined)[];
  /** Place in `makers` of the node that makes each, -1 for an input. */
  readonly producers: readonly number[];
  /** The nodes that make any, and what each makes. */
  readonly makers: readonly InferredNode[];
  readonly writes: readonly (readonly number[])[];
  readonly foldedMakers: ReadonlyMap<string, InferredNode>;
  /** By index lists of it alone: most nodes read one tensor and make one, which one node reads, and they share these. */
  readonly lists: (readonly number[] | undefined)[];
}

function madeTensors({ inputs: names, nodes, tensors }: InferredModel): MadeTensors {
  const inputs = names.filter((name) => isData(tensors.get(name)));
  const indexByName = new Map<string, number>();
  const facts: (TensorFact | undefined)[] = [];
  const producers: number[] = [];
  const makers: InferredNode[] = [];
  const writes: (readonly number[])[] = [];
  const foldedMakers = new Map<string, InferredNode>();
  const lists: (readonly number[] | undefined)[] = [];
  for (const name of new Set(inputs)) {
    indexByName.set(name, producers.length);
    facts.push(tensors.get(name));
    producers.push(-1);
    lists.push(undefined);
  }
  for (const node of nodes) {
    const first = producers.length;
    for (const name of node.writes) {
      const fact = tensors.get(name);
      if (!isData(fact)) {
        foldedMakers.set(name, node);
        continue;
      }
      if (indexByName.size === indexByName.set(name, producers.length).size) throw madeTwice(name, node);
      facts.push(fact);
      producers.push(makers.length);
      lists.push(undefined);
    }
    const count = producers.length - first;
    if (count === 0) continue;
    makers.push(node);
    writes.push(count === 1 ? listOfOne(first, lists) : Array.from({ length: count }, (_, place) => first + place));
  }
  return { inputs, indexByName, facts, producers, makers, writes, foldedMakers, lists };
}

/** What the makers read, by their places: data tensors, and the names of constants. */
interface ReadTensors {
  readonly data: readonly (readonly number[])[];
  readonly constants: readonly (readonly string[])[];
}

/** @throws DnnSplitError `unsupported-model` where a node needs its own result. */
function readTensors(made: MadeTensors): ReadTensors {
  const { makers, indexByName, producers } = made;
  const constants: (readonly string[])[] = [];
  const data = makers.map((node, place) => {
    const read = indicesOf(node.reads, made);
    for (const tensor of read) if ((producers[tensor] ?? -1) >= place) throw inCycle(node);
    const isAll = read.length === node.reads.length;
    constants.push(isAll ? noNames : node.reads.filter((name) => !indexByName.has(name)));
    return read;
  });
  return { data, constants };
}

const noIndices: readonly number[] = [];
const noNames: readonly string[] = [];

function tensorsOf(
  inferred: InferredModel,
  { indexByName, facts, producers, lists }: MadeTensors,
  { consumerStart, consumers }: TensorTopology,
): DataTensor[] {
  const outputNames = new Set(inferred.outputs);
  const tensors: DataTensor[] = [];
  const most = inferred.madeDimensions.length === 0 ? undefined : mostSizes(inferred);
  for (const name of indexByName.keys()) {
    const index = tensors.length;
    const fact = facts[index];
    const bytes = fact && factBytes(fact, inferred.expected);
    const isGraphOutput = outputNames.has(name);
    const tensor: DataTensor = {
      name,
      dtype: fact?.dtype ?? 'undefined',
      shape: fact?.shape,
      bytes,
      producer: producers[index] ?? -1,
      consumers: listOf(consumers, consumerStart[index] ?? 0, consumerStart[index + 1] ?? 0, lists),
      isGraphOutput,
    };
    const isOpen = most !== undefined && bytes === undefined && isGraphOutput;
    const mostBytes =
      isOpen && fact !== undefined ? factBytes({ ...fact, shape: mostShape(fact.shape, most) }, most) : undefined;
    tensors.push(mostBytes === undefined ? tensor : { ...tensor, mostBytes });
  }
  return tensors;
}

function listOf(numbers: Int32Array, from: number, until: number, lists: MadeTensors['lists']): readonly number[] {
  if (until - from > 1) return Array.from(numbers.subarray(from, until));
  return from === until ? noIndices : listOfOne(numbers[from] ?? 0, lists);
}

function listOfOne(index: number, lists: MadeTensors['lists']): readonly number[] {
  const list = lists[index] ?? [index];
  lists[index] = list;
  return list;
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
  const described: DraftNode = {
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
  };
  const bodies = namedBodiesOf(node.node);
  if (bodies.length > 0) {
    described.bodies = bodies.map(({ id, name, graph }) => ({ id, name, nodes: graph.nodes.length }));
  }
  return described;
}

/** Up to here looking through a list is faster than a set. */
const fewNames = 32;

function indicesOf(names: readonly string[], { indexByName, lists }: MadeTensors): readonly number[] {
  let first: number | undefined;
  let indices: number[] | undefined;
  for (let place = 0; place < names.length; place++) {
    const index = indexByName.get(names[place] ?? '');
    if (index === undefined || index === first) continue;
    if (first === undefined) first = index;
    else if (indices === undefined) indices = [first, index];
    else if (names.length > fewNames || !indices.includes(index)) indices.push(index);
  }
  if (first === undefined) return noIndices;
  if (indices === undefined) return listOfOne(first, lists);
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
