import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { type ByteSource, bufferSource } from '../../../src/engine/onnx/byteSource';
import { readModel } from '../../../src/engine/onnx/read/readModel';
import { DnnSplitError } from '../../../src/shared/work/errors';
import { concat, type Field, message, modelOf, varint } from '../../support/protoBytes';

const good = new Uint8Array(readFileSync(resolve(import.meta.dirname, '../../fixtures/models/s_inception1.onnx')));
const text = (value: string) => new TextEncoder().encode(value);

function failure(source: ByteSource | Uint8Array): DnnSplitError {
  try {
    readModel(source instanceof Uint8Array ? bufferSource(source) : source);
  } catch (error) {
    if (error instanceof DnnSplitError) return error;
    throw error;
  }
  throw new Error('it was read');
}

describe('files that are no models get one clear sentence each', () => {
  const files: [string, Uint8Array, RegExp][] = [
    ['an empty file', new Uint8Array(0), /empty/],
    ['text', text('Hello, this is not a model.\n'), /is plain text/],
    [
      "ONNX's text syntax",
      text('<\n  ir_version: 10,\n  opset_import: ["" : 21]\n>\ng (float[2] x) => (float[2] y) {\n'),
      /text syntax/,
    ],
    [
      "ONNX's text syntax without its head",
      text('# made by hand\ng (float[N] x) => (float[N] y) { y = Relu(x) }\n'),
      /onnx.parser/,
    ],
    ["protobuf's text format", text('ir_version: 10\ngraph {\n  node {\n'), /text format/],
    ['a model as JSON', text('{\n  "irVersion": "10",\n  "graph": {}\n}'), /as JSON/],
    ['an OpenVINO model', text('<?xml version="1.0"?>\n<net name="a" version="11">'), /OpenVINO/],
    ['a tensor', message([1, 2], [1, 3], [2, 1], [9, new Uint8Array(24)]), /single tensor/],
    [
      'a tensor with packed dimensions and a name',
      message([1, new Uint8Array([2, 3])], [2, 7], [8, 'input'], [9, new Uint8Array(48)]),
      /\(TensorProto\)/,
    ],
    ['a list of tensors', message([1, 's'], [2, 1], [3, [[2, 1]]]), /list of tensors/],
    ['a graph alone', message([1, [[4, 'Relu']]], [2, 'g'], [11, [[1, 'x']]], [12, [[1, 'y']]]), /GraphProto/],
    ['a saved model of TensorFlow', message([1, 1], [2, [[2, 'graph']]]), /TensorFlow/],
    ['a pickle', Uint8Array.of(0x80, 4, 0x95, 0, 0), /pickle/],
    ['NumPy', concat([0x93], text('NUMPY'), [1, 0]), /NumPy/],
    ['safetensors', concat([80, 1, 0, 0, 0, 0, 0, 0], text('{"__metadata__":{}}')), /safetensors/],
    ['GGUF', concat(text('GGUF'), [3, 0, 0, 0]), /GGUF/],
    ['JSON', text('  {"graph": []}'), /JSON/],
    ['a web page', text('<!DOCTYPE html><html>404</html>'), /web page/],
    ['a Git LFS pointer', text('version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 12\n'), /git lfs pull/],
    ['gzip', gzipSync(good), /gzip/],
    ['zip', concat(text('PK'), [3, 4, 20, 0]), /zip/],
    ['HDF5', concat([0x89], text('HDF\r\n')), /HDF5/],
    ['TensorFlow Lite', concat([28, 0, 0, 0], text('TFL3'), [0, 0]), /TensorFlow Lite/],
    ['zeros', new Uint8Array(4096), /zeros/],
    ['garbage', Uint8Array.from({ length: 4096 }, (_, i) => (i * 193 + 7) % 251), /not an ONNX model/],
    ['a model without a graph', message([1, 8], [2, 'pytorch'], [8, [[2, 17]]]), /no ONNX graph/],
  ];

  it.each(files)('%s', (_, bytes, sentence) => {
    const error = failure(bytes);
    expect(error.code).toBe('unreadable-model');
    expect(error.message).toMatch(sentence);
    expect(error.message).toMatch(/^[A-Z][^\n]*\.$/);
    expect(error.place?.byteOffset).toBeTypeOf('number');
  });

  it('says something different about each', () => {
    const messages = files.map(([, bytes]) => failure(bytes).message);
    // Two forms of ONNX's text syntax, and of a tensor, are one kind each.
    expect(new Set(messages).size).toBe(files.length - 2);
  });
});

