import type { DType } from '../../src/shared/vocabulary/dtype';
import type { BuiltAttribute, BuiltBody, BuiltFunction, BuiltModel, BuiltNode, BuiltTensor } from './onnxBuilder';

/** An attribute: an integer, integers and texts as they are, everything else by its ONNX kind. */
type Written = number | string | readonly number[] | BuiltAttribute;

function attribute(value: Written): BuiltAttribute {
  if (typeof value === 'number') return { int: value };
  if (typeof value === 'string') return { text: value };
  return isList(value) ? { ints: value } : value;
}

function isList(value: readonly number[] | BuiltAttribute): value is readonly number[] {
  return Array.isArray(value);
}

/** Writes graphs node by node, as exporters do: every method returns the name of what it adds. */
export class GraphWriter {
  readonly tensors: Record<string, BuiltTensor> = {};
  readonly nodes: BuiltNode[] = [];
  #count = 0;

  constructor(private readonly prefix = 't') {}

  input(name: string, dtype: DType, shape: readonly (number | string)[], feed?: readonly number[]): string {
    this.tensors[name] = feed === undefined ? { dtype, shape } : { dtype, shape, feed };
    return name;
  }

  /** An int64 vector, or a scalar for a number. */
  ints(values: number | readonly number[]): string {
    return typeof values === 'number'
      ? this.constant('int64', [], [values])
      : this.constant('int64', [values.length], values);
  }

  floats(values: number | readonly number[]): string {
    return typeof values === 'number'
      ? this.constant('float32', [], [values])
      : this.constant('float32', [values.length], values);
  }

  constant(dtype: DType, shape: readonly number[], values: readonly number[]): string {
    const name = this.#name('c');
    this.tensors[name] = { dtype, shape, values };
    return name;
  }

  /** A weight of zeros. */
  weight(...shape: readonly number[]): string {
    const count = shape.reduce((product, dim) => product * dim, 1);
    return this.constant('float32', shape, new Array<number>(count).fill(0));
  }

  op(op: string, inputs: readonly string[], attributes: Readonly<Record<string, Written>> = {}): string {
    return this.ops(1, op, inputs, attributes)[0] ?? '';
  }

  /** A node with several outputs. */
  ops(
    outputs: number,
    op: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, Written>> = {},
    domain = '',
  ): string[] {
    const names = Array.from({ length: outputs }, () => this.#name(op));
    const written = Object.fromEntries(Object.entries(attributes).map(([name, value]) => [name, attribute(value)]));
    this.nodes.push({ op, domain, inputs, outputs: names, attributes: written });
    return names;
  }

  /** Size of one dimension, as PyTorch's exporter reads it: Shape, then Gather. */
  size(tensor: string, axis: number): string {
    return this.op('Gather', [this.op('Shape', [tensor]), this.ints(axis)], { axis: 0 });
  }

  /** A shape from scalars and numbers: Unsqueeze, then Concat. */
  shape(...sizes: readonly (string | number)[]): string {
    const parts = sizes.map((size) =>
      typeof size === 'number' ? this.ints([size]) : this.op('Unsqueeze', [size, this.ints([0])]),
    );
    return this.op('Concat', parts, { axis: 0 });
  }

  body(outputs: readonly string[], inputs: BuiltBody['inputs'] = {}): BuiltAttribute {
    return { body: { inputs, constants: this.tensors, nodes: this.nodes, outputs } };
  }

  function(name: string, inputs: readonly string[], outputs: readonly string[]): BuiltFunction {
    const constants = Object.entries(this.tensors).map(
      ([output, tensor]): BuiltNode => ({
        op: 'Constant',
        inputs: [],
        outputs: [output],
        attributes: { value: { tensor } },
      }),
    );
    return { name, inputs, outputs, nodes: [...constants, ...this.nodes] };
  }

  /** The model with every result of its nodes as an output, but those that are no tensors. */
  model(opset: number, more: Partial<BuiltModel> & { readonly except?: readonly string[] } = {}): BuiltModel {
    const { except = [], ...rest } = more;
    const outputs = this.nodes.flatMap((node) => node.outputs).filter((name) => name !== '' && !except.includes(name));
    return { opset, tensors: this.tensors, nodes: this.nodes, outputs, ...rest };
  }

  #name(kind: string): string {
    this.#count++;
    return `${this.prefix}${this.#count}_${kind}`;
  }
}
