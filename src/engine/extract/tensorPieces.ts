import { bitsPerElement, dtypeToOnnx } from '../../shared/vocabulary/dtype';
import { unwatched } from '../../shared/work/work';
import type { ByteSource } from '../onnx/byteSource';
import { joinBytes } from '../onnx/joinBytes';
import type { ByteRange, OnnxTensor } from '../onnx/model';
import { WireReader } from '../onnx/read/wireReader';
import type { Piece } from './pieces';
import { bytesField, lengthPrefix, textField, varintField } from './protoBytes';
import type { BakedTensor } from './segmentPlan';

const graphInitializer = 5;
const tensorField = { raw: 9, externalData: 13, dataLocation: 14 } as const;
const externalLocation = 1;

/** A tensor's bytes in another file. */
export interface ExternalPlace {
  readonly location: string;
  readonly offset: number;
  readonly length: number;
}

/**
 * The initializer field of a tensor whose bytes move to another file: every field of the original but its payload and its
 * old place is copied.
 */
export function movedTensorPieces(source: ByteSource, tensor: OnnxTensor, place: ExternalPlace): readonly Piece[] {
  const entries: readonly [string, string][] = [
    ['location', place.location],
    ['offset', String(place.offset)],
    ['length', String(place.length)],
  ];
  const added = joinBytes([
    ...entries.map(([key, value]) =>
      bytesField(tensorField.externalData, joinBytes([textField(1, key), textField(2, value)])),
    ),
    varintField(tensorField.dataLocation, externalLocation),
  ]);
  return withPayload(source, tensor, added);
}

/**
 * The initializer field of an external tensor without elements: it needs no other file, and ONNX Runtime ends the process
 * when it lets go of a data file without bytes.
 */
export function emptyTensorPieces(source: ByteSource, tensor: OnnxTensor): readonly Piece[] {
  return withPayload(source, tensor, bytesField(tensorField.raw, new Uint8Array(0)));
}

function withPayload(source: ByteSource, tensor: OnnxTensor, added: Uint8Array): readonly Piece[] {
  const kept = keptFields(source, tensor.range);
  const length = kept.reduce((sum, range) => sum + range.length, 0) + added.length;
  return [lengthPrefix(graphInitializer, length), ...kept.map((range) => ({ source, range })), added];
}

function keptFields(source: ByteSource, range: ByteRange): readonly ByteRange[] {
  const wire = new WireReader(source, unwatched);
  wire.position = range.offset;
  const end = range.offset + range.length;
  // The range begins with the tag of the initializer itself.
  wire.nextField(end, 'GraphProto');
  wire.position = wire.valueStart;
  const kept: ByteRange[] = [];
  const moved: readonly number[] = Object.values(tensorField);
  while (wire.nextField(end, 'TensorProto')) {
    const { field, fieldStart, valueEnd } = wire;
    if (!moved.includes(field)) kept.push({ offset: fieldStart, length: valueEnd - fieldStart });
  }
  return kept;
}

/** The initializer field of a tensor whose elements were known beforehand. */
export function bakedTensorBytes({ name, dtype, shape, value }: BakedTensor): Uint8Array {
  const elementBytes = (bitsPerElement(dtype) ?? 64) / 8;
  const raw = new Uint8Array(elementBytes * value.length);
  for (const [index, element] of value.entries()) {
    let rest = BigInt.asUintN(64, BigInt(element));
    for (let byte = 0; byte < elementBytes; byte++) {
      raw[index * elementBytes + byte] = Number(rest & 0xffn);
      rest >>= 8n;
    }
  }
  return bytesField(
    graphInitializer,
    joinBytes([
      ...shape.map((dim) => varintField(1, dim)),
      varintField(2, dtypeToOnnx(dtype)),
      textField(8, name),
      bytesField(tensorField.raw, raw),
    ]),
  );
}
