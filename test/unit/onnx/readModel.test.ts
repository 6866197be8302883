import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { onnx } from 'onnx-proto';
import { describe, expect, it } from 'vitest';
import { bufferSource } from '../../../src/engine/onnx/byteSource';
import type { OnnxAttribute, OnnxGraph, OnnxNode } from '../../../src/engine/onnx/model';
import { readModel } from '../../../src/engine/onnx/read/readModel';
import { viewOfGraph, viewOfGraphMessage } from '../../support/onnxProtoView';
import { concat, type Field, message, modelOf, varint } from '../../support/protoBytes';

const fixtures = resolve(import.meta.dirname, '../../fixtures/models');
const fixtureNames = ['s_functions', 's_if_capture', 's_inception1', 's_lstm_gru', 's_resnet_fp16', 's_unet_plain'];

const read = (bytes: Uint8Array) => readModel(bufferSource(bytes));
const readGraph = (...fields: readonly Field[]): OnnxGraph => read(modelOf(...fields)).graph;

function onlyNode(...fields: readonly Field[]): OnnxNode {
  const [node] = readGraph([1, fields]).nodes;
  if (!node) throw new Error('no node');
  return node;
}

const attribute = (...fields: readonly Field[]): OnnxAttribute | undefined =>
  onlyNode([4, 'Op'], [5, [[1, 'a'], ...fields]]).attributes.get('a');

describe('fixtures', () => {
  it.each(fixtureNames)('%s reads as onnx-proto decodes the whole file', (name) => {
    const bytes = new Uint8Array(readFileSync(join(fixtures, `${name}.onnx`)));
    const model = read(bytes);
    const whole = onnx.ModelProto.decode(bytes);
    expect(viewOfGraph(model.graph)).toEqual(viewOfGraphMessage(whole.graph ?? {}));
    expect(model.functions.map((body) => body.nodes.length)).toEqual(
      (whole.functions ?? []).map((body) => body.node?.length),
    );
  });

  it.each(fixtureNames)('%s: every range is the whole field that it names', (name) => {
    const bytes = new Uint8Array(readFileSync(join(fixtures, `${name}.onnx`)));
    const { graph } = read(bytes);
    for (const node of graph.nodes) {
      const again = read(
        concat(modelOf().subarray(0, 6), varint(7 * 8 + 2), varint(node.range.length), slice(bytes, node.range)),
      );
      expect(again.graph.nodes[0]?.outputs).toEqual(node.outputs);
    }
    for (const tensor of graph.initializers.values()) {
      expect(bytes[tensor.range.offset]).toBe(5 * 8 + 2);
      expect(bytes[tensor.range.offset + tensor.range.length]).not.toBe(undefined);
    }
  });
});

function slice(bytes: Uint8Array, range: { offset: number; length: number }): Uint8Array {
  return bytes.subarray(range.offset, range.offset + range.length);
}

describe('nodes', () => {
  it('keeps omitted inputs, the overload, and the metadata that names it', () => {
    const node = onlyNode(
      [1, 'x'],
      [1, ''],
      [1, 'y'],
      [2, 'z'],
      [4, 'Op'],
      [7, 'ai.onnx'],
      [8, 'wide'],
      [
        9,
        [
          [2, 'net.layer'],
          [1, 'namespace'],
        ],
      ],
      [
        9,
        [
          [1, 'pkg.torch.onnx.stack_trace'],
          [2, 'File "net.py", line 1'],
        ],
      ],
    );
    expect(node).toMatchObject({
      id: '0',
      op: 'Op',
      domain: '',
      overload: 'wide',
      inputs: ['x', '', 'y'],
      outputs: ['z'],
    });
    expect(node.metadata).toEqual(new Map([['namespace', 'net.layer']]));
  });

  it('reads every kind of attribute', () => {
    const tensor: Field[] = [
      [2, 7],
      [9, new Uint8Array(8).fill(1)],
    ];
    const type: Field[] = [
      [
        1,
        [
          [1, 1],
          [
            2,
            [
              [1, [[1, 3]]],
              [1, [[2, 'n']]],
              [1, []],
              [1, [[1, -1n]]],
            ],
          ],
        ],
      ],
    ];
    const body: Field[] = [
      [1, [[4, 'Inner']]],
      [2, 'b'],
    ];
    expect(attribute([20, 1], [2, { fixed32: 0.5 }])).toEqual({ kind: 'float', value: 0.5 });
    expect(attribute([20, 2], [3, -3n])).toEqual({ kind: 'int', value: -3 });
    expect(attribute([20, 2])).toEqual({ kind: 'int', value: 0 });
    expect(attribute([20, 3], [4, 'größe'])).toEqual({ kind: 'string', value: 'größe' });
    expect(attribute([20, 4], [5, tensor])).toMatchObject({ kind: 'tensor', value: { dtype: 'int64', bytes: 8 } });
    expect(attribute([20, 5], [6, body])).toMatchObject({ kind: 'graph', value: { nodes: [{ id: '0/a/0' }] } });
    expect(attribute([20, 10], [11, body], [11, body])).toMatchObject({
      kind: 'graphs',
      value: [{ nodes: [{ id: '0/a.0/0' }] }, { nodes: [{ id: '0/a.1/0' }] }],
    });
    expect(attribute([20, 9], [10, tensor], [10, tensor])).toMatchObject({ kind: 'tensors' });
    expect(attribute([20, 13], [14, type])).toEqual({
      kind: 'type',
      value: { kind: 'tensor', dtype: 'float32', shape: [3, 'n', undefined, undefined] },
    });
    expect(attribute([20, 8], [9, 'a'], [9, 'b'])).toEqual({ kind: 'strings', value: ['a', 'b'] });
    expect(attribute([20, 6], [7, { fixed32: 1 }], [7, { fixed32: 2 }])).toEqual({ kind: 'floats', value: [1, 2] });
    expect(attribute([21, 'outer'])).toEqual({ kind: 'reference', value: 'outer' });
  });

  it('reads packed, unpacked and untyped integers, and keeps the largest ones huge', () => {
    const largest = 2n ** 63n - 1n;
    const packed = Uint8Array.from([...varint(-(2n ** 63n)), ...varint(largest), ...varint(5)]);
    const expected = { kind: 'ints', value: [-(2 ** 63), 2 ** 63, 5] };
    expect(attribute([20, 7], [8, packed])).toEqual(expected);
    expect(attribute([20, 7], [8, -(2n ** 63n)], [8, largest], [8, 5])).toEqual(expected);
    expect(attribute([8, 4], [8, 5])).toEqual({ kind: 'ints', value: [4, 5] });
  });

  it('leaves out a list that is too large to be a parameter, and reads on', () => {
    const node = onlyNode(
      [4, 'EPContext'],
      [
        5,
        [
          [1, 'blob'],
          [20, 3],
          [4, new Uint8Array(2_000_000)],
        ],
      ],
      [2, 'y'],
    );
    expect(node.attributes.has('blob')).toBe(false);
    expect(node.outputs).toEqual(['y']);
  });
});

