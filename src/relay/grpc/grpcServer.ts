import {
  Metadata,
  Server,
  ServerCredentials,
  ServerInterceptingCall,
  type ServerInterceptor,
  type ServerListener,
  type ServerUnaryCall,
  type sendUnaryData,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';
import { Refusal } from '../../runtime/refusal';
import { say } from '../../shared/messages/say';
import { DnnSplitError } from '../../shared/work/errors';
import { holdingOf } from '../adaptive/holding';
import { artifactOf } from '../inference/artifact';
import type { InferenceRequest } from '../inference/message';
import {
  artifactParameter,
  endedParameter,
  holdingParameter,
  requestIdField,
  routeParameter,
  sequenceIn,
  timeoutField,
  timingParameter,
  tracingFields,
} from '../inference/travelling';
import { extensionsOf, metadataOf, serverName } from '../service/description';
import type { InferenceService } from '../service/inferenceService';
import type { MemoryBudget } from '../service/memoryBudget';
import type { RequestCall } from '../service/requestCall';
import { inferenceServiceDefinition, probeServiceDefinition } from './descriptor';
import type { ModelInferRequest, ModelNamed, ProbeRequest } from './messages';
import { jsonOrText, textOf } from './metadataFields';
import { grpcError } from './status';
import { describeTensor, readParameters, readTensors, writeParameters } from './tensors';
import { TimedMessages } from './timedMessages';

export interface GrpcServerOptions {
  readonly host: string;
  /** 0 for a free port. */
  readonly port: number;
  readonly version: string;
  readonly maxBodyBytes: number;
  /** How long requests that run may still take when the server stops. */
  readonly graceMs: number;
  /** Throws Refusal 401 for whoever may not ask. */
  readonly checkAccess: (authorization: string | undefined) => void;
  readonly tls?: { readonly certificate: string; readonly key: string };
  readonly budget: MemoryBudget;
}

const connectionAgeMs = 600_000;
/** For probes, which have no token. */
const openMethods = /\/(ServerLive|ServerReady|ModelReady)$/;

/** Checks who asks before anything of a message is read. */
function accessInterceptor(checkAccess: (authorization: string | undefined) => void): ServerInterceptor {
  return ({ path }, call) => {
    const listener: ServerListener = {
      onReceiveMetadata: (metadata, forward) => {
        try {
          if (!openMethods.test(path)) checkAccess(textOf(metadata, 'authorization'));
        } catch (error) {
          if (!Refusal.is(error)) throw error;
          return call.sendStatus(grpcError(error));
        }
        forward(metadata);
      },
    };
    return new ServerInterceptingCall(call, { start: (next) => next(listener) });
  };
}

type Unary<Request, Response> = (call: ServerUnaryCall<Request, Response>) => Response | Promise<Response>;

/** Serves a tier over gRPC with the Open Inference Protocol v2: one message each way, no streams. */
export class GrpcServer {
  private readonly server: Server;
  private readonly timed = new TimedMessages();

  constructor(
    private readonly service: InferenceService,
    private readonly options: GrpcServerOptions,
  ) {
    this.server = new Server({
      'grpc.max_receive_message_length': options.maxBodyBytes,
      'grpc.max_send_message_length': -1,
      // Connections of clients that never read their answers end at last; others open the next one by themselves.
      'grpc.max_connection_age_ms': connectionAgeMs,
      'grpc.max_connection_age_grace_ms': options.graceMs,
      interceptors: [accessInterceptor((authorization) => options.checkAccess(authorization)), this.timed.interceptor],
      // Callers keep connections open and look now and then whether they still stand.
      'grpc.keepalive_permit_without_calls': 1,
    });
    this.server.addService(inferenceServiceDefinition(), this.methods());
    this.server.addService(probeServiceDefinition(), {
      Probe: this.unary<ProbeRequest, object>(({ request: { payload }, metadata }) => {
        const arrival = this.timed.arrivalOf(metadata, payload.byteLength);
        return { received: JSON.stringify({ ...arrival, totalMs: arrival.ms, links: this.service.linksSeen() }) };
      }),
    });
  }

  /** @returns the port that it listens on @throws DnnSplitError when the address is taken or not allowed */
  listen(): Promise<number> {
    const { host, port, tls } = this.options;
    const credentials = tls
      ? ServerCredentials.createSsl(null, [
          { cert_chain: Buffer.from(tls.certificate), private_key: Buffer.from(tls.key) },
        ])
      : ServerCredentials.createInsecure();
    const address = host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
    return new Promise((done, fail) => {
      this.server.bindAsync(address, credentials, (error, bound) => {
        if (error === null) return done(bound);
        fail(new DnnSplitError('file-system', say('relay.cannotListenGrpc', { address, reason: error.message })));
      });
    });
  }

  /** Takes no new requests, lets those that run finish within the grace time. */
  async stop(): Promise<void> {
    const force = setTimeout(() => this.server.forceShutdown(), this.options.graceMs);
    await new Promise<void>((done) => this.server.tryShutdown(() => done()));
    clearTimeout(force);
  }

  private methods(): UntypedServiceImplementation {
    const { contract } = this.service;
    const ready = async () => ({ ready: (await this.service.obstacle()) === undefined });
    return {
      ServerLive: this.unary(() => ({ live: true })),
      ServerReady: this.unary(ready),
      ModelReady: this.unary<ModelNamed, object>(({ request }) => {
        this.checkModel(request.name, request.version);
        return ready();
      }),
      ServerMetadata: this.unary(() => ({
        name: serverName,
        version: this.options.version,
        extensions: extensionsOf(contract),
      })),
      ModelMetadata: this.unary<ModelNamed, object>((call) => {
        this.checkModel(call.request.name, call.request.version);
        const { parameters: _, inputs, outputs, ...rest } = metadataOf(contract);
        // The protocol's message has no place for it.
        const own = new Metadata();
        own.set(artifactParameter, artifactOf(contract));
        own.set(holdingParameter, JSON.stringify(holdingOf(contract)));
        call.sendMetadata(own);
        return { ...rest, inputs, outputs };
      }),
      ModelInfer: (call: ServerUnaryCall<ModelInferRequest, object>, answer: sendUnaryData<object>) =>
        void this.infer(call, answer),
    };
  }

  private unary<Request, Response>(method: Unary<Request, Response>) {
    return (call: ServerUnaryCall<Request, Response>, answer: sendUnaryData<Response>) => {
      const run = async () => await method(call);
      run().then(
        (response) => answer(null, response),
        (error: unknown) => answer(grpcError(this.service.refusalOf(error))),
      );
    };
  }

  private async infer(call: ServerUnaryCall<ModelInferRequest, object>, answer: sendUnaryData<object>): Promise<void> {
    const { service } = this;
    const startMs = performance.now();
    let [open, refusal]: [RequestCall | undefined, Refusal | undefined] = [undefined, undefined];
    const receivedBytes = sizeOf(call.request.raw_input_contents);
    let sentBytes = 0;
    const hold = this.options.budget.hold();
    // The library says so once the answer is out, and when the client is gone.
    const isOut = new Promise<void>((done) => call.once('cancelled', () => done()));
    try {
      open = service.open(headersOf(call));
      const inner = open;
      call.on('cancelled', () => inner.end(new Refusal(499, say('request.left', {}))));
      hold.grow(receivedBytes);
      this.checkModel(call.request.model_name, call.request.model_version);
      const asked = requestOf(call.request);
      const received = this.timed.arrivalOf(call.metadata, receivedBytes);
      const { outputs, parameters } = await service.answer(asked, open, received);
      const wanted = asked.outputs?.map(({ name }) => {
        const found = outputs.find((output) => output.name === name);
        if (found === undefined) throw new Refusal(400, say('request.noOutput', { name }));
        return found;
      });
      const tensors = wanted ?? outputs;
      const raw = tensors.map(({ data }) => data);
      sentBytes = sizeOf(raw);
      hold.grow(sentBytes);
      answer(null, {
        model_name: service.contract.model,
        model_version: '1',
        id: call.request.id,
        parameters: writeParameters(parameters),
        outputs: tensors.map(describeTensor),
        raw_output_contents: raw,
      });
    } catch (error) {
      refusal = service.refusalOf(error);
      sentBytes = 0;
      answer(grpcError(refusal));
    }
    const timed = open ?? { elapsedMs: performance.now() - startMs, requestId: '-' };
    service.record(timed, { receivedBytes, sentBytes, refusal });
    await isOut;
    hold.release();
    if (open !== undefined) service.close(open);
  }

  private checkModel(name: string, version: string): void {
    const { model } = this.service.contract;
    if (name === model && (version === '' || version === '1')) return;
    throw new Refusal(
      404,
      `There is no model "${name}"${version && ` of version ${version}`}. This relay serves "${model}".`,
    );
  }
}

function requestOf({ id, inputs, outputs, parameters, raw_input_contents: raw }: ModelInferRequest): InferenceRequest {
  const said = readParameters(parameters);
  const { [timingParameter]: timing, [artifactParameter]: artifact, [routeParameter]: route } = said;
  const { [endedParameter]: ended } = said;
  const sequence = sequenceIn({ ...said, ...(typeof ended === 'string' && { [endedParameter]: jsonOrText(ended) }) });
  return {
    id: id === '' ? undefined : id,
    inputs: readTensors(inputs, raw),
    outputs: outputs.length === 0 ? undefined : outputs.map(({ name }) => ({ name, binary: true })),
    binaryOutput: true,
    wantsTiming: timing === true,
    artifact: typeof artifact === 'string' ? artifact : undefined,
    route: typeof route === 'string' ? jsonOrText(route) : route,
    ...(sequence !== undefined && { sequence }),
  };
}

/** What a request over HTTP would say in its headers. */
function headersOf(call: ServerUnaryCall<ModelInferRequest, object>): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const field of [requestIdField, 'authorization', ...tracingFields]) {
    const value = textOf(call.metadata, field);
    if (value !== undefined) headers[field] = value;
  }
  const told = Number(textOf(call.metadata, timeoutField) ?? Number.POSITIVE_INFINITY);
  const leftMs = Math.min(Number(call.getDeadline()) - Date.now(), told);
  if (Number.isFinite(leftMs)) headers[timeoutField] = String(Math.max(0, leftMs));
  return headers;
}

function sizeOf(parts: readonly Uint8Array[]): number {
  return parts.reduce((sum, { byteLength }) => sum + byteLength, 0);
}
