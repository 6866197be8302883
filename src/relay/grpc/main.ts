/** gRPC for the relay, in a program of its own that is read only where a relay speaks it. */
export { GrpcInferenceClient } from './grpcClient';
export { GrpcServer } from './grpcServer';
