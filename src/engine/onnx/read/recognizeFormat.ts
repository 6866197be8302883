import { type Sentence, say } from '../../../shared/messages/say';
import { DnnSplitError } from '../../../shared/work/errors';
import type { WireReader } from './wireReader';

const sampleBytes = 512;

interface Format {
  readonly matches: (bytes: Uint8Array, start: string) => boolean;
  readonly sentence: Sentence;
}

const startsWith =
  (...prefix: readonly number[]) =>
  (bytes: Uint8Array): boolean =>
    prefix.every((byte, index) => bytes[index] === byte);

/** A model as `onnx.printer` writes it: `<ir_version: 8, ...>`, or a graph or function alone. Comments begin with `#`. */
const isOnnxText = /^(\s|#[^\n]*\n|\/\/[^\n]*\n)*(<\s*[a-z_]+\s*:|[\w."]+\s*(<[^>]*>)?\s*\([^)]*\)\s*=>)/;
/** A message as `protoc --decode` writes it: a field of ModelProto, or of one of its parts, first. */
const isProtobufText =
  /^(\s|#[^\n]*\n)*(ir_version|producer_name|producer_version|domain|model_version|doc_string|opset_import|graph|node|input|initializer)\s*[:{]/;

/** Files that are often mistaken for a model, the most particular first. */
const formats: readonly Format[] = [
  {
    matches: (bytes) => bytes.every((byte) => byte === 0),
    sentence: say('file.zeros', {}),
  },
  {
    matches: startsWith(0x1f, 0x8b),
    sentence: say('file.gzip', {}),
  },
  {
    matches: startsWith(0x50, 0x4b, 0x03, 0x04),
    sentence: say('file.zip', {}),
  },
  {
    matches: startsWith(0x89, 0x48, 0x44, 0x46),
    sentence: say('file.hdf5', {}),
  },
  {
    matches: ([first, second = 0]) => first === 0x80 && second >= 2 && second <= 5,
    sentence: say('file.pickle', {}),
  },
  {
    matches: (_, start) => start.slice(4, 8) === 'TFL3',
    sentence: say('file.tensorFlowLite', {}),
  },
  {
    matches: (_, start) => start.slice(4, 8) === 'ORTM',
    sentence: say('file.ort', {}),
  },
  {
    matches: (_, start) => start.startsWith('version https://git-lfs'),
    sentence: say('file.lfsPointer', {}),
  },
  {
    matches: startsWith(0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59),
    sentence: say('file.numpy', {}),
  },
  {
    matches: (_, start) => start.startsWith('GGUF'),
    sentence: say('file.gguf', {}),
  },
  {
    matches: (bytes, start) => bytes.slice(5, 8).every((byte) => byte === 0) && start.startsWith('{"', 8),
    sentence: say('file.safetensors', {}),
  },
  {
    matches: (bytes, start) => isText(bytes) && isOnnxText.test(start),
    sentence: say('file.onnxText', {}),
  },
  {
    matches: (bytes, start) => isText(bytes) && isProtobufText.test(start),
    sentence: say('file.protobufText', {}),
  },
  {
    matches: (bytes, start) =>
      isText(bytes) && /^\s*\{\s*"(irVersion|ir_version|opsetImport|producerName)"/.test(start),
    sentence: say('file.onnxJson', {}),
  },
  {
    matches: (bytes, start) => isText(bytes) && /^\s*(<\?xml[^>]*>\s*)?<net\b/.test(start),
    sentence: say('file.openVino', {}),
  },
  {
    matches: (bytes, start) => isText(bytes) && /^\s*</.test(start),
    sentence: say('file.webPage', {}),
  },
  {
    matches: (bytes, start) => isText(bytes) && /^\s*[{[]/.test(start),
    sentence: say('file.json', {}),
  },
  { matches: (bytes) => isText(bytes), sentence: say('file.text', {}) },
];

/**
 * Says what a file is that is plainly not a model.
 * @throws DnnSplitError `unreadable-model` with one sentence for each kind of file.
 */
export function refuseOtherFormats(wire: WireReader): void {
  if (wire.size === 0) {
    throw new DnnSplitError('unreadable-model', say('file.empty', {}), {
      byteOffset: 0,
    });
  }
  const bytes = wire.view(0, Math.min(sampleBytes, wire.size));
  const start = String.fromCharCode(...withoutMark(bytes));
  const format = formats.find(({ matches }) => matches(bytes, start));
  if (format) throw new DnnSplitError('unreadable-model', format.sentence, { byteOffset: 0 });
}

/** The bytes behind the mark that some editors put before UTF-8. */
function withoutMark(bytes: Uint8Array): Uint8Array {
  return startsWith(0xef, 0xbb, 0xbf)(bytes) ? bytes.subarray(3) : bytes;
}

/** Printable characters, tabs and line ends, or UTF-8; a model begins with small binary numbers. */
function isText(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte >= 0x20 || (byte >= 0x09 && byte <= 0x0d));
}
