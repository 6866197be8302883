import { setTimeout as delay } from 'node:timers/promises';
import type { Call } from '../../runtime/executor';
import { Refusal, type RefusalStatus } from '../../runtime/refusal';
import type { Tensor } from '../../runtime/tensor';
import { urlSegment } from '../../shared/escape/url';
import { say } from '../../shared/messages/say';
import {
  decodeResponse,
  type EncodedMessage,
  encodeRequest,
  headerLengthField,
  headerLengthOf,
  type InferenceResponse,
} from '../inference/message';
import { probePath, receivedParameter, timeLeft, timingParameter } from '../inference/travelling';
import { type HttpAnswer, HttpConnection, mayTryAgain } from './httpConnection';
import { LinkShaper } from './linkShaper';
import type { InferenceClientOptions, InferenceSettings, ServerDescription, TensorServer } from './tensorServer';

/** How long a question about the server itself may take. */
const questionTimeoutMs = 2000;

/** Even over a slow link a probe takes no longer. */
const probeTimeoutMs = 10_000;

/** A client of any server that speaks the Open Inference Protocol v2 over HTTP. */
export class InferenceClient implements TensorServer {
  private readonly connection: HttpConnection;
  private readonly shaper: LinkShaper | undefined;
  private readonly modelPath: string;
  private description: ServerDescription | undefined;

  constructor(private readonly options: InferenceClientOptions) {
    this.connection = new HttpConnection(options);
    this.shaper = options.link && new LinkShaper(options.link);
    this.modelPath = `/v2/models/${urlSegment(options.modelName)}`;
  }

  async isReady(): Promise<boolean> {
    try {
      const { status } = await this.ask(`${this.modelPath}/ready`);
      return status === 200;
    } catch {
      return false;
    }
  }

  /** What the server is; it may have become another one since it was asked last. @throws Error of the network where it cannot be reached */
  async describe(signal: AbortSignal = AbortSignal.timeout(questionTimeoutMs)): Promise<ServerDescription> {
    const [server, model] = await Promise.all([this.ask('/v2', signal), this.ask(this.modelPath, signal)]);
    const extensions = objectOf(server)['extensions'];
    const takesBinary = !Array.isArray(extensions) || extensions.includes('binary_tensor_data');
    const description = { takesBinary, metadata: model.status === 200 ? objectOf(model) : {} };
    // A server that does not say what it holds yet is asked again.
    this.description = model.status === 200 ? description : undefined;
    return description;
  }

  /** @throws Refusal with the status that the server gave where that is the sender's, 502 where it cannot be reached or fails, 504 when it is late */
  async infer(
    inputs: readonly Tensor[],
    call: Call,
    { parameters = {}, check }: InferenceSettings = {},
  ): Promise<InferenceResponse> {
    const description = this.description ?? (await this.describeFor(call));
    check?.(description);
    const message = this.encode(inputs, call, description.takesBinary, parameters);
    const start = performance.now();
    const sentBytes = Number(message.headers['content-length']);
    const report = (status: number, receivedBytes: number) =>
      this.options.observe?.({ status, elapsedMs: performance.now() - start, sentBytes, receivedBytes });
    try {
      await this.shaper?.transfer(sentBytes, call.ending.signal).catch(() => Promise.reject(this.ended(call)));
      const answer = await this.sendAgain(message, call);
      report(answer.status, answer.body.byteLength);
      return this.decode(answer);
    } catch (error) {
      if (error instanceof NoAnswer) report(error.refusal.status, 0);
      throw error instanceof NoAnswer ? error.refusal : error;
    }
  }

  async probe(bytes: number, headers: Readonly<Record<string, string>>): Promise<unknown> {
    const head = { ...headers, 'content-type': 'application/octet-stream', 'content-length': String(bytes) };
    const signal = AbortSignal.timeout(probeTimeoutMs);
    const answer = await this.connection.send('POST', probePath, head, [new Uint8Array(bytes)], signal);
    return answer.status === 200 ? objectOf(answer)[receivedParameter] : undefined;
  }

  close(): void {
    this.connection.close();
  }

  /** A server that is not there yet may be a moment later, when the request itself is tried. */
  private describeFor(call: Call): Promise<ServerDescription> {
    return this.describe(call.ending.signal).catch((error: unknown) => {
      if (call.ending.isOver) throw this.ended(call);
      if (!mayTryAgain(error)) throw this.unreachable(error);
      return { takesBinary: true, metadata: {} };
    });
  }

