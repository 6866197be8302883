import type { MethodDefinition, ServiceDefinition } from '@grpc/grpc-js';
import { type IConversionOptions, Root, type Type } from 'protobufjs/light';

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

const conversion: IConversionOptions = { longs: String, defaults: true, arrays: true, objects: true, oneofs: true };

function serviceOf(name: string, nested: object): ServiceDefinition {
  const service = Root.fromJSON({ nested: { ...nested } }).lookupService(name);
  const entries = service.methodsArray.map((method) => {
    method.resolve();
    const { resolvedRequestType: request, resolvedResponseType: response } = method;
    if (request === null || response === null) throw new Error(`${method.name} has no messages`);
    return [method.name, methodOf(`/${name}/${method.name}`, request, response)] as const;
  });
  return Object.fromEntries(entries);
}

function methodOf(path: string, request: Type, response: Type): MethodDefinition<object, object> {
  return {
    path,
    requestStream: false,
    responseStream: false,
    requestSerialize: writerOf(request),
    requestDeserialize: readerOf(request),
    responseSerialize: writerOf(response),
    responseDeserialize: readerOf(response),
  };
}

function writerOf(type: Type): (message: object) => Buffer {
  return (message) => {
    const { buffer, byteOffset, byteLength } = type.encode(type.fromObject(message)).finish();
    return Buffer.from(buffer, byteOffset, byteLength);
  };
}

function readerOf(type: Type): (bytes: Buffer) => object {
  return (bytes) => type.toObject(type.decode(bytes), conversion);
}
