import { type DType, dtypeFromOnnx } from '../../../shared/vocabulary/dtype';
import type { OnnxType, StatedDim, ValueInfo } from '../model';
import { beginMessage, enterMessage, integerValue, textValue } from './fieldValues';
import type { WireReader } from './wireReader';

/** Reads the ValueInfoProto from the reader's position to `end`. */
export function readValueInfo(wire: WireReader, end: number, depth: number): ValueInfo {
  const message = 'ValueInfoProto';
  beginMessage(wire, message, end, depth);
  let name = '';
  let type: OnnxType | undefined;
  while (wire.nextField(end, message)) {
    if (wire.field === 1) name = textValue(wire, message);
    else if (wire.field === 2) type = readType(wire, enterMessage(wire, message), depth + 1);
  }
  return { name, type };
}

/** Reads the TypeProto from the reader's position to `end`; one that is not known or says nothing is opaque. */
export function readType(wire: WireReader, end: number, depth: number): OnnxType {
  const message = 'TypeProto';
  beginMessage(wire, message, end, depth);
  let type: OnnxType = { kind: 'opaque' };
  while (wire.nextField(end, message)) {
    wire.charge(64);
    switch (wire.field) {
      case 1:
        type = readTensorType(wire, enterMessage(wire, message), depth + 1, 'tensor');
        break;
      case 4:
        type = { kind: 'sequence', element: readElement(wire, enterMessage(wire, message), depth + 1) };
        break;
      case 5:
        type = readMapType(wire, enterMessage(wire, message), depth + 1);
        break;
      case 8:
        type = readTensorType(wire, enterMessage(wire, message), depth + 1, 'sparse-tensor');
        break;
      case 9:
        type = { kind: 'optional', element: readElement(wire, enterMessage(wire, message), depth + 1) };
        break;
      default:
    }
  }
  return type;
}

function readTensorType(wire: WireReader, end: number, depth: number, kind: 'tensor' | 'sparse-tensor'): OnnxType {
  const message = 'TypeProto.Tensor';
  beginMessage(wire, message, end, depth);
  let dtype: DType = 'undefined';
  let shape: readonly StatedDim[] | undefined;
  while (wire.nextField(end, message)) {
    wire.charge(64);
    if (wire.field === 1) dtype = dtypeFromOnnx(integerValue(wire, message));
    else if (wire.field === 2) shape = readShape(wire, enterMessage(wire, message), depth + 1);
  }
  return { kind, dtype, shape };
}

/** Sequences and optionals have one field, the type of what they hold. */
function readElement(wire: WireReader, end: number, depth: number): OnnxType | undefined {
  const message = 'TypeProto.Sequence';
  beginMessage(wire, message, end, depth);
  let element: OnnxType | undefined;
  while (wire.nextField(end, message)) {
    wire.charge(64);
    if (wire.field === 1) element = readType(wire, enterMessage(wire, message), depth + 1);
  }
  return element;
}

function readMapType(wire: WireReader, end: number, depth: number): OnnxType {
  const message = 'TypeProto.Map';
  beginMessage(wire, message, end, depth);
  let key: DType = 'undefined';
  let value: OnnxType | undefined;
  while (wire.nextField(end, message)) {
    wire.charge(64);
    if (wire.field === 1) key = dtypeFromOnnx(integerValue(wire, message));
    else if (wire.field === 2) value = readType(wire, enterMessage(wire, message), depth + 1);
  }
  return { kind: 'map', key, value };
}

function readShape(wire: WireReader, end: number, depth: number): readonly StatedDim[] {
  const message = 'TensorShapeProto';
  beginMessage(wire, message, end, depth);
  const dims: StatedDim[] = [];
  while (wire.nextField(end, message)) {
    wire.charge(64);
    if (wire.field === 1) dims.push(readDim(wire, enterMessage(wire, message)));
  }
  return dims;
}

/** Exporters write -1 and empty names for dimensions that they do not know. */
function readDim(wire: WireReader, end: number): StatedDim {
  const message = 'Dimension';
  let dim: StatedDim;
  while (wire.nextField(end, message)) {
    if (wire.field === 1) {
      const value = integerValue(wire, message);
      dim = value >= 0 ? value : undefined;
    } else if (wire.field === 2) {
      dim = textValue(wire, message) || undefined;
    }
  }
  return dim;
}
