import { type Sentence, say } from '../../../shared/messages/say';
import { DnnSplitError } from '../../../shared/work/errors';
import { unwatched } from '../../../shared/work/work';
import type { ByteSource } from '../byteSource';
import { WireReader, wireType } from './wireReader';

/** Fields at the beginning of a file that tell what it is. */
const sampleFields = 48;

/** A field number with its wire type, such as `2:0` for a number in field 2. */
type FieldSign = `${number}:${number}`;

interface MessageKind {
  /** Fields that occur in every such file. */
  readonly has: readonly FieldSign[];
  /** Whether a field may occur in such a file. */
  readonly allows: (field: number) => boolean;
  readonly sentence: Sentence;
}

const { varint, bytes } = wireType;
const range = (first: number, last: number) => (field: number) => field >= first && field <= last;

/** Protobuf messages that are often mistaken for a model, by their fields (onnx.proto, saved_model.proto, Model.proto). */
const kinds: readonly MessageKind[] = [
  {
    has: [`1:${varint}`, `2:${bytes}`],
    allows: (field) => field <= 2 || (field >= 10 && field <= 3000),
    sentence: say('file.tensorFlow', {}),
  },
  {
    // TensorProto: dims (one by one or packed), data_type, data.
    has: [`2:${varint}`],
    allows: (field) => range(1, 2)(field) || range(4, 14)(field) || field === 16,
    sentence: say('file.tensor', {}),
  },
  {
    // SequenceProto and OptionalProto: name, elem_type, values.
    has: [`2:${varint}`, `3:${bytes}`],
    allows: range(1, 8),
    sentence: say('file.tensors', {}),
  },
  {
    // GraphProto: node, name, initializer, input, output.
    has: [`1:${bytes}`, `2:${bytes}`, `12:${bytes}`],
    allows: (field) => field <= 2 || (field >= 5 && field <= 16),
    sentence: say('file.graph', {}),
  },
];

/**
 * What a file of protobuf messages is that is no model, as one sentence; nothing where it cannot be told.
 */
export function describeOtherMessage(source: ByteSource): Sentence | undefined {
  const signs = fieldSigns(source);
  if (signs === undefined) return undefined;
  const fields = [...signs].map((sign) => Number.parseInt(sign, 10));
  return kinds.find(({ has, allows }) => has.every((sign) => signs.has(sign)) && fields.every(allows))?.sentence;
}

/** The first fields of the file; nothing where they are no protobuf fields. */
function fieldSigns(source: ByteSource): ReadonlySet<FieldSign> | undefined {
  const wire = new WireReader(source, unwatched);
  const signs = new Set<FieldSign>();
  try {
    for (let count = 0; count < sampleFields && wire.nextField(source.size, 'a message'); count++) {
      signs.add(`${wire.field}:${wire.wire}`);
    }
  } catch (thrown) {
    if (DnnSplitError.is(thrown)) return undefined;
    throw thrown;
  }
  return signs;
}
