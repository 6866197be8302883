import { DnnSplitError } from '../../../shared/errors';
import type { WireReader } from './wireReader';

const sampleBytes = 512;

interface Format {
  readonly matches: (bytes: Uint8Array, start: string) => boolean;
  readonly sentence: string;
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
    sentence: 'The file begins with nothing but zeros, as after a download that failed; fetch the model again.',
  },
  {
    matches: startsWith(0x1f, 0x8b),
    sentence: 'The file is compressed with gzip; unpack it and open the model inside.',
  },
  {
    matches: startsWith(0x50, 0x4b, 0x03, 0x04),
    sentence:
      'The file is a zip archive (PyTorch checkpoints are, too); unpack it, or export the network to ONNX, and open the model.',
  },
  {
    matches: startsWith(0x89, 0x48, 0x44, 0x46),
    sentence: 'The file is HDF5, as Keras saves it; convert it to ONNX (tf2onnx does) and open the result.',
  },
  {
    matches: ([first, second = 0]) => first === 0x80 && second >= 2 && second <= 5,
    sentence: 'The file is a Python pickle; export the network to ONNX and open the result.',
  },
  {
    matches: (_, start) => start.slice(4, 8) === 'TFL3',
    sentence: 'The file is a TensorFlow Lite model; convert it to ONNX (tf2onnx does) and open the result.',
  },
  {
    matches: (_, start) => start.slice(4, 8) === 'ORTM',
    sentence: "The file is in ONNX Runtime's own format; open the ONNX model that it was made from.",
  },
  {
    matches: (_, start) => start.startsWith('version https://git-lfs'),
    sentence: 'The file is only a Git LFS pointer to the model; run "git lfs pull" and open it again.',
  },
  {
    matches: startsWith(0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59),
    sentence: 'The file is an array that NumPy saved, not a model; open the .onnx file instead.',
  },
  {
    matches: (_, start) => start.startsWith('GGUF'),
    sentence: 'The file is GGUF, as llama.cpp reads it, which holds no graph; export the network to ONNX.',
  },
  {
    matches: (bytes, start) => bytes.slice(5, 8).every((byte) => byte === 0) && start.startsWith('{"', 8),
    sentence: 'The file is safetensors: weights without a graph; export the network to ONNX and open the result.',
  },
  {
    matches: (bytes, start) => isText(bytes) && isOnnxText.test(start),
    sentence:
      "The file is in ONNX's text syntax; save it as a binary model (onnx.save(onnx.parser.parse_model(text), 'model.onnx')) and open that.",
  },
  {
    matches: (bytes, start) => isText(bytes) && isProtobufText.test(start),
    sentence:
      "The file is an ONNX model in protobuf's text format; save it as a binary model (onnx.load with format='textproto', then onnx.save) and open that.",
  },
  {
    matches: (bytes, start) =>
      isText(bytes) && /^\s*\{\s*"(irVersion|ir_version|opsetImport|producerName)"/.test(start),
    sentence:
      "The file is an ONNX model as JSON; save it as a binary model (onnx.load with format='json', then onnx.save) and open that.",
  },
  {
    matches: (bytes, start) => isText(bytes) && /^\s*(<\?xml[^>]*>\s*)?<net\b/.test(start),
    sentence: 'The file is a model of OpenVINO; open the ONNX model that it was made from.',
  },
  {
    matches: (bytes, start) => isText(bytes) && /^\s*</.test(start),
    sentence: 'The file is a web page or XML, not a model; the download probably failed, so fetch the model again.',
  },
  {
    matches: (bytes, start) => isText(bytes) && /^\s*[{[]/.test(start),
    sentence: 'The file is JSON text, not an ONNX model; open the .onnx file instead.',
  },
  { matches: (bytes) => isText(bytes), sentence: 'The file is text, not an ONNX model; open the .onnx file instead.' },
];

/**
 * Says what a file is that is plainly not a model.
 * @throws DnnSplitError `unreadable-model` with one sentence for each kind of file.
 */
export function refuseOtherFormats(wire: WireReader): void {
  if (wire.size === 0) {
    throw new DnnSplitError('unreadable-model', 'The file is empty; export or download the model again.', {
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
