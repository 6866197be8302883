import { datatypes } from '../inferenceTypes';
import type { ContractDocument, ContractTensor } from './contract';

/** What runs a tier's part: ONNX Runtime in the relay's own process, or an inference server that the relay asks. */
export type PartRunner = 'relay' | 'server';

/**
 * What a relay cannot serve of a contract, in a sentence; nothing where it can. The protocol has tensors alone, of some
 * element types; ONNX Runtime for Node takes and gives no bfloat16.
 */
export function unservable(contract: ContractDocument, runner: PartRunner): string | undefined {
  const { tier, receives, sends, answers, answersAbove, segment } = contract;
  for (const tensor of [...receives, ...sends, ...answers, ...answersAbove]) {
    const what = beyondProtocol(tensor);
    if (what !== undefined)
      return `${what}, which the Open Inference Protocol cannot carry, so no relay can serve tier "${tier}"; cut the model where tensors of its types cross.`;
  }
  const ownTypes = segment === null || runner === 'server' ? [] : [...segment.inputs, ...segment.outputs];
  const bfloat = ownTypes.find(({ dtype }) => dtype === 'bfloat16');
  if (bfloat === undefined) return undefined;
  return `Tensor "${bfloat.name}" is bfloat16, which ONNX Runtime for Node cannot take, so the relay of tier "${tier}" needs an inference server beside it, or another cut.`;
}

function beyondProtocol({ name, dtype, kind }: ContractTensor): string | undefined {
  if (kind !== undefined) return `"${name}" is ${kind === 'optional' || kind === 'opaque' ? 'an' : 'a'} ${kind}`;
  if (Object.values<string>(datatypes).includes(dtype)) return undefined;
  return `Tensor "${name}" is ${dtype === 'undefined' ? 'of a type that is not known' : dtype}`;
}
