/** A model of a family of graphs: convolutions where one tensor is read, sums where several are, all of one shape. */
import { writeFileSync } from 'node:fs';
import onnxProto from 'onnx-proto';

const { onnx } = onnxProto;
const float32 = 1;
const dims = [1, 16, 32, 32];
const { INTS } = onnx.AttributeProto.AttributeType;

/** @param {string} path @param {import('./graphFamilies.mjs').Readings} readings */
export function writeFamily(path, readings) {
  const isRead = new Set(readings.flat());
  const pads = { name: 'pads', type: INTS, ints: [1, 1, 1, 1] };
  const type = { tensorType: { elemType: float32, shape: { dim: dims.map((dimValue) => ({ dimValue })) } } };
  const graph = {
    name: 'generated',
    node: readings.map((read, index) => {
      const inputs = read.length === 0 ? ['x'] : read.map((each) => `y${each}`);
      return read.length > 1
        ? { name: `n${index}`, opType: 'Sum', input: inputs, output: [`y${index}`] }
        : { name: `n${index}`, opType: 'Conv', input: [...inputs, 'w'], output: [`y${index}`], attribute: [pads] };
    }),
    input: [{ name: 'x', type }],
    output: readings.flatMap((_, index) => (isRead.has(index) ? [] : [{ name: `y${index}`, type }])),
    initializer: [{ name: 'w', dataType: float32, dims: [16, 16, 3, 3], rawData: new Uint8Array(4 * 16 * 16 * 9) }],
  };
  const model = { irVersion: 8, opsetImport: [{ domain: '', version: 17 }], graph };
  writeFileSync(path, onnx.ModelProto.encode(onnx.ModelProto.create(model)).finish());
}
