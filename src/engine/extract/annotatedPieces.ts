import { say } from '../../shared/messages/say';
import { DnnSplitError } from '../../shared/work/errors';
import { unwatched, type Work } from '../../shared/work/work';
import type { ByteSource } from '../onnx/byteSource';
import { joinBytes } from '../onnx/joinBytes';
import { readDeviceConfiguration } from '../onnx/read/readDevices';
import { layerKey, readEntry } from '../onnx/read/readEntry';
import { WireReader, wireType } from '../onnx/read/wireReader';
import { largestProtobufBytes } from './composeSegment';
import { type Piece, piecesLength } from './pieces';
import { bytesField, lengthPrefix, textField, varintField } from './protoBytes';

/** A plan as a model can state it: pipeline stages of ONNX IR 11, and the layers of ONNX Runtime. */
export interface PlanAnnotation {
  /** Of the file without the annotation. */
  readonly irVersion: number;
  /** Name of the device of each stage. */
  readonly devices: readonly string[];
  /** Layer of each stage, by which ONNX Runtime is told where its nodes run. */
  readonly layers: readonly string[];
  /** By index of the model's nodes; none for nodes that fold to constants. */
  readonly stages: readonly (number | undefined)[];
}

/** Name of the device configuration that a plan is written as. */
const configurationName = 'dnnsplit';
/** The first IR version with device configurations. */
const leastIrVersion = 11;

const modelField = { irVersion: 1, graph: 7, deviceConfiguration: 26 } as const;
const graphField = { node: 1 } as const;
const nodeField = { metadata: 9, deviceConfiguration: 10 } as const;

/** IR version of a model once it is annotated. */
export function annotatedIrVersion(irVersion: number): number {
  return Math.max(irVersion, leastIrVersion);
}

/**
 * Lays out a copy of a model with a plan in it. Every byte is copied but for the IR version, an earlier annotation, and the
 * lengths of the messages that grow.
 * @throws DnnSplitError `unsupported-model` where the copy would be too large, `canceled`
 */
export function annotatedPieces(source: ByteSource, annotation: PlanAnnotation, work: Work = unwatched): Piece[] {
  const wire = new WireReader(source, work);
  const pieces = new PieceList(source);
  while (wire.nextField(source.size, 'ModelProto')) {
    const { field, fieldStart, valueStart, valueEnd } = wire;
    if (field === modelField.graph) {
      wire.position = valueStart;
      const graph = graphPieces(source, wire, valueEnd, annotation);
      pieces.add(lengthPrefix(field, piecesLength(graph)));
      pieces.addAll(graph);
    } else if (field === modelField.irVersion) {
      pieces.add(varintField(field, annotatedIrVersion(annotation.irVersion)));
    } else if (field !== modelField.deviceConfiguration || !isOwnConfiguration(wire)) {
      pieces.copy(fieldStart, valueEnd);
    }
    wire.position = valueEnd;
  }
  pieces.add(bytesField(modelField.deviceConfiguration, configurationBytes(annotation)));
  if (piecesLength(pieces.list) > largestProtobufBytes) {
    throw new DnnSplitError('unsupported-model', say('annotate.tooLarge', {}));
  }
  return pieces.list;
}

/** Pieces of a copy; ranges that follow each other in the source become one. */
class PieceList {
  readonly list: Piece[] = [];
  readonly #source: ByteSource;

  constructor(source: ByteSource) {
    this.#source = source;
  }

  copy(start: number, end: number): void {
    const last = this.list.at(-1);
    const isNext = last !== undefined && 'range' in last && last.range.offset + last.range.length === start;
    const offset = isNext ? last.range.offset : start;
    if (isNext) this.list.pop();
    this.list.push({ source: this.#source, range: { offset, length: end - offset } });
  }

  add(bytes: Uint8Array): void {
    this.list.push(bytes);
  }

  addAll(pieces: readonly Piece[]): void {
    for (const piece of pieces) this.list.push(piece);
  }
}

function graphPieces(source: ByteSource, wire: WireReader, end: number, annotation: PlanAnnotation): readonly Piece[] {
  const pieces = new PieceList(source);
  let index = 0;
  while (wire.nextField(end, 'GraphProto')) {
    const { field, fieldStart, valueStart, valueEnd } = wire;
    if (field === graphField.node) {
      const stage = annotation.stages[index++];
      const kept = keptFields(wire, valueStart, valueEnd);
      const added = stage === undefined ? new Uint8Array(0) : nodeBytes(stage, annotation.layers[stage] ?? '');
      const length = kept.reduce((sum, [from, to]) => sum + to - from, added.length);
      if (length === valueEnd - valueStart && added.length === 0) pieces.copy(fieldStart, valueEnd);
      else {
        pieces.add(lengthPrefix(field, length));
        for (const [from, to] of kept) pieces.copy(from, to);
        pieces.add(added);
      }
    } else pieces.copy(fieldStart, valueEnd);
    wire.position = valueEnd;
  }
  return pieces.list;
}

/** The fields of a node but for those of an earlier annotation, as ranges. */
function keptFields(wire: WireReader, start: number, end: number): readonly (readonly [number, number])[] {
  const kept: [number, number][] = [];
  wire.position = start;
  while (wire.nextField(end, 'NodeProto')) {
    const { fieldStart, valueEnd } = wire;
    if (!isEarlierAnnotation(wire)) {
      const last = kept.at(-1);
      if (last?.[1] === fieldStart) last[1] = valueEnd;
      else kept.push([fieldStart, valueEnd]);
    }
    wire.position = valueEnd;
  }
  return kept;
}

function isEarlierAnnotation(wire: WireReader): boolean {
  const { field, valueStart, valueEnd } = wire;
  if (wire.wire !== wireType.bytes) return false;
  wire.position = valueStart;
  if (field === nodeField.metadata) return readEntry(wire, valueEnd, 1).key === layerKey;
  return field === nodeField.deviceConfiguration && configurationOf(wire, valueEnd) === configurationName;
}

/** Name of the configuration that the NodeDeviceConfigurationProto from the reader's position to `end` belongs to. */
function configurationOf(wire: WireReader, end: number): string {
  let name = '';
  while (wire.nextField(end, 'NodeDeviceConfigurationProto')) {
    if (wire.field === 1 && wire.wire === wireType.bytes) name = wire.text(wire.valueStart, wire.valueEnd);
  }
  return name;
}

function isOwnConfiguration(wire: WireReader): boolean {
  const { valueStart, valueEnd } = wire;
  wire.position = valueStart;
  return readDeviceConfiguration(wire, valueEnd, 1).name === configurationName;
}

/** The entry of ONNX Runtime's layer, and the NodeDeviceConfigurationProto. */
function nodeBytes(stage: number, layer: string): Uint8Array {
  const entry = joinBytes([textField(1, layerKey), textField(2, layer)]);
  const configuration = joinBytes([textField(1, configurationName), varintField(3, stage)]);
  return joinBytes([bytesField(nodeField.metadata, entry), bytesField(nodeField.deviceConfiguration, configuration)]);
}

/** A DeviceConfigurationProto. */
function configurationBytes({ devices }: PlanAnnotation): Uint8Array {
  return joinBytes([
    textField(1, configurationName),
    varintField(2, devices.length),
    ...devices.map((device) => textField(3, device)),
  ]);
}
