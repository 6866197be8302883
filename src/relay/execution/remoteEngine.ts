import type { Executor } from './executor';
import { InferenceClient, type InferenceClientOptions } from './inferenceClient';

/** An executor that hands the sub-model's inputs to a running engine: Triton, OpenVINO Model Server, KServe. */
export function remoteEngineExecutor(options: Omit<InferenceClientOptions, 'title'>): Executor {
  const client = new InferenceClient({ ...options, title: 'The engine of this tier' });
  return {
    isReady: () => client.isReady(),
    run: async (inputs, signal) => (await client.infer(inputs, false, signal)).outputs,
    close: async () => client.close(),
  };
}
