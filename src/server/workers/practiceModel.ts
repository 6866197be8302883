import { bytesField, textField, varintField } from '../../engine/extract/protoBytes';
import { joinBytes } from '../../engine/onnx/joinBytes';

/** Operator, inputs and output of the nodes of a block; capitals are weights. */
const block = [
  'Conv x W a',
  'BatchNormalization a S S S S b',
  'Relu b c',
  'MatMul c M d',
  'Mul d c e',
  'Add e x f',
  'Conv f P y',
].map((node) => node.split(' '));
const width = 8;

/**
 * The bytes of a model with what most models have: blocks one after the other, each a path with a skip beside it, from
 * which less and less comes out.
 */
export function practiceModel(blocks: number): Uint8Array {
  const parts: Uint8Array[] = [textField(2, 'practice')];
  for (let index = 0; index < blocks; index++) {
    const ofBlock = (name: string) => (name === 'x' && index > 0 ? `y${index - 1}` : `${name}${index}`);
    for (const [op = '', ...tensors] of block) {
      const output = tensors.pop() ?? '';
      const node = [
        ...tensors.map((name) => textField(1, ofBlock(name))),
        textField(2, ofBlock(output)),
        textField(3, `/layers.${index}/${output}/${op}`),
        textField(4, op),
      ];
      parts.push(bytesField(1, joinBytes(node)));
    }
    const channels = blocks - index;
    const weights = {
      W: [channels, channels, 1, 1],
      S: [channels],
      M: [width, width],
      P: [channels - 1 || 1, channels, 1, 1],
    };
    for (const [name, sizes] of Object.entries(weights)) parts.push(bytesField(5, weight(ofBlock(name), sizes)));
  }
  parts.push(bytesField(11, data('x0', blocks)), bytesField(12, data(`y${blocks - 1}`, 1)));
  return joinBytes([varintField(1, 8), bytesField(7, joinBytes(parts)), bytesField(8, varintField(2, 17))]);
}

/** A TensorProto of floats. */
function weight(name: string, sizes: readonly number[]): Uint8Array {
  const bytes = 4 * sizes.reduce((product, size) => product * size, 1);
  const dims = sizes.map((size) => varintField(1, size));
  return joinBytes([...dims, varintField(2, 1), textField(8, name), bytesField(9, new Uint8Array(bytes))]);
}

/** A ValueInfoProto of floats. */
function data(name: string, channels: number): Uint8Array {
  const shape = joinBytes([1, channels, width, width].map((size) => bytesField(1, varintField(1, size))));
  const tensor = joinBytes([varintField(1, 1), bytesField(2, shape)]);
  return joinBytes([textField(1, name), bytesField(2, bytesField(1, tensor))]);
}
