import fc from 'fast-check';
import { onnx } from 'onnx-proto';
import { expect, it } from 'vitest';
import { bufferSource } from '../../../src/engine/onnx/byteSource';
import { readModel } from '../../../src/engine/onnx/read/readModel';
import { viewOfGraph, viewOfGraphMessage } from '../../support/onnxProtoView';

const { FLOAT, GRAPH, INT, INTS, STRING, TENSOR } = onnx.AttributeProto.AttributeType;

const tensor = { name: 't', dataType: 1, dims: [1], rawData: new Uint8Array(4) };
const body = { name: 'body', node: [{ opType: 'Relu', input: ['x'], output: ['z'] }], output: [{ name: 'z' }] };
/** Some that repeat, two with bytes that differ in their last one alone, two that have a place in the file, and a long one. */
const pool: readonly onnx.IAttributeProto[] = [
  { name: 'kernel_shape', type: INTS, ints: [3, 3] },
  { name: 'kernel_shape', type: INTS, ints: [3, 4] },
  { name: 'axis', type: INT, i: -1 },
  { name: 'alpha', type: FLOAT, f: 0.5 },
  { name: 'mode', type: STRING, s: new TextEncoder().encode('größer') },
  { name: 'value', type: TENSOR, t: tensor },
  { name: 'branch', type: GRAPH, g: body },
  { name: 'long', type: INTS, ints: Array.from({ length: 300 }, (_, index) => index) },
];

function encode(lists: readonly (readonly onnx.IAttributeProto[])[]): Uint8Array {
  const node = lists.map((attribute, index) => ({
    opType: 'Op',
    input: ['x'],
    output: [`y${index}`],
    attribute: [...attribute],
  }));
  const opsetImport = [{ domain: '', version: 17 }];
  const model = {
    irVersion: 8,
    opsetImport,
    graph: { name: 'g', node, input: [{ name: 'x' }], output: [{ name: 'y0' }] },
  };
  return onnx.ModelProto.encode(onnx.ModelProto.create(model)).finish();
}

const read = (bytes: Uint8Array) => readModel(bufferSource(bytes)).graph;

it('gives every node its own attributes, whatever other nodes have', () => {
  const list = fc.uniqueArray(fc.constantFrom(...pool), { selector: ({ name }) => name, maxLength: 6 });
  const lists = fc.array(list, { minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(lists, (drawn) => {
      const bytes = encode(drawn);
      expect(viewOfGraph(read(bytes))).toEqual(viewOfGraphMessage(onnx.ModelProto.decode(bytes).graph ?? {}));
    }),
  );
});

it('keeps the attributes that nodes share once, and those with a place in the file at each node', () => {
  const [square, , axis, , , value] = pool;
  const plain = [square ?? {}, axis ?? {}];
  const { nodes } = read(encode([plain, plain, [...plain, value ?? {}], [...plain, value ?? {}]]));
  const [first, second, third, fourth] = nodes.map(({ attributes }) => attributes);
  expect(second).toBe(first);
  expect(third?.get('axis')).toBe(first?.get('axis'));
  expect(third?.get('value')).not.toEqual(fourth?.get('value'));
});
