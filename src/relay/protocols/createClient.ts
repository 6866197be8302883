import { InferenceClient } from '../execution/inferenceClient';
import type { InferenceClientOptions, TensorServer } from '../execution/tensorServer';
import { loadGrpc } from './loadGrpc';

/** A client of a server, by the scheme of its address: `http`, `https`, `grpc` or `grpcs`. @throws DnnSplitError `bad-usage` for another one */
export function createClient(options: InferenceClientOptions): TensorServer {
  if (!/^grpcs?:\/\//i.test(options.address)) return new InferenceClient(options);
  const { GrpcInferenceClient } = loadGrpc();
  return new GrpcInferenceClient(options);
}
