import { Client, credentials, Metadata, type ServiceError, status } from '@grpc/grpc-js';
import { Ending } from '../../runtime/ending';
import type { Call } from '../../runtime/executor';
import { Refusal } from '../../runtime/refusal';
import type { Tensor } from '../../runtime/tensor';
import { say } from '../../shared/messages/say';
import { LinkShaper } from '../execution/linkShaper';
import type {
  InferenceClientOptions,
  InferenceSettings,
  ServerDescription,
  TensorServer,
} from '../execution/tensorServer';
import type { InferenceResponse } from '../inference/message';
import {
  artifactParameter,
  holdingParameter,
  linksParameter,
  receivedParameter,
  timeLeft,
  timingParameter,
} from '../inference/travelling';
import { inferenceServiceDefinition, type MethodName, probeServiceDefinition } from './descriptor';
import type { ModelInferResponse, ProbeResponse } from './messages';
import { jsonOrText } from './metadataFields';
import { refusalOfGrpc } from './status';
import { describeTensor, readParameters, readTensors, writeParameters } from './tensors';

/** How long a question about the server itself may take. */
const questionTimeoutMs = 2000;
/** Even over a slow link a probe takes no longer. */
const probeTimeoutMs = 10_000;

/** A client of any server that speaks the Open Inference Protocol v2 over gRPC; tensors travel raw. */
export class GrpcInferenceClient implements TensorServer {
  private readonly client: Client;
  private readonly definition = { ...inferenceServiceDefinition(), ...probeServiceDefinition() };
  private readonly shaper: LinkShaper | undefined;
  private description: ServerDescription | undefined;

  constructor(private readonly options: InferenceClientOptions) {
    const { address, certificateAuthority, maxBodyBytes, link } = options;
    const [, scheme, target = ''] = /^(grpcs?):\/\/([^/]+)\/?$/i.exec(address) ?? [];
    const authority = certificateAuthority === undefined ? null : Buffer.from(certificateAuthority);
    const secure = scheme?.toLowerCase() === 'grpcs' ? credentials.createSsl(authority) : credentials.createInsecure();
    this.client = new Client(target, secure, {
      'grpc.max_receive_message_length': maxBodyBytes,
      'grpc.max_send_message_length': -1,
      'grpc.keepalive_time_ms': 20_000,
      'grpc.keepalive_permit_without_calls': 1,
      // A server that comes back is found again soon.
      'grpc.max_reconnect_backoff_ms': 1000,
    });
    this.shaper = link && new LinkShaper(link);
  }

  async isReady(): Promise<boolean> {
    try {
      const { message } = await this.ask<{ ready: boolean }>('ModelReady', this.model());
      return message.ready;
    } catch {
      return false;
    }
  }

  async describe(): Promise<ServerDescription> {
    const { message, metadata } = await this.ask<{ platform: string }>('ModelMetadata', this.model());
    const [artifact] = metadata.get(artifactParameter);
    const [holding] = metadata.get(holdingParameter);
    const told = typeof holding === 'string' ? { [holdingParameter]: jsonOrText(holding) } : {};
    const parameters = artifact === undefined ? {} : { parameters: { [artifactParameter]: artifact, ...told } };
    this.description = { takesBinary: true, metadata: { ...message, ...parameters } };
    return this.description;
  }

  async infer(
    inputs: readonly Tensor[],
    call: Call,
    { parameters = {}, check }: InferenceSettings = {},
  ): Promise<InferenceResponse> {
    const description = this.description ?? (await this.describe().catch(() => undefined));
    if (description !== undefined) check?.(description);
    const raw = inputs.map(({ data }) => data);
    const sentBytes = sizeOf(raw);
    const start = performance.now();
    const report = (httpStatus: number, receivedBytes: number) =>
      this.options.observe?.({ status: httpStatus, elapsedMs: performance.now() - start, sentBytes, receivedBytes });
    try {
      await this.shaper?.transfer(sentBytes, call.ending.signal).catch(() => Promise.reject(this.ended(call)));
      const request = {
        model_name: this.options.modelName,
        id: call.id ?? '',
        parameters: writeParameters({ ...parameters, ...(call.wantsTiming && { [timingParameter]: true }) }),
        inputs: inputs.map(describeTensor),
        raw_input_contents: raw,
      };
      const { message } = await this.send<ModelInferResponse>('ModelInfer', request, metadataFor(call), call);
      report(200, sizeOf(message.raw_output_contents));
      return this.read(message);
    } catch (error) {
      if (Refusal.is(error)) report(error.status, 0);
      throw error;
    }
  }

