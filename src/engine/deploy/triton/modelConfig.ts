import type { ContractTensor } from '../../../shared/documents/contract';
import { protobufString } from '../../../shared/escape/containers';
import { say } from '../../../shared/messages/say';
import { defaultSessions } from '../../../shared/sessionLimits';
import type { DType } from '../../../shared/vocabulary/dtype';
import { DnnSplitError } from '../../../shared/work/errors';
import { type DeployedTier, onlyPart } from '../parts/deployment';
import { tritonImageFor } from '../parts/engineImage';
import { type ImplicitState, implicitState } from './implicitState';

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
 * @param keepsState whether the server may keep state of a session itself, where it can
 * @throws DnnSplitError `unsupported-model` for a type or rank that Triton cannot be told
 */
export function modelConfig(deployed: DeployedTier, { keepsState = true } = {}): string {
  const { modelName, tier } = deployed;
  const { inputs = [], outputs = [] } = onlyPart(deployed) ?? {};
  const state = keepsState ? implicitState(deployed.contract) : [];
  const kept = new Set(state.flatMap(({ input, output }) => [input, output]));
  const isSent = ({ name }: ContractTensor) => !kept.has(name);
  const kind = (tritonImageFor(tier)?.accelerator ?? 'none') === 'none' ? 'KIND_CPU' : 'KIND_GPU';
  return [
    `name: ${protobufString(modelName)}`,
    'backend: "onnxruntime"',
    'default_model_filename: "model.onnx"',
    'max_batch_size: 0',
    ...inputs.filter(isSent).map((tensor) => `input ${tensorConfig(tensor)}`),
    ...outputs.filter(isSent).map((tensor) => `output ${tensorConfig(tensor)}`),
    ...sequenceBatching(state),
    `instance_group { kind: ${kind} count: 1 }`,
    '',
  ].join('\n');
}

/** Sequences at once, and how long one may be unused: as many and as long as the relay in front of it keeps sessions. */
const [mostSequences, idleMicroseconds] = [defaultSessions.maxSessions, defaultSessions.sessionIdleS * 1_000_000];

function sequenceBatching(state: readonly ImplicitState[]): string[] {
  if (state.length === 0) return [];
  const entries = state.map(({ input, output, dtype, dims }) => {
    const tensor = `data_type: ${tritonType(input, dtype)} dims: [ ${dims.join(', ')} ]`;
    const zeros = `initial_state { name: ${protobufString(input)} ${tensor} zero_data: true }`;
    return `  state { input_name: ${protobufString(input)} output_name: ${protobufString(output)} ${tensor} ${zeros} }`;
  });
  return [
    'sequence_batching {',
    `  max_sequence_idle_microseconds: ${idleMicroseconds}`,
    `  oldest { max_candidate_sequences: ${mostSequences} }`,
    ...entries,
    '}',
  ];
}

function tensorConfig({ name, dtype, shape, type: container }: ContractTensor): string {
  if (container !== undefined) {
    throw new DnnSplitError('unsupported-model', say('triton.container', { tensor: name, type: container }));
  }
  const type = tritonType(name, dtype);
  if (shape === null) {
    throw new DnnSplitError('unsupported-model', say('triton.rank', { tensor: name }));
  }
  const dims = shape.map((dim) => (typeof dim === 'number' ? dim : -1));
  // Triton has no tensors without dimensions: they are one element to its callers, and none to the model.
  const shapeFields = dims.length === 0 ? 'dims: [ 1 ] reshape { shape: [ ] }' : `dims: [ ${dims.join(', ')} ]`;
  return `{ name: ${protobufString(name)} data_type: ${type} ${shapeFields} }`;
}

function tritonType(name: string, dtype: string): string {
  const type = Object.entries(tritonTypes).find(([onnx]) => onnx === dtype)?.[1];
  if (type !== undefined) return type;
  throw new DnnSplitError('unsupported-model', say('triton.dtype', { tensor: name, dtype }));
}