  private encode(
    inputs: readonly Tensor[],
    { id, wantsTiming }: Call,
    binary: boolean,
    parameters: Readonly<Record<string, unknown>>,
  ): EncodedMessage {
    const all = { ...parameters, ...(wantsTiming && { [timingParameter]: true }) };
    try {
      return encodeRequest(inputs, { id, binary, parameters: all });
    } catch (error) {
      if (!Refusal.is(error)) throw error;
      throw new Refusal(502, say('peer.jsonOnly', { title: this.options.title, reason: error.message }));
    }
  }

  private decode({ status, headers, body }: HttpAnswer): InferenceResponse {
    const { title } = this.options;
    if (status === 200) return decodeResponse(body, headerLengthOf(headers[headerLengthField]), title);
    throw new Refusal(
      statusOf(status),
      say('peer.answered', { title, status, reason: sentenceOf(body) }),
      retryAfterS(status, headers),
      {},
      detailsOf(body),
    );
  }

  private async sendAgain(message: EncodedMessage, call: Call): Promise<HttpAnswer> {
    for (let attempt = 0; ; attempt += 1) {
      try {
        const headers = { ...call.headers, ...message.headers, ...timeLeft(call) };
        return await this.connection.send(
          'POST',
          `${this.modelPath}/infer`,
          headers,
          message.parts,
          call.ending.signal,
        );
      } catch (error) {
        if (call.ending.isOver) throw new NoAnswer(this.ended(call));
        if (!mayTryAgain(error) || attempt >= this.options.retries) throw new NoAnswer(this.unreachable(error));
        await delay(50 * 2 ** attempt, undefined, { signal: call.ending.signal }).catch(() => undefined);
        if (call.ending.isOver) throw new NoAnswer(this.ended(call));
      }
    }
  }

  private ask(path: string, signal: AbortSignal = AbortSignal.timeout(questionTimeoutMs)): Promise<HttpAnswer> {
    return this.connection.send('GET', path, {}, [], signal);
  }

  /** Why a request ended before its answer came. */
  private ended({ ending: { reason } }: Call): Refusal {
    if (Refusal.is(reason) && reason.status !== 504) return reason;
    return new Refusal(504, say('peer.late', { title: this.options.title, address: this.connection.origin }));
  }

  private unreachable(error: unknown): Refusal {
    const { title } = this.options;
    if (Refusal.is(error))
      return new Refusal(502, say('peer.failed', { title, address: this.connection.origin, reason: error.message }));
    const reason = error instanceof Error ? error.message : String(error);
    return new Refusal(502, say('peer.unreachable', { title, address: this.connection.origin, reason }));
  }
}

/** A request that came to no answer at all. */
class NoAnswer extends Error {
  constructor(readonly refusal: Refusal) {
    super(refusal.message);
  }
}

/** Longer ones are no relay's. */
const largestRefusalBytes = 64 * 1024;

/** Statuses that mean the same to the sender wherever they come from. */
const passedOn: readonly RefusalStatus[] = [400, 409, 413, 429, 503, 504];

function statusOf(status: number): RefusalStatus {
  return passedOn.find((known) => known === status) ?? (status === 408 ? 504 : 502);
}

function retryAfterS(status: number, { 'retry-after': given }: HttpAnswer['headers']): number | undefined {
  if (status !== 429 && status !== 503) return undefined;
  return given !== undefined && /^\d+$/.test(given) ? Number(given) : 1;
}

function objectOf({ body }: HttpAnswer): Readonly<Record<string, unknown>> {
  try {
    const parsed: unknown = JSON.parse(new TextDecoder().decode(body));
    return typeof parsed === 'object' && parsed !== null ? { ...parsed } : {};
  } catch {
    return {};
  }
}

/** What another relay says beside its sentence. */
function detailsOf(body: Uint8Array): Record<string, unknown> {
  if (body.byteLength > largestRefusalBytes) return {};
  try {
    const parsed: unknown = JSON.parse(new TextDecoder().decode(body));
    if (typeof parsed !== 'object' || parsed === null) return {};
    return Object.fromEntries(Object.entries(parsed).filter(([name]) => name.startsWith('dnnsplit_')));
  } catch {
    return {};
  }
}

function sentenceOf(body: Uint8Array): string {
  const text = new TextDecoder().decode(body.subarray(0, 2000));
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed === 'object' && parsed !== null && 'error' in parsed) return String(parsed.error);
  } catch {
    // Not JSON: the text itself must do.
  }
  return text.trim() || 'no reason given.';
}
