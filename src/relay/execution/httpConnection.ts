import {
  type Agent as HttpAgent,
  request as httpRequest,
  type IncomingHttpHeaders,
  Agent as PlainAgent,
} from 'node:http';
import { request as httpsRequest, Agent as TlsAgent } from 'node:https';
import type { Socket } from 'node:net';
import { Refusal } from '../../runtime/refusal';
import { say } from '../../shared/messages/say';
import { DnnSplitError } from '../../shared/work/errors';
import { collect } from '../inference/collect';

export interface HttpConnectionOptions {
  /** Base address, for example `http://edge:8000`. */
  readonly address: string;
  readonly token?: string | undefined;
  /** Certificates to trust instead of those of the system, PEM. */
  readonly certificateAuthority?: string | undefined;
  /** Time until a connection stands, the look-up of its name and TLS included. */
  readonly connectTimeoutMs: number;
  /** Largest answer that is taken. */
  readonly maxBodyBytes: number;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Uint8Array;
}

/** A kept connection that the server had closed, which shows only when it is used again (it may have been restarted). */
export class StaleConnectionError extends Error {}

/** No connection within its time; the server cannot have seen the request. */
export class ConnectTimeoutError extends Error {}

/** Connections beyond this wait in line; a server that takes so many at once is busy anyway. */
const mostConnections = 256;
/** A quiet connection is used now and then, so that neither the server nor anything between drops it. */
const pingIntervalMs = 20_000;

/** Connections to one server, kept open. */
export class HttpConnection {
  readonly origin: string;
  private readonly agent: HttpAgent;
  private readonly request: typeof httpRequest;
  private readonly target: { readonly hostname: string; readonly port: string; readonly path: string };
  private readonly access: Readonly<Record<string, string>>;
  private readonly ping: NodeJS.Timeout;
  private lastUseMs = 0;

  constructor(private readonly options: HttpConnectionOptions) {
    const base = parseAddress(options.address);
    const isTls = base.protocol === 'https:';
    this.origin = base.origin;
    this.request = isTls ? httpsRequest : httpRequest;
    const hostname = base.hostname.replace(/^\[|\]$/g, '');
    this.target = { hostname, port: base.port, path: base.pathname.replace(/\/$/, '') };
    this.access = options.token === undefined ? {} : { authorization: `Bearer ${options.token}` };
    const { certificateAuthority: ca } = options;
    const settings = { keepAlive: true, maxSockets: mostConnections, maxFreeSockets: mostConnections, noDelay: true };
    this.agent = isTls ? new TlsAgent({ ...settings, ...(ca !== undefined && { ca }) }) : new PlainAgent(settings);
    this.ping = setInterval(() => this.keepAlive(), pingIntervalMs).unref();
  }

  /**
   * Sends a request and reads its whole answer.
   * @throws the signal's reason, ConnectTimeoutError, StaleConnectionError, Refusal 502 for an answer that breaks off, errors of the network
   */
  send(
    method: 'GET' | 'POST',
    path: string,
    headers: Readonly<Record<string, string>>,
    parts: readonly Uint8Array[],
    signal: AbortSignal,
  ): Promise<HttpAnswer> {
    this.lastUseMs = performance.now();
    return new Promise((done, fail) => {
      const sent = this.request(
        {
          ...this.target,
          path: `${this.target.path}${path}`,
          method,
          agent: this.agent,
          signal,
          headers: { ...headers, ...this.access },
        },
        (response) => {
          collect(response, { maxBytes: this.options.maxBodyBytes }).then(
            (body) => done({ status: response.statusCode ?? 0, headers: response.headers, body }),
            (error: Error) => fail(new Refusal(502, `the answer is incomplete: ${error.message}`)),
          );
        },
      );
      const limit = this.limitConnecting(sent);
      sent.on('socket', limit);
      // Not `once`: a socket may fail again while it is torn down.
      sent.on('error', (error) =>
        fail(sent.reusedSocket && isReset(error) ? new StaleConnectionError(error.message) : error),
      );
      sent.cork();
      for (const part of parts) sent.write(part);
      sent.end();
      sent.uncork();
    });
  }

  close(): void {
    clearInterval(this.ping);
    this.agent.destroy();
  }

  private limitConnecting(sent: { destroy(error: Error): unknown }) {
    return (socket: Socket) => {
      if (!socket.connecting) return;
      const { connectTimeoutMs } = this.options;
      const timer = setTimeout(() => {
        sent.destroy(new ConnectTimeoutError(`no connection within ${connectTimeoutMs} ms`));
      }, connectTimeoutMs);
      const stop = () => clearTimeout(timer);
      socket.once(this.agent instanceof TlsAgent ? 'secureConnect' : 'connect', stop).once('close', stop);
    };
  }

  private keepAlive(): void {
    if (performance.now() - this.lastUseMs < pingIntervalMs / 2) return;
    this.send('GET', '/v2/health/live', {}, [], AbortSignal.timeout(this.options.connectTimeoutMs)).catch(
      () => undefined,
    );
  }
}

/** @throws DnnSplitError `bad-usage` */
function parseAddress(address: string): URL {
  if (/^https?:\/\//i.test(address) && URL.canParse(address)) return new URL(address);
  throw new DnnSplitError('bad-usage', say('relay.address', { address }));
}

/** Errors of a connection that was never made: another try cannot run the request twice. */
const neverConnected = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH']);

/** True where the server cannot have begun to work on the request, and may be there a moment later. */
export function mayTryAgain(error: unknown): boolean {
  return error instanceof StaleConnectionError || neverConnected.has(codeOf(error));
}

function isReset(error: Error): boolean {
  return codeOf(error) === 'ECONNRESET' || codeOf(error) === 'EPIPE';
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}
