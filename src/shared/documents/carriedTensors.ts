import { type Sentence, say } from '../messages/say';
import { DnnSplitError } from '../work/errors';

/** Element types of the Open Inference Protocol v2 (KServe, predict-api/v2, "Tensor Data Types"), by their names there. */
export const protocolDtypes = {
  BOOL: 'bool',
  UINT8: 'uint8',
  UINT16: 'uint16',
  UINT32: 'uint32',
  UINT64: 'uint64',
  INT8: 'int8',
  INT16: 'int16',
  INT32: 'int32',
  INT64: 'int64',
  FP16: 'float16',
  FP32: 'float32',
  FP64: 'float64',
  BF16: 'bfloat16',
  BYTES: 'string',
} as const;

const carried: ReadonlySet<string> = new Set(Object.values(protocolDtypes));

/** A tensor as a contract describes it. */
interface DescribedTensor {
  readonly name: string;
  readonly dtype: string;
  /** What it is where it is no plain tensor. */
  readonly type?: string | undefined;
}

/** Who has to take the tensor: the protocol between tiers alone, or ONNX Runtime for Node as well. */
type Carrier = 'protocol' | 'runtime';

/** Why a tensor cannot be sent to a tier or run there, as a part of a sentence; nothing where it can. */
export function whyNotCarried({ dtype, type }: DescribedTensor, carrier: Carrier): Sentence | undefined {
  // An optional that holds a tensor is that tensor to whoever runs the model.
  if (type !== undefined && !/^optional\((?!sequence|map|optional)/.test(type))
    return say('tensor.container', { type });
  const isRefused = !carried.has(dtype) || (dtype === 'bfloat16' && carrier === 'runtime');
  return isRefused ? say('tensor.elements', { dtype }) : undefined;
}

/**
 * @throws DnnSplitError `unsupported-model` for the first tensor that cannot travel between tiers, or that ONNX Runtime for
 * Node cannot take or give where `carrier` is `runtime`
 */
export function refuseUncarried(tensors: readonly DescribedTensor[], carrier: Carrier): void {
  for (const tensor of tensors) {
    const reason = whyNotCarried(tensor, carrier);
    if (reason === undefined) continue;
    const id = carrier === 'runtime' ? 'tensor.notRun' : 'tensor.notSent';
    throw new DnnSplitError('unsupported-model', say(id, { tensor: tensor.name, reason }));
  }
}
