import { type Agent as HttpAgent, request as httpRequest, Agent as PlainAgent } from 'node:http';
import { request as httpsRequest, Agent as TlsAgent } from 'node:https';
import { setTimeout as delay } from 'node:timers/promises';
import { Refusal } from '../../runtime/refusal';
import type { Tensor } from '../../runtime/tensor';
import { urlSegment } from '../../shared/escape/url';
import { collect } from '../inference/collect';
import { decodeResponse, encodeRequest, headerLengthField, type InferenceResponse } from '../inference/message';
import { type LinkShape, LinkShaper } from './linkShaper';

export interface InferenceClientOptions {
  /** Base address of a v2 server, for example `http://edge:8000`. */
  readonly address: string;
  readonly modelName: string;
  readonly token?: string;
  readonly timeoutMs: number;
  /** Largest answer that is taken. */
  readonly maxBodyBytes: number;
  /** Tries after the first one, each only where the server cannot have begun to work. */
  readonly retries: number;
  /** A slower link that the connection shall behave like. */
  readonly link?: LinkShape;
  /** Names the server in error messages. */
  readonly title: string;
}

/** A kept connection that the server had closed, which shows only when it is used again (it may have been restarted). */
class StaleConnectionError extends Error {}

/** Errors of a connection that was never made: another try cannot run the request twice. */
const neverConnected = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH']);

/** A client of any server that speaks the Open Inference Protocol v2 over HTTP with binary tensors. */
export class InferenceClient {
  private readonly agent: HttpAgent;
  private readonly base: URL;
  private readonly shaper: LinkShaper | undefined;

  constructor(private readonly options: InferenceClientOptions) {
    this.base = new URL(options.address.endsWith('/') ? options.address : `${options.address}/`);
    this.shaper = options.link && new LinkShaper(options.link);
    const settings = { keepAlive: true, maxSockets: 64 };
    this.agent = this.base.protocol === 'https:' ? new TlsAgent(settings) : new PlainAgent(settings);
  }

  async isReady(): Promise<boolean> {
    const path = `v2/models/${urlSegment(this.options.modelName)}/ready`;
    try {
      const { status } = await this.send('GET', path, {}, [], AbortSignal.timeout(2000));
      return status === 200;
    } catch {
      return false;
    }
  }

  /** @throws Refusal 400 that the server gave, 502 where it cannot be reached or fails, 503 when it is busy, 504 when it is late */
  async infer(inputs: readonly Tensor[], wantsTiming: boolean, signal: AbortSignal): Promise<InferenceResponse> {
    const { headers, parts } = encodeRequest(inputs, wantsTiming);
    const path = `v2/models/${urlSegment(this.options.modelName)}/infer`;
    const limited = AbortSignal.any([signal, AbortSignal.timeout(this.options.timeoutMs)]);
    await this.shaper?.transfer(byteCount(parts), limited).catch(() => Promise.reject(this.late()));
    const { status, body, headerLength } = await this.sendAgain(path, headers, parts, limited);
    if (status === 200) return decodeResponse(body, headerLength);
    throw new Refusal(
      statusOf(status),
      `${this.options.title} answered ${status}: ${sentenceOf(body)}`,
      status === 503 ? 1 : undefined,
    );
  }

  close(): void {
    this.agent.destroy();
  }

  private async sendAgain(
    path: string,
    headers: Readonly<Record<string, string>>,
    parts: readonly Uint8Array[],
    signal: AbortSignal,
  ) {
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await this.send('POST', path, headers, parts, signal);
      } catch (error) {
        if (signal.aborted) throw this.late();
        if (!mayTryAgain(error) || attempt >= this.options.retries) throw this.unreachable(error);
        await delay(50 * 2 ** attempt, undefined, { signal }).catch(() => undefined);
        if (signal.aborted) throw this.late();
      }
    }
  }

  private late(): Refusal {
    return new Refusal(504, `${this.options.title} did not answer within ${this.options.timeoutMs} ms.`);
  }

  private unreachable(error: unknown): Refusal {
    if (error instanceof Refusal) return error;
    const reason = error instanceof Error ? error.message : String(error);
    return new Refusal(502, `${this.options.title} cannot be reached at ${this.base.origin}: ${reason}.`);
  }

  private send(
    method: 'GET' | 'POST',
    path: string,
    headers: Readonly<Record<string, string>>,
    parts: readonly Uint8Array[],
    signal: AbortSignal,
  ): Promise<{ status: number; body: Uint8Array; headerLength: number | undefined }> {
    const request = this.base.protocol === 'https:' ? httpsRequest : httpRequest;
    const access = this.options.token === undefined ? {} : { authorization: `Bearer ${this.options.token}` };
    return new Promise((done, fail) => {
      const sent = request(
        new URL(path, this.base),
        { method, agent: this.agent, signal, headers: { ...headers, ...access } },
        (response) => {
          collect(response, { maxBytes: this.options.maxBodyBytes }).then(
            (body) => {
              const length = response.headers[headerLengthField];
              done({
                status: response.statusCode ?? 0,
                body,
                headerLength: length === undefined ? undefined : Number(length),
              });
            },
            (error: Error) => fail(new Refusal(502, `${this.options.title} did not answer whole: ${error.message}`)),
          );
        },
      );
      // Not `once`: a socket may fail again while it is torn down.
      sent.on('error', (error) =>
        fail(sent.reusedSocket && isReset(error) ? new StaleConnectionError(error.message) : error),
      );
      for (const part of parts) sent.write(part);
      sent.end();
    });
  }
}

function mayTryAgain(error: unknown): boolean {
  return error instanceof StaleConnectionError || neverConnected.has(codeOf(error));
}

function isReset(error: Error): boolean {
  return codeOf(error) === 'ECONNRESET' || codeOf(error) === 'EPIPE';
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

function byteCount(parts: readonly Uint8Array[]): number {
  return parts.reduce((sum, { byteLength }) => sum + byteLength, 0);
}

function statusOf(status: number): 400 | 502 | 503 | 504 {
  return status === 400 || status === 503 || status === 504 ? status : 502;
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
