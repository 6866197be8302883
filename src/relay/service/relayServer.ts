import { createServer as createHttpServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { Refusal } from '../../runtime/refusal';
import { say } from '../../shared/messages/say';
import { DnnSplitError } from '../../shared/work/errors';
import { Arrivals } from '../adaptive/arrivals';
import { directCodec, type MessageCodec } from '../inference/messageCodec';
import { accessCheck } from './access';
import { configOf, extensionsOf, metadataOf, serverName, statisticsOf } from './description';
import { answerProbe, type HttpInferenceOptions, inferOverHttp } from './httpInference';
import type { InferenceService } from './inferenceService';
import type { Log } from './log';
import { MemoryBudget } from './memoryBudget';
import { type RouteName, routesOf } from './route';

export interface RelayServerOptions {
  readonly host: string;
  /** 0 for a free port. */
  readonly port: number;
  readonly version: string;
  readonly maxBodyBytes: number;
  /** Time from a request's arrival until its answer. */
  readonly timeoutMs: number;
  /** How long new requests are still answered once the relay is told to stop, while it says that it is not ready. */
  readonly drainMs: number;
  /** How long requests that run may still take after that. */
  readonly graceMs: number;
  readonly token?: string;
  /** PEM texts. */
  readonly tls?: { readonly certificate: string; readonly key: string };
  readonly log: Log;
}

/** Bodies of the largest size that are held at once; smaller ones may be more. */
const bodiesAtOnce = 2;
/** Longer than callers leave a connection unused, so that it is never closed while they send. */
const keepAliveMs = 75_000;
/** So often a relay that stops looks for connections that nobody uses any more. */
const sweepMs = 50;

/** Serves a tier over HTTP with the Open Inference Protocol v2 and its binary tensor extension. */
export class RelayServer {
  private readonly server: Server;
  private readonly checkAccess: (authorization: string | undefined) => void;
  private readonly inference: HttpInferenceOptions;
  private readonly routeOf: ReturnType<typeof routesOf>;

  constructor(
    private readonly service: InferenceService,
    private readonly options: RelayServerOptions,
    codec: MessageCodec = directCodec,
  ) {
    const { token, tls, maxBodyBytes, timeoutMs } = options;
    this.checkAccess = accessCheck(token);
    this.routeOf = routesOf(service.contract.model);
    this.inference = {
      service,
      budget: new MemoryBudget(bodiesAtOnce * maxBodyBytes),
      codec,
      arrivals: new Arrivals(),
      maxBodyBytes,
      stallMs: timeoutMs,
      refuse: (request, response, refusal) => this.refuse(request, response, refusal),
    };
    const handle = (request: IncomingMessage, response: ServerResponse) => void this.handle(request, response);
    this.server = tls ? createHttpsServer({ cert: tls.certificate, key: tls.key }, handle) : createHttpServer(handle);
    // Whoever asks before sending is answered before anything is read.
    this.server.on('checkContinue', handle);
    // Somewhat later than `collect` gives up, which can say why.
    this.server.requestTimeout = timeoutMs + 1000;
    this.server.headersTimeout = Math.min(timeoutMs, 20_000);
    this.server.keepAliveTimeout = keepAliveMs;
    // A client that has sent everything may say so and still waits for its answer.
    Object.assign(this.server, { httpAllowHalfOpen: true });
  }

  /** @returns the port that it listens on @throws DnnSplitError when the address is taken or not allowed */
  listen(): Promise<number> {
    const { host, port } = this.options;
    return new Promise((done, fail) => {
      this.server.on('error', (error) => {
        this.options.log(error.message, { level: 'error' });
        fail(
          new DnnSplitError(
            'file-system',
            say('relay.cannotListen', { address: `${host}:${port}`, reason: error.message }),
          ),
        );
      });
      this.server.listen(port, host, () => done((this.server.address() as AddressInfo).port));
    });
  }

  /**
   * Says first that it is not ready, so that whoever spreads requests sends them elsewhere, and answers those that come
   * meanwhile; then takes no new ones, lets those that run finish within the grace time, and closes.
   * @param drainMs overrides the time until it closes for new requests
   */
  async stop(drainMs = this.options.drainMs): Promise<void> {
    this.service.drain();
    if (drainMs > 0) await delay(drainMs);
    const closed = new Promise<void>((done) => this.server.close(() => done()));
    this.server.closeIdleConnections();
    // Those whose last answer was under way by then.
    const sweep = setInterval(() => this.server.closeIdleConnections(), sweepMs);
    const force = setTimeout(() => this.server.closeAllConnections(), this.options.graceMs);
    await closed;
    clearInterval(sweep);
    clearTimeout(force);
    await this.inference.codec.close();
  }

  private async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    // A client that goes away while it is answered is no failure of the relay.
    response.on('error', () => undefined);
    // A connection that is kept would bring the next request, until it is cut in the middle of one.
    if (this.service.draining) response.shouldKeepAlive = false;
    const startMs = performance.now();
    try {
      const route = this.routeOf(request.method ?? '', request.url ?? '');
      if (route === 'live') return void sendJson(response, 200, { live: true });
      if (route === 'ready') return await this.sendReadiness(response);
      this.checkAccess(request.headers.authorization);
      if (route === 'infer') return await inferOverHttp(request, response, this.inference);
      if (route === 'probe') return void sendJson(response, 200, await answerProbe(request, this.inference));
      this.describe(route, response);
    } catch (error) {
      const refusal = this.service.refusalOf(error);
      const sentBytes = this.refuse(request, response, refusal);
      this.service.record(
        { elapsedMs: performance.now() - startMs, requestId: '-' },
        { receivedBytes: 0, sentBytes, refusal },
      );
    }
  }

  private describe(route: Exclude<RouteName, 'live' | 'ready' | 'infer' | 'probe'>, response: ServerResponse): void {
    const { contract, metrics } = this.service;
    switch (route) {
      case 'metrics':
        response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4' });
        response.end(this.service.metricsText());
        break;
      case 'server':
        sendJson(response, 200, {
          name: serverName,
          version: this.options.version,
          extensions: extensionsOf(contract),
        });
        break;
      case 'model':
        sendJson(response, 200, metadataOf(contract));
        break;
      case 'config':
        sendJson(response, 200, configOf(contract));
        break;
      case 'statistics':
        sendJson(response, 200, statisticsOf(contract, metrics));
        break;
      case 'index':
        sendJson(response, 200, [{ name: contract.model, version: '1', state: 'READY', reason: '' }]);
        break;
    }
  }

  private async sendReadiness(response: ServerResponse): Promise<void> {
    const reason = await this.service.obstacle();
    const ready = reason === undefined;
    sendJson(response, ready ? 200 : 503, { name: this.service.contract.model, ready, ...(!ready && { reason }) });
  }

  /** @returns bytes that were sent */
  private refuse(request: IncomingMessage, response: ServerResponse, refusal: Refusal): number {
    if (response.headersSent || response.destroyed) {
      response.destroy();
      return 0;
    }
    const { status, message, retryAfterS, headers, details } = refusal;
    const retry = retryAfterS === undefined ? {} : { 'retry-after': String(retryAfterS) };
    // What is left of the request's body is not worth reading.
    const close = request.complete && !this.service.draining ? {} : { connection: 'close' };
    return sendJson(response, status, { error: message, ...details }, { ...headers, ...retry, ...close });
  }
}

/** @returns bytes of the body */
function sendJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): number {
  const text = JSON.stringify(body);
  const bytes = Buffer.byteLength(text);
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': bytes, ...headers });
  response.end(text);
  return bytes;
}
