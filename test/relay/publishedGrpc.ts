import { resolve } from 'node:path';
import { loadPackageDefinition, type ServiceClientConstructor } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';

/** The protocol as KServe publishes it; a client that is made of it shares nothing with the relay. */
const published = loadPackageDefinition(
  loadSync(resolve(import.meta.dirname, '../fixtures/published/grpc_predict_v2.proto'), {
    keepCase: true,
    longs: String,
    defaults: true,
    oneofs: true,
  }),
);
export const { inference } = published as unknown as {
  inference: { GRPCInferenceService: ServiceClientConstructor };
};