describe('damaged models', () => {
  it('calls every shortened model cut off', () => {
    for (let length = 20; length < good.length; length += 997) {
      expect(failure(good.subarray(0, length)).code).toBe('truncated-model');
    }
  });

  const nested = (depth: number): Field[] =>
    depth === 0
      ? [[4, 'Op']]
      : [
          [4, 'If'],
          [
            5,
            [
              [1, 'b'],
              [20, 5],
              [6, [[1, nested(depth - 1)]]],
            ],
          ],
        ];
  const nestedType = (depth: number): Field[] => (depth === 0 ? [[1, [[1, 1]]]] : [[4, [[1, nestedType(depth - 1)]]]]);
  const tensor = (...fields: Field[]): Uint8Array => modelOf([5, [[8, 'w'], ...fields]]);

  it.each<[string, Uint8Array, RegExp]>([
    [
      'a length beyond its message',
      modelOf([1, Uint8Array.from([0x0a, 0x7f, 0x41])]),
      /127 bytes long, but only 1 byte is left/,
    ],
    [
      'a length near 2^64',
      modelOf([1, concat([0x0a], varint(2n ** 64n - 1n))]),
      /bytes long, but only 0 bytes are left/,
    ],
    ['a varint of 11 bytes', modelOf([1, new Uint8Array(12).fill(0xff)]), /more than 10 bytes/],
    ['a varint without end', modelOf([1, Uint8Array.from([0x0a, 0x80])]), /a number in .* does not end/],
    ['a group', modelOf([1, Uint8Array.from([0x0b, 0x0c])]), /wire type 3/],
    ['a wire type that does not exist', modelOf([1, Uint8Array.from([0x0f])]), /wire type 7/],
    ['field number 0', modelOf([1, Uint8Array.from([0x02, 0x00])]), /invalid field number 0/],
    ['a number where a name belongs', modelOf([1, [[1, 5]]]), /wire type 0 instead of 2/],
    ['a number where a graph belongs', message([1, 8], [7, 5]), /wire type 0/],
    [
      'a packed list that ends within a number',
      modelOf([
        1,
        [
          [
            5,
            [
              [1, 'a'],
              [8, Uint8Array.from([0x80])],
            ],
          ],
        ],
      ]),
      /does not end/,
    ],
    [
      'half a float',
      modelOf([
        1,
        [
          [
            5,
            [
              [1, 'a'],
              [7, new Uint8Array(6)],
            ],
          ],
        ],
      ]),
      /4-byte numbers/,
    ],
    ['bodies nested 60 deep', modelOf([1, nested(60)]), /levels deep/],
    [
      'types nested 200 deep',
      modelOf([
        11,
        [
          [1, 'x'],
          [2, nestedType(200)],
        ],
      ]),
      /levels deep/,
    ],
    ['a negative dimension', tensor([1, -5n], [2, 1]), /negative dimension/],
    ['a tensor beyond 2^53 elements', tensor([1, 2 ** 40], [1, 2 ** 40], [2, 1]), /larger than any computer can hold/],
    [
      'fewer bytes than the shape needs',
      tensor([1, 3], [2, 1], [9, new Uint8Array(8)]),
      /holds 8 bytes, but .* need 12/,
    ],
    ['external data at no place', tensor([1, 3], [2, 1], [14, 1]), /without a location/],
    [
      'external data at a negative offset',
      tensor(
        [1, 3],
        [2, 1],
        [14, 1],
        [
          13,
          [
            [1, 'location'],
            [2, 'f'],
          ],
        ],
        [
          13,
          [
            [1, 'offset'],
            [2, '-4'],
          ],
        ],
      ),
      /"-4" instead of a number of bytes/,
    ],
    ['two graphs', message([1, 8], [7, [[2, 'a']]], [7, [[2, 'b']]]), /second graph/],
    ['a function twice', message([1, 8], [25, [[1, 'f']]], [25, [[1, 'f']]]), /function "f" is defined twice/],
  ])('%s', (_, bytes, sentence) => {
    const error = failure(bytes);
    expect(error.code).toBe('unreadable-model');
    expect(error.message).toMatch(sentence);
    expect(error.place?.byteOffset).toBeLessThan(bytes.length);
  });

  it('reads bodies that are nested as deep as real models go', () => {
    expect(readModel(bufferSource(modelOf([1, nested(12)]))).graph.nodes).toHaveLength(1);
  });

  it('bounds what millions of empty nodes may take', () => {
    const error = failure(repeatedSource(Uint8Array.from([0x0a, 0x00]), 400_000_000));
    expect(error.code).toBe('unsupported-model');
  });

  it('stops when the caller has lost interest', () => {
    const canceled = { canceled: () => true, report: () => undefined };
    const source = repeatedSource(Uint8Array.from([0x0a, 0x00]), 400_000_000);
    expect(() => readModel(source, canceled)).toThrow(expect.objectContaining({ code: 'canceled' }));
  });
});

/** A model whose graph repeats one field without ever being in memory. */
function repeatedSource(field: Uint8Array, length: number): ByteSource {
  const header = concat([0x08, 0x08, 0x3a], varint(length));
  return {
    size: header.length + length,
    read(offset, count) {
      const at = (index: number): number => header[index] ?? field[(index - header.length) % field.length] ?? 0;
      return Uint8Array.from({ length: count }, (_, index) => at(offset + index));
    },
  };
}
