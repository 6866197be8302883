import type { Executor } from '../../runtime/executor';
import type { Tensor } from '../../runtime/tensor';
import { InferenceClient, type InferenceClientOptions } from './inferenceClient';

export interface RemoteEngineOptions extends Omit<InferenceClientOptions, 'title'> {
  /** Tensors without dimensions, which inference servers want as one element. */
  readonly scalars: ReadonlySet<string>;
}

/** An executor that hands the sub-model's inputs to a running engine: Triton, OpenVINO Model Server, KServe. */
export function remoteEngineExecutor({ scalars, ...options }: RemoteEngineOptions): Executor {
  const client = new InferenceClient({ ...options, title: 'The engine of this tier' });
  const withShape = (tensors: readonly Tensor[], shape: readonly number[]) =>
    tensors.map((tensor) => (scalars.has(tensor.name) ? { ...tensor, shape } : tensor));
  return {
    isReady: () => client.isReady(),
    run: async (inputs, signal) => {
      const { outputs } = await client.infer(withShape(inputs, [1]), false, signal);
      return withShape(outputs, []);
    },
    close: async () => client.close(),
  };
}
