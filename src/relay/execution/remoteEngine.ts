import type { Executor } from '../../runtime/executor';
import type { Tensor } from '../../runtime/tensor';
import type { ContractBlock } from '../../shared/documents/contract';
import { checkReturned } from '../inference/fit';
import type { TensorServer } from './tensorServer';

const title = 'The engine of this tier';

/** Names the engine in errors. */
export const engineTitle = title;

/**
 * An executor that hands the sub-model's inputs to a running engine: Triton, OpenVINO Model Server, KServe, MLServer.
 * Tensors without dimensions travel as one element, which is what inference servers want.
 */
export function remoteEngineExecutor(
  client: TensorServer,
  { inputs: wanted, outputs: promised }: Pick<ContractBlock, 'inputs' | 'outputs'>,
): Executor {
  const scalars = new Set([...wanted, ...promised].filter(({ shape }) => shape?.length === 0).map(({ name }) => name));
  const withShape = (tensors: readonly Tensor[], shape: readonly number[]) =>
    tensors.map((tensor) => (scalars.has(tensor.name) ? { ...tensor, shape } : tensor));
  return {
    isReady: () => client.isReady(),
    run: async (inputs, call) => {
      const { outputs } = await client.infer(withShape(inputs, [1]), { ...call, wantsTiming: false });
      return checkReturned(title, promised, withShape(outputs, []));
    },
    close: async () => client.close(),
  };
}
