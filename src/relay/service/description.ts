import { datatypeOf } from '../../runtime/tensor';
import type { ContractDocument, ContractTensor } from '../../shared/documents/contract';
import { interfaceOf, startsWithOf } from '../../shared/documents/contractParts';
import { holdingOf } from '../adaptive/holding';
import { artifactOf } from '../inference/artifact';
import { artifactParameter, holdingParameter } from '../inference/travelling';
import type { Metrics } from './metrics';

/** What a relay calls itself in its model's metadata. */
export const relayPlatform = 'dnnsplit_relay';
export const serverName = 'dnnsplit-relay';
const extensions = ['binary_tensor_data', 'model_configuration', 'statistics'] as const;

/** Extensions of the protocol that a relay of the tier takes part in. */
export function extensionsOf(contract: ContractDocument): readonly string[] {
  return startsWithOf(contract).length > 0 ? [...extensions, 'sequence'] : extensions;
}

/** A tensor in the protocol's words; dimensions that a request decides are -1. */
export function describeTensor({ name, dtype, shape }: ContractTensor) {
  return {
    name,
    datatype: datatypeOf(dtype) ?? dtype,
    shape: (shape ?? []).map((dim) => (typeof dim === 'string' ? -1 : dim)),
  };
}

/** Model metadata of the protocol, with the export that the tier's part comes from. */
export function metadataOf(contract: ContractDocument) {
  const { inputs, outputs } = interfaceOf(contract);
  return {
    name: contract.model,
    versions: ['1'],
    platform: relayPlatform,
    inputs: inputs.map(describeTensor),
    outputs: outputs.map(describeTensor),
    parameters: {
      [artifactParameter]: artifactOf(contract),
      ...(contract.formatVersion === 2 && { [holdingParameter]: holdingOf(contract) }),
      dnnsplit_tier: contract.tier,
    },
  };
}

/** The model's configuration as Triton's clients ask for it (model configuration extension). */
export function configOf(contract: ContractDocument) {
  const { inputs, outputs } = interfaceOf(contract);
  const describe = (tensor: ContractTensor) => {
    const { name, datatype, shape } = describeTensor(tensor);
    return { name, data_type: datatype === 'BYTES' ? 'TYPE_STRING' : `TYPE_${datatype}`, dims: shape };
  };
  return {
    name: contract.model,
    platform: relayPlatform,
    backend: 'dnnsplit',
    version_policy: { latest: { num_versions: 1 } },
    max_batch_size: 0,
    input: inputs.map(describe),
    output: outputs.map(describe),
  };
}

/** What Triton's clients ask for as statistics (statistics extension): counts, and times in nanoseconds. */
export function statisticsOf(contract: ContractDocument, metrics: Metrics) {
  const { success, fail, queue, compute } = metrics.statistics();
  const duration = ({ count, sumS }: { count: number; sumS: number }) => ({ count, ns: Math.round(sumS * 1e9) });
  return {
    model_stats: [
      {
        name: contract.model,
        version: '1',
        inference_count: success.count,
        execution_count: compute.count,
        inference_stats: {
          success: duration(success),
          fail: duration(fail),
          queue: duration(queue),
          compute_infer: duration(compute),
        },
      },
    ],
  };
}
