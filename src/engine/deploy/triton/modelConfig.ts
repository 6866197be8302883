import type { ContractTensor } from '../../../shared/documents/contract';
import type { DType } from '../../../shared/dtype';
import { DnnSplitError } from '../../../shared/errors';
import { protobufString } from '../../../shared/escape/containers';
import { say } from '../../../shared/messages/say';
import { type DeployedTier, onlyPart } from '../parts/deployment';
import { tritonImageFor } from '../parts/engineImage';

/** Types of Triton's `model_config.proto`, by ONNX element type. */
const tritonTypes: Partial<Record<DType, string>> = {
  bool: 'TYPE_BOOL',
  uint8: 'TYPE_UINT8',
  uint16: 'TYPE_UINT16',
  uint32: 'TYPE_UINT32',
  uint64: 'TYPE_UINT64',
  int8: 'TYPE_INT8',
  int16: 'TYPE_INT16',
  int32: 'TYPE_INT32',
  int64: 'TYPE_INT64',
  float16: 'TYPE_FP16',
  bfloat16: 'TYPE_BF16',
  float32: 'TYPE_FP32',
  float64: 'TYPE_FP64',
  string: 'TYPE_STRING',
};

/**
 * `config.pbtxt` of a sub-model, from its own inputs and outputs. Its first dimension is no batch of Triton's: tensors
 * travel whole. Dimensions that a request decides are -1.
 * @throws DnnSplitError `unsupported-model` for a type or rank that Triton cannot be told
 */
export function modelConfig(deployed: DeployedTier): string {
  const { modelName, tier } = deployed;
  const { inputs = [], outputs = [] } = onlyPart(deployed) ?? {};
  const kind = (tritonImageFor(tier)?.accelerator ?? 'none') === 'none' ? 'KIND_CPU' : 'KIND_GPU';
  return [
    `name: ${protobufString(modelName)}`,
    'backend: "onnxruntime"',
    'default_model_filename: "model.onnx"',
    'max_batch_size: 0',
    ...inputs.map((tensor) => `input ${tensorConfig(tensor)}`),
    ...outputs.map((tensor) => `output ${tensorConfig(tensor)}`),
    `instance_group { kind: ${kind} count: 1 }`,
    '',
  ].join('\n');
}

function tensorConfig({ name, dtype, shape, type: container }: ContractTensor): string {
  if (container !== undefined) {
    throw new DnnSplitError('unsupported-model', say('triton.container', { tensor: name, type: container }));
  }
  const type = Object.entries(tritonTypes).find(([onnx]) => onnx === dtype)?.[1];
  if (type === undefined) {
    throw new DnnSplitError('unsupported-model', say('triton.dtype', { tensor: name, dtype }));
  }
  if (shape === null) {
    throw new DnnSplitError('unsupported-model', say('triton.rank', { tensor: name }));
  }
  const dims = shape.map((dim) => (typeof dim === 'number' ? dim : -1));
  // Triton has no tensors without dimensions: they are one element to its callers, and none to the model.
  const shapeFields = dims.length === 0 ? 'dims: [ 1 ] reshape { shape: [ ] }' : `dims: [ ${dims.join(', ')} ]`;
  return `{ name: ${protobufString(name)} data_type: ${type} ${shapeFields} }`;
}