  async probe(bytes: number, headers: Readonly<Record<string, string>>): Promise<unknown> {
    const limit = within(probeTimeoutMs);
    const request = { payload: new Uint8Array(bytes) };
    const { message } = await this.send<ProbeResponse>('Probe', request, metadataOf(headers), limit);
    return jsonOrText(message.received);
  }

  close(): void {
    this.client.close();
  }

  private read(message: ModelInferResponse): InferenceResponse {
    try {
      const outputs = readTensors(message.outputs, message.raw_output_contents);
      const parameters = readParameters(message.parameters);
      for (const name of [timingParameter, linksParameter, receivedParameter]) {
        const text = parameters[name];
        if (typeof text === 'string') parameters[name] = JSON.parse(text);
      }
      return { id: message.id || undefined, outputs, parameters };
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new Refusal(502, say('peer.noResponse', { title: this.options.title, reason }));
    }
  }

  private model() {
    return { name: this.options.modelName, version: '' };
  }

  private ask<Response>(method: MethodName, request: object) {
    return this.send<Response>(method, request, new Metadata(), within(questionTimeoutMs));
  }

  private send<Response>(
    method: MethodName | 'Probe',
    request: object,
    metadata: Metadata,
    { ending, deadlineMs }: Pick<Call, 'ending' | 'deadlineMs'>,
  ): Promise<{ message: Response; metadata: Metadata }> {
    const rpc = this.definition[method];
    if (rpc === undefined) throw new Error(`there is no method ${method}`);
    if (this.options.token !== undefined) metadata.set('authorization', `Bearer ${this.options.token}`);
    return new Promise((done, fail) => {
      let first = new Metadata();
      const sent = this.client.makeUnaryRequest(
        rpc.path,
        rpc.requestSerialize,
        rpc.responseDeserialize,
        request,
        metadata,
        { deadline: deadlineOf(deadlineMs) },
        (error, message) => {
          ending.ignore(cancel);
          if (error !== null) fail(this.refusalOf(error, ending));
          else done({ message: message as Response, metadata: first });
        },
      );
      sent.on('metadata', (received: Metadata) => {
        first = received;
      });
      const cancel = () => sent.cancel();
      ending.hear(cancel);
    });
  }

  private refusalOf(error: ServiceError, ending: Ending): Refusal {
    const { title, address } = this.options;
    if (ending.isOver || error.code === status.CANCELLED) return this.ended({ ending });
    // Without a word of the server it is the deadline that this side set.
    const isOwn = error.code === status.DEADLINE_EXCEEDED && error.metadata.get('dnnsplit-status').length === 0;
    return isOwn ? this.late() : refusalOfGrpc(title, address, error);
  }

  private ended({ ending: { reason } }: Pick<Call, 'ending'>): Refusal {
    return Refusal.is(reason) && reason.status !== 504 ? reason : this.late();
  }

  private late(): Refusal {
    return new Refusal(504, say('peer.late', { title: this.options.title, address: this.options.address }));
  }
}

function within(timeoutMs: number): Pick<Call, 'ending' | 'deadlineMs'> {
  return { ending: Ending.with(AbortSignal.timeout(timeoutMs)), deadlineMs: performance.now() + timeoutMs };
}

/** On the clock of `Date`. */
function deadlineOf(deadlineMs: number): number {
  return Date.now() + Math.max(1, deadlineMs - performance.now());
}

function metadataFor(call: Call): Metadata {
  return metadataOf({ ...call.headers, ...timeLeft(call) });
}

function metadataOf(headers: Readonly<Record<string, string>>): Metadata {
  const metadata = new Metadata();
  for (const [name, value] of Object.entries(headers)) metadata.set(name, value);
  return metadata;
}

function sizeOf(parts: readonly Uint8Array[]): number {
  return parts.reduce((sum, { byteLength }) => sum + byteLength, 0);
}