describe('tensors', () => {
  const initializer = (...fields: readonly Field[]) => {
    const [tensor] = readGraph([5, [[8, 'w'], ...fields]]).initializers.values();
    if (!tensor) throw new Error('no tensor');
    return tensor;
  };
  const inline = (...fields: readonly Field[]) => {
    const { payload } = initializer(...fields);
    return payload.kind === 'inline' ? [...payload.bytes] : payload.kind;
  };

  it('turns typed data into little-endian bytes', () => {
    expect(inline([1, 2], [2, 7], [7, -2n], [7, 258])).toEqual([
      254, 255, 255, 255, 255, 255, 255, 255, 2, 1, 0, 0, 0, 0, 0, 0,
    ]);
    expect(inline([1, 2], [2, 7], [7, Uint8Array.from([...varint(2n ** 63n - 1n), 1])])).toEqual([
      255, 255, 255, 255, 255, 255, 255, 127, 1, 0, 0, 0, 0, 0, 0, 0,
    ]);
    expect(inline([1, 2], [2, 6], [5, -1n], [5, 70000])).toEqual([255, 255, 255, 255, 0x70, 0x11, 1, 0]);
    expect(inline([1, 3], [2, 3], [5, Uint8Array.from([...varint(-1n), 0, 7])])).toEqual([255, 0, 7]);
    expect(inline([1, 1], [2, 10], [5, 0x3c00])).toEqual([0, 0x3c]);
    expect(inline([1, 3], [2, 22], [5, 0xf1], [5, 0x02])).toEqual([0xf1, 0x02]);
    expect(inline([1, 1], [2, 1], [4, { fixed32: 1 }])).toEqual([0, 0, 0x80, 0x3f]);
    expect(inline([1, 1], [2, 12], [11, 2 ** 32 - 1])).toEqual([255, 255, 255, 255]);
    expect(inline([1, 1], [2, 13], [11, 2n ** 64n - 1n])).toEqual(new Array(8).fill(255));
    expect(initializer([1, 1], [2, 8], [6, 'cat']).payload).toEqual({ kind: 'strings', strings: ['cat'] });
  });

  it('passes large payloads over, wherever they come in the message', () => {
    const data = new Uint8Array(40_000);
    const first = initializer([9, data], [1, 100], [1, 100], [2, 1]);
    expect(first).toMatchObject({
      shape: [100, 100],
      bytes: 40_000,
      payload: { kind: 'skipped', field: 9, range: { length: 40_000 } },
    });
    const unpacked = initializer([1, 2000], [2, 1], ...Array.from({ length: 2000 }, (): Field => [4, { fixed32: 1 }]));
    expect(unpacked.payload).toMatchObject({ kind: 'skipped', field: 4 });
  });

  it('knows external, missing, empty and newest-type payloads', () => {
    const external = initializer(
      [1, 3],
      [2, 1],
      [14, 1],
      [
        13,
        [
          [1, 'location'],
          [2, 'w.bin'],
        ],
      ],
      [
        13,
        [
          [1, 'offset'],
          [2, '64'],
        ],
      ],
      [
        13,
        [
          [1, 'length'],
          [2, '12'],
        ],
      ],
    );
    expect(external.payload).toEqual({ kind: 'external', location: 'w.bin', offset: 64, length: 12 });
    expect(initializer([1, 3], [2, 1]).payload).toEqual({ kind: 'empty' });
    expect(initializer([1, 0], [2, 1]).payload).toEqual({ kind: 'inline', bytes: new Uint8Array(0) });
    expect(initializer([1, 5], [2, 23], [9, Uint8Array.from([1, 2, 3])])).toMatchObject({
      dtype: 'float4e2m1',
      bytes: 3,
    });
    // Five elements of six bits are 30 bits.
    expect(initializer([1, 5], [2, 27], [9, new Uint8Array(4)])).toMatchObject({ dtype: 'float6e2m3', bytes: 4 });
  });

  it('reads sparse initializers', () => {
    const graph = readGraph([
      15,
      [
        [
          1,
          [
            [1, 1],
            [2, 1],
            [8, 's'],
            [9, new Uint8Array(4)],
          ],
        ],
        [
          2,
          [
            [1, 1],
            [2, 7],
            [7, 2],
          ],
        ],
        [3, 10],
      ],
    ]);
    expect(graph.sparseInitializers.get('s')).toMatchObject({
      shape: [10],
      values: { dtype: 'float32' },
      indices: { dtype: 'int64' },
    });
  });
});

