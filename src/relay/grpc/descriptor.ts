import { fromJSON, type ServiceDefinition } from '@grpc/proto-loader';

type Field = readonly [type: string, id: number, rule?: 'repeated'];

function message(fields: Readonly<Record<string, Field>>, nested: Readonly<Record<string, object>> = {}) {
  const entries = Object.entries(fields).map(([name, [type, id, rule]]) => {
    const isMap = type === 'parameters';
    const field = isMap ? { keyType: 'string', type: 'InferParameter', id } : { type, id, ...(rule && { rule }) };
    return [name, field];
  });
  return { fields: Object.fromEntries(entries), nested };
}

const nameAndVersion = { name: ['string', 1], version: ['string', 2] } as const;
const tensor = {
  name: ['string', 1],
  datatype: ['string', 2],
  shape: ['int64', 3, 'repeated'],
  parameters: ['parameters', 4],
  contents: ['InferTensorContents', 5],
} as const;

/** The Open Inference Protocol's gRPC service (KServe, docs/predict-api/v2/grpc_predict_v2.proto), field by field. */
const messages = {
  ServerLiveRequest: message({}),
  ServerLiveResponse: message({ live: ['bool', 1] }),
  ServerReadyRequest: message({}),
  ServerReadyResponse: message({ ready: ['bool', 1] }),
  ModelReadyRequest: message(nameAndVersion),
  ModelReadyResponse: message({ ready: ['bool', 1] }),
  ServerMetadataRequest: message({}),
  ServerMetadataResponse: message({ ...nameAndVersion, extensions: ['string', 3, 'repeated'] }),
  ModelMetadataRequest: message(nameAndVersion),
  ModelMetadataResponse: message(
    {
      name: ['string', 1],
      versions: ['string', 2, 'repeated'],
      platform: ['string', 3],
      inputs: ['TensorMetadata', 4, 'repeated'],
      outputs: ['TensorMetadata', 5, 'repeated'],
    },
    { TensorMetadata: message({ name: ['string', 1], datatype: ['string', 2], shape: ['int64', 3, 'repeated'] }) },
  ),
  ModelInferRequest: message(
    {
      model_name: ['string', 1],
      model_version: ['string', 2],
      id: ['string', 3],
      parameters: ['parameters', 4],
      inputs: ['InferInputTensor', 5, 'repeated'],
      outputs: ['InferRequestedOutputTensor', 6, 'repeated'],
      raw_input_contents: ['bytes', 7, 'repeated'],
    },
    {
      InferInputTensor: message(tensor),
      InferRequestedOutputTensor: message({ name: ['string', 1], parameters: ['parameters', 2] }),
    },
  ),
  ModelInferResponse: message(
    {
      model_name: ['string', 1],
      model_version: ['string', 2],
      id: ['string', 3],
      parameters: ['parameters', 4],
      outputs: ['InferOutputTensor', 5, 'repeated'],
      raw_output_contents: ['bytes', 6, 'repeated'],
    },
    { InferOutputTensor: message(tensor) },
  ),
  InferParameter: {
    oneofs: { parameter_choice: { oneof: ['bool_param', 'int64_param', 'string_param'] } },
    ...message({ bool_param: ['bool', 1], int64_param: ['int64', 2], string_param: ['string', 3] }),
  },
  InferTensorContents: message({
    bool_contents: ['bool', 1, 'repeated'],
    int_contents: ['int32', 2, 'repeated'],
    int64_contents: ['int64', 3, 'repeated'],
    uint_contents: ['uint32', 4, 'repeated'],
    uint64_contents: ['uint64', 5, 'repeated'],
    fp32_contents: ['float', 6, 'repeated'],
    fp64_contents: ['double', 7, 'repeated'],
    bytes_contents: ['bytes', 8, 'repeated'],
  }),
};

/** What only relays among themselves ask for; servers of other makers do not know it. */
const probeMessages = {
  ProbeRequest: message({ payload: ['bytes', 1] }),
  ProbeResponse: message({ received: ['string', 1] }),
};

const methods = ['ServerLive', 'ServerReady', 'ModelReady', 'ServerMetadata', 'ModelMetadata', 'ModelInfer'] as const;
export type MethodName = (typeof methods)[number];

const serviceName = 'inference.GRPCInferenceService';
const probeServiceName = 'dnnsplit.Relay';

/** The service with what writes and reads its messages; 64-bit integers are strings of digits, so that none is rounded. */
export function inferenceServiceDefinition(): ServiceDefinition {
  const rpcs = Object.fromEntries(methods.map((name) => [name, rpcOf(name)]));
  return serviceOf(serviceName, { inference: { nested: { ...messages, GRPCInferenceService: { methods: rpcs } } } });
}

/** The service with which one relay lets another one time bytes. */
export function probeServiceDefinition(): ServiceDefinition {
  return serviceOf(probeServiceName, {
    dnnsplit: { nested: { ...probeMessages, Relay: { methods: { Probe: rpcOf('Probe') } } } },
  });
}

function rpcOf(name: string) {
  return { requestType: `${name}Request`, responseType: `${name}Response` };
}

function serviceOf(name: string, nested: object): ServiceDefinition {
  const definition = fromJSON(
    { nested: { ...nested } },
    { longs: String, defaults: true, arrays: true, objects: true, oneofs: true },
  );
  const service = definition[name];
  if (service === undefined || 'format' in service) throw new Error(`there is no service ${name}`);
  return service;
}
