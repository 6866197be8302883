import { say } from '../../shared/messages/say';
import { DnnSplitError } from '../../shared/work/errors';
import type { ByteSource } from '../onnx/byteSource';
import { externalRange } from '../onnx/externalRange';
import type { ByteRange, OnnxAttribute, OnnxModel, OnnxNode, OnnxTensor } from '../onnx/model';
import { bodiesOf } from '../shapes/core/bodies';
import type { ModelLayout } from './modelLayout';
import { type Piece, piecesLength } from './pieces';
import { bytesField, lengthPrefix } from './protoBytes';
import type { BoundaryTensor, SegmentPlan } from './segmentPlan';
import { bakedTensorBytes, type ExternalPlace, emptyTensorPieces, movedTensorPieces } from './tensorPieces';
import { bakedValueInfoBytes, valueInfoBytes } from './valueInfoBytes';

/** What a segment is made from. */
export interface ExtractionInput {
  readonly model: OnnxModel;
  readonly source: ByteSource;
  readonly layout: ModelLayout;
  /** Opens the file that external tensors of the model lie in. */
  readonly openExternal: (location: string) => ByteSource;
}

export interface ExtractionOptions {
  /** File beside the segment that takes its external data. */
  readonly dataFile: string;
  /**
   * `compact`: external weights are copied into the segment's own data file. `keep`: segments refer to the model's data
   * files, so they must lie in the model's folder.
   */
  readonly externalData: 'compact' | 'keep';
  /** Models beyond this keep their weights in the data file; protobuf allows 2 GiB. */
  readonly largestModelBytes?: number;
  /** Weights that lie in a file that several segments of one folder refer to. */
  readonly shared?: ReadonlyMap<string, ExternalPlace>;
}

/** A segment as pieces to be written, in order; `data` is empty where it needs no data file. */
export interface ComposedSegment {
  readonly model: readonly Piece[];
  readonly data: readonly Piece[];
}

/** What protobuf allows a message to have. */
export const largestProtobufBytes = 2 ** 31 - 1;
/** Tensors below this stay in the model even when it is too large. */
const smallestMovedBytes = 1024;
const dataAlignment = 64;
const graphField = { node: 1, initializer: 5, input: 11, output: 12, valueInfo: 13 } as const;
const rawData = 9;

/**
 * Lays out the sub-model of a segment. Bytes of nodes, weights, functions, opset imports and metadata are copied as they
 * are; only the graph's header and the types at the cuts are new.
 * @throws DnnSplitError `external-data`, or `unsupported-model` for external tensors inside of nodes.
 */
export function composeSegment(input: ExtractionInput, plan: SegmentPlan, options: ExtractionOptions): ComposedSegment {
  if (options.externalData === 'compact') refuseNestedExternalData(input.model, plan);
  const weights = [...input.model.graph.initializers.values()].filter(({ name }) => plan.initializers.has(name));
  const limit = options.largestModelBytes ?? largestProtobufBytes;
  const held = weights.reduce((sum, { range }) => sum + range.length, 0);
  const nodes = plan.nodes.reduce((sum, node) => sum + (input.model.graph.nodes[node]?.range.length ?? 0), 0);
  const data = new DataFile(input, options, held + nodes > limit);
  const initializers = weights.flatMap((tensor) => [...data.place(tensor)]);
  const model = modelPieces(input, plan, initializers);
  if (piecesLength(model) > limit) {
    throw new DnnSplitError('unsupported-model', say('cut.tooLarge', { tier: plan.tier + 1 }));
  }
  return { model, data: data.pieces };
}

/** Weights of several segments of one folder: each lies once in a file of their own. */
export interface SharedWeights {
  readonly places: ReadonlyMap<string, ExternalPlace>;
  /** Empty where no weight is shared. */
  readonly pieces: readonly Piece[];
}

/** Lays out the weights that more than one of some segments holds. @param dataFile file that takes them */
export function sharedWeights(
  input: ExtractionInput,
  plans: readonly SegmentPlan[],
  { dataFile, externalData }: Pick<ExtractionOptions, 'dataFile' | 'externalData'>,
): SharedWeights {
  const data = new DataFile(input, { dataFile, externalData }, true);
  const places = new Map<string, ExternalPlace>();
  for (const tensor of input.model.graph.initializers.values()) {
    if (plans.filter(({ initializers }) => initializers.has(tensor.name)).length < 2) continue;
    const payload = data.movable(tensor);
    if (payload !== undefined && payload.range.length > 0) places.set(tensor.name, data.move(payload));
  }
  return { places, pieces: data.pieces };
}

interface Payload {
  readonly source: ByteSource;
  readonly range: ByteRange;
}

/** Collects the tensors that go to a data file. */
class DataFile {
  readonly pieces: Piece[] = [];
  #length = 0;
  readonly #input: ExtractionInput;
  readonly #options: ExtractionOptions;
  readonly #movesAll: boolean;

  constructor(input: ExtractionInput, options: ExtractionOptions, movesAll: boolean) {
    this.#input = input;
    this.#options = options;
    this.#movesAll = movesAll;
  }

  /** The initializer field of a tensor, whose payload moves to the data file where it has to. */
  place(tensor: OnnxTensor): readonly Piece[] {
    const { source } = this.#input;
    const shared = this.#options.shared?.get(tensor.name);
    if (shared !== undefined) return movedTensorPieces(source, tensor, shared);
    const payload = this.movable(tensor);
    if (payload === undefined) return [{ source, range: tensor.range }];
    if (payload.range.length === 0) return emptyTensorPieces(source, tensor);
    return movedTensorPieces(source, tensor, this.move(payload));
  }

