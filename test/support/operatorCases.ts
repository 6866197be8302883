import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { onnx } from 'onnx-proto';
import { type DType, dtypeFromOnnx } from '../../src/shared/vocabulary/dtype';

/** Where Debian's package libonnx-testdata puts its models of one operator each, with inputs and expected outputs. */
const folder = '/usr/share/libonnx-testdata/data';

export const hasOperatorCases = existsSync(folder);

export interface OperatorCase {
  readonly name: string;
  readonly model: onnx.ModelProto;
  readonly folder: string;
}

/** A tensor of a case as it was in the reference run; `undefined` for sequences and optionals. */
export interface ReferenceTensor {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly proto: onnx.TensorProto;
}

/** Every case of one operator (`real` holds whole networks without data and is left out), by name. */
export function operatorCases(): OperatorCase[] {
  if (!hasOperatorCases) return [];
  return ['node', 'simple', 'pytorch-converted', 'pytorch-operator'].flatMap((group) => {
    const directory = join(folder, group);
    return readdirSync(directory)
      .filter((name) => existsSync(join(directory, name, 'model.onnx')))
      .sort()
      .map((name) => ({
        name: `${group}/${name}`,
        folder: join(directory, name),
        model: onnx.ModelProto.decode(readFileSync(join(directory, name, 'model.onnx'))),
      }));
  });
}

function isTensor(info: onnx.IValueInfoProto): boolean {
  return info.type?.tensorType !== undefined && info.type.tensorType !== null;
}

/** Reads `input_0.pb`, `output_0.pb`... of the first data set, in the order of the graph's inputs or outputs. */
export function referenceTensors(
  each: OperatorCase,
  kind: 'input' | 'output',
): (readonly [name: string, tensor: ReferenceTensor | undefined])[] {
  const infos = (kind === 'input' ? each.model.graph?.input : each.model.graph?.output) ?? [];
  return infos.map((info, index) => {
    const file = join(each.folder, 'test_data_set_0', `${kind}_${index}.pb`);
    const name = info.name ?? '';
    if (!isTensor(info) || !existsSync(file)) return [name, undefined];
    const proto = onnx.TensorProto.decode(readFileSync(file));
    return [name, { dtype: dtypeFromOnnx(proto.dataType ?? 0), shape: proto.dims.map(Number), proto }];
  });
}

/** The case's model without any stated type of results, so that only inference can know them. */
export function withoutStatedResults(model: onnx.ModelProto): onnx.ModelProto {
  const copy = onnx.ModelProto.decode(onnx.ModelProto.encode(model).finish());
  if (copy.graph) {
    copy.graph.valueInfo = [];
    copy.graph.output = (copy.graph.output ?? []).map((info) => ({ name: info.name ?? '' }));
  }
  return copy;
}

/** The model with its small inputs (shapes, axes, sizes) fixed to their values in the reference run. */
export function withSmallInputsFixed(
  model: onnx.ModelProto,
  inputs: ReturnType<typeof referenceTensors>,
  maximumElements: number,
): onnx.ModelProto {
  const copy = onnx.ModelProto.decode(onnx.ModelProto.encode(model).finish());
  if (!copy.graph) return copy;
  const fixed = new Map<string, onnx.TensorProto>();
  for (const [name, tensor] of inputs) {
    if (tensor === undefined || tensor.shape.reduce((product, dim) => product * dim, 1) > maximumElements) continue;
    fixed.set(name, tensor.proto);
  }
  copy.graph.input = (copy.graph.input ?? []).filter((info) => !fixed.has(info.name ?? ''));
  const initializers = [...fixed].map(([name, proto]) => onnx.TensorProto.fromObject({ ...proto, name }));
  copy.graph.initializer = [...(copy.graph.initializer ?? []), ...initializers];
  return copy;
}