describe('graphs and functions', () => {
  it('reads types of every kind', () => {
    const tensor: Field[] = [[1, [[1, 1]]]];
    const { inputs } = readGraph(
      [
        11,
        [
          [1, 'seq'],
          [2, [[4, [[1, tensor]]]]],
        ],
      ],
      [
        11,
        [
          [1, 'opt'],
          [2, [[9, [[1, tensor]]]]],
        ],
      ],
      [
        11,
        [
          [1, 'map'],
          [
            2,
            [
              [
                5,
                [
                  [1, 7],
                  [2, tensor],
                ],
              ],
            ],
          ],
        ],
      ],
      [
        11,
        [
          [1, 'odd'],
          [2, [[7, [[1, 'd']]]]],
        ],
      ],
      [11, [[1, 'none']]],
    );
    const element = { kind: 'tensor', dtype: 'float32', shape: undefined };
    expect(inputs.map(({ type }) => type)).toEqual([
      { kind: 'sequence', element },
      { kind: 'optional', element },
      { kind: 'map', key: 'int64', value: element },
      { kind: 'opaque' },
      undefined,
    ]);
  });

  it('takes fields in any order and skips unknown ones', () => {
    const graph: Field[] = [
      [11, [[1, 'x']]],
      [99, 'unknown'],
      [
        1,
        [
          [2, 'y'],
          [4, 'Relu'],
          [1, 'x'],
          [77, 5],
        ],
      ],
      [
        16,
        [
          [1, 'k'],
          [2, 'v'],
        ],
      ],
    ];
    const model = read(
      message(
        [500, 'later'],
        [7, graph],
        [
          14,
          [
            [2, '1'],
            [1, 'm'],
          ],
        ],
        [
          8,
          [
            [1, 'ai.onnx'],
            [2, 21],
          ],
        ],
        [1, 13],
      ),
    );
    expect(model).toMatchObject({ irVersion: 13, opsets: new Map([['', 21]]), metadata: new Map([['m', '1']]) });
    expect(model.graph.metadata).toEqual(new Map([['k', 'v']]));
    expect(model.graph.nodes[0]).toMatchObject({ op: 'Relu', inputs: ['x'], outputs: ['y'] });
  });

  it('reads functions with overload, defaults and value info', () => {
    const body: Field[] = [
      [1, 'f'],
      [10, 'dom'],
      [13, 'v2'],
      [4, 'a'],
      [5, 'b'],
      [6, 'alpha'],
      [
        7,
        [
          [1, 'a'],
          [2, 'b'],
          [4, 'Relu'],
        ],
      ],
      [9, [[2, 18]]],
      [
        11,
        [
          [1, 'beta'],
          [20, 2],
          [3, 4],
        ],
      ],
      [12, [[1, 'b']]],
    ];
    const [found] = read(message([1, 10], [25, body], [7, [[2, 'g']]])).functions;
    expect(found).toMatchObject({
      domain: 'dom',
      name: 'f',
      overload: 'v2',
      inputs: ['a'],
      outputs: ['b'],
      attributes: ['alpha'],
      opsets: new Map([['', 18]]),
    });
    expect(found?.attributeDefaults.get('beta')).toEqual({ kind: 'int', value: 4 });
    expect(found?.nodes[0]?.id).toBe('f:dom:f:v2/0');
    expect(found?.valueInfo.has('b')).toBe(true);
  });
});