  /** The bytes of a tensor that go to the file; none where it stays as it is. */
  movable({ payload, ...tensor }: OnnxTensor): Payload | undefined {
    if (payload.kind === 'external' && this.#options.externalData === 'compact') {
      const file = this.#input.openExternal(payload.location);
      return { source: file, range: externalRange({ payload, ...tensor }, file.size) };
    }
    const isMoved = this.#movesAll && payload.kind === 'skipped' && payload.field === rawData;
    if (!isMoved || payload.range.length < smallestMovedBytes) return undefined;
    return { source: this.#input.source, range: payload.range };
  }

  move(payload: Payload): ExternalPlace {
    const gap = (dataAlignment - (this.#length % dataAlignment)) % dataAlignment;
    if (gap > 0) this.pieces.push(new Uint8Array(gap));
    const offset = this.#length + gap;
    this.pieces.push(payload);
    const { length } = payload.range;
    this.#length = offset + length;
    return { location: this.#options.dataFile, offset, length };
  }
}

function modelPieces(input: ExtractionInput, plan: SegmentPlan, initializers: readonly Piece[]): readonly Piece[] {
  const copy = (range: ByteRange): Piece => ({ source: input.source, range });
  const graph = graphPieces(input, plan, initializers);
  return [
    ...input.layout.header.map(copy),
    lengthPrefix(7, piecesLength(graph)),
    ...graph,
    ...plan.functions.map(({ range }) => copy(range)),
  ];
}

function graphPieces(
  { model, source, layout }: ExtractionInput,
  plan: SegmentPlan,
  initializers: readonly Piece[],
): readonly Piece[] {
  const copy = (range: ByteRange): Piece => ({ source, range });
  const borders = new Set([...plan.inputs, ...plan.outputs].map(({ name }) => name));
  const rewrap = (field: number, range: ByteRange): Piece[] => [lengthPrefix(field, range.length), copy(range)];
  const stated = (field: number, original: ReadonlyMap<string, ByteRange>, tensor: BoundaryTensor): Piece[] => {
    const range =
      (isAsOpen(tensor, model) ? original.get(tensor.name) : undefined) ??
      (tensor.fact.dtype === 'undefined' ? layout.valueInfo.get(tensor.name) : undefined);
    return range ? rewrap(field, range) : [bytesField(field, valueInfoBytes(tensor))];
  };
  // Models of IR 3 list their weights among the inputs, newer ones those that a caller may replace.
  const listedWeights = [...layout.inputs].filter(([name]) => plan.initializers.has(name));
  const isOld = model.irVersion < 4;
  return [
    ...plan.nodes.flatMap((node) => {
      const range = model.graph.nodes[node]?.range;
      return range ? [copy(range)] : [];
    }),
    ...layout.graphHeader.map(copy),
    ...initializers,
    ...plan.baked.map(bakedTensorBytes),
    ...[...model.graph.sparseInitializers]
      .filter(([name]) => plan.initializers.has(name))
      .map(([, { range }]) => copy(range)),
    ...plan.inputs.flatMap((tensor) => stated(graphField.input, layout.inputs, tensor)),
    ...listedWeights.flatMap(([, range]) => rewrap(graphField.input, range)),
    ...(isOld ? plan.baked.map((tensor) => bytesField(graphField.input, bakedValueInfoBytes(tensor))) : []),
    ...plan.outputs.flatMap((tensor) => stated(graphField.output, layout.outputs, tensor)),
    ...[...layout.valueInfo]
      .filter(([name]) => plan.tensors.has(name) && !borders.has(name))
      .flatMap(([, range]) => rewrap(graphField.valueInfo, range)),
    ...layout.annotations.filter(({ tensor }) => plan.tensors.has(tensor)).map(({ range }) => copy(range)),
  ];
}

/** False where the segment fits only numbers for dimensions that the model leaves open; it says so itself then. */
function isAsOpen({ name, fact }: BoundaryTensor, { graph }: OnnxModel): boolean {
  const { type } = [...graph.inputs, ...graph.outputs].find((one) => one.name === name) ?? {};
  if (type?.kind !== 'tensor' || type.shape === undefined || fact.shape === undefined) return true;
  return type.shape.every((dim, axis) => typeof dim === 'number' || typeof fact.shape?.[axis] !== 'number');
}

/** Tensors inside of nodes keep their bytes, so they cannot be moved to another data file. */
function refuseNestedExternalData(model: OnnxModel, plan: SegmentPlan): void {
  const pending: OnnxNode[] = plan.nodes.flatMap((node) => model.graph.nodes[node] ?? []);
  for (const each of plan.functions) pending.push(...each.nodes);
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    const bodies = bodiesOf(node);
    const tensors = [
      ...[...node.attributes.values()].flatMap(attributeTensors),
      ...bodies.flatMap((body) => [...body.initializers.values()]),
    ];
    if (tensors.some(({ payload }) => payload.kind === 'external')) {
      throw new DnnSplitError('unsupported-model', say('cut.nestedExternalData', { node: node.name || node.op }), {
        nodeId: node.id,
      });
    }
    for (const body of bodies) pending.push(...body.nodes);
  }
}

function attributeTensors(attribute: OnnxAttribute): readonly OnnxTensor[] {
  if (attribute.kind === 'tensor') return [attribute.value];
  return attribute.kind === 'tensors' ? attribute.value : [];
}
