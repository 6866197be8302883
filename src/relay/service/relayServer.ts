import { timingSafeEqual } from 'node:crypto';
import { createServer as createHttpServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { Refusal } from '../../runtime/refusal';
import { datatypeOf } from '../../runtime/tensor';
import type { ContractDocument, ContractTensor } from '../../shared/documents/contract';
import { DnnSplitError } from '../../shared/errors';
import { urlSegment } from '../../shared/escape/url';
import { collect } from '../inference/collect';
import {
  decodeRequest,
  type EncodedMessage,
  encodeResponse,
  headerLengthField,
  timingParameter,
} from '../inference/message';
import { Admission } from './admission';
import { BodyBudget } from './bodyBudget';
import type { Hop } from './hop';
import type { Metrics } from './metrics';

export interface RelayServerOptions {
  readonly host: string;
  /** 0 for a free port. */
  readonly port: number;
  readonly version: string;
  readonly maxBodyBytes: number;
  readonly maxRunning: number;
  readonly maxWaiting: number;
  /** Time from a request's arrival until its answer. */
  readonly timeoutMs: number;
  /** How long requests that run may still take once the relay is told to stop. */
  readonly graceMs: number;
  readonly token?: string;
  /** PEM texts. */
  readonly tls?: { readonly certificate: string; readonly key: string };
  readonly log: (line: string) => void;
}

/** Bodies of the largest size that are held at once; smaller ones may be more. */
const bodiesAtOnce = 2;

/** Serves a tier over HTTP with the Open Inference Protocol v2 and its binary tensor extension. */
export class RelayServer {
  private readonly server: Server;
  private readonly admission: Admission;
  private readonly budget: BodyBudget;
  private readonly modelPath: string;
  private stopping = false;

  constructor(
    private readonly contract: ContractDocument,
    private readonly hop: Hop,
    private readonly metrics: Metrics,
    private readonly options: RelayServerOptions,
  ) {
    this.admission = new Admission(options.maxRunning, options.maxWaiting);
    this.budget = new BodyBudget(bodiesAtOnce * options.maxBodyBytes);
    this.modelPath = `/v2/models/${urlSegment(contract.model)}`;
    const handle = (request: IncomingMessage, response: ServerResponse) => void this.handle(request, response);
    this.server = options.tls
      ? createHttpsServer({ cert: options.tls.certificate, key: options.tls.key }, handle)
      : createHttpServer(handle);
    // Somewhat later than `collect` gives up, which can say why.
    this.server.requestTimeout = options.timeoutMs + 1000;
    this.server.headersTimeout = Math.min(options.timeoutMs, 20_000);
  }

  /** @returns the port that it listens on @throws DnnSplitError when the address is taken or not allowed */
  listen(): Promise<number> {
    const { host, port } = this.options;
    return new Promise((done, fail) => {
      this.server.on('error', (error) => {
        this.options.log(error.message);
        fail(
          new DnnSplitError(
            'file-system',
            `The relay cannot listen on ${host}:${port}: ${error.message}. Choose another --port or --host.`,
          ),
        );
      });
      this.server.listen(port, host, () => done((this.server.address() as AddressInfo).port));
    });
  }

  /** Takes no new requests, lets those that run finish within the grace time, then closes. */
  async stop(): Promise<void> {
    this.stopping = true;
    const closed = new Promise<void>((done) => this.server.close(() => done()));
    this.server.closeIdleConnections();
    const force = setTimeout(() => this.server.closeAllConnections(), this.options.graceMs);
    await closed;
    clearTimeout(force);
  }

  private async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    // A client that goes away while it is answered is no failure of the relay.
    response.on('error', (error) => this.options.log(`An answer could not be sent: ${error.message}`));
    try {
      await this.route(request, response);
    } catch (error) {
      this.refuse(request, response, error);
    }
  }

  private async route(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = new URL(request.url ?? '/', 'http://relay').pathname.replace(/\/versions\/1(?=\/|$)/, '');
    if (path === '/v2/health/live') return sendJson(response, 200, { live: true });
    if (path === '/v2/health/ready') return this.sendReadiness(response);
    this.checkAccess(request);
    if (path === '/metrics') return this.sendMetrics(response);
    if (path === '/v2')
      return sendJson(response, 200, {
        name: 'dnnsplit-relay',
        version: this.options.version,
        extensions: ['binary_tensor_data'],
      });
    if (path === this.modelPath) return sendJson(response, 200, metadataOf(this.contract));
    if (path === `${this.modelPath}/ready`) return this.sendReadiness(response);
    if (path === `${this.modelPath}/infer`) return this.infer(request, response);
    throw new Refusal(404, `There is nothing at ${path}; this relay serves ${this.modelPath}/infer.`);
  }

  private checkAccess(request: IncomingMessage): void {
    const { token } = this.options;
    if (token === undefined) return;
    const given = Buffer.from(request.headers.authorization ?? '');
    const wanted = Buffer.from(`Bearer ${token}`);
    const matches = given.byteLength === wanted.byteLength && timingSafeEqual(given, wanted);
    if (!matches) throw new Refusal(401, 'This relay wants its token: send "Authorization: Bearer ...".');
  }

  private async sendReadiness(response: ServerResponse): Promise<void> {
    const ready = !this.stopping && (await this.hop.isReady());
    sendJson(response, ready ? 200 : 503, { name: this.contract.model, ready });
  }

  private sendMetrics(response: ServerResponse): void {
    response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4' });
    response.end(this.metrics.text(this.admission.runningCount, this.admission.waitingCount));
  }

  private async infer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.method !== 'POST') throw new Refusal(405, 'Inference is asked for with POST.');
    if (this.stopping) throw new Refusal(503, 'This relay is shutting down; try again shortly.', 1);
    const announced = Number(request.headers['content-length'] ?? 0);
    if (announced > this.options.maxBodyBytes) {
      throw new Refusal(413, `The request has ${announced} bytes, but ${this.options.maxBodyBytes} are allowed here.`);
    }
    const start = performance.now();
    const signal = AbortSignal.any([AbortSignal.timeout(this.options.timeoutMs), whenClosed(response)]);
    this.admission.refuseWhenFull();
    const held = this.budget.hold();
    try {
      // Before it takes a place: a sender that is slow must not keep others from running.
      const body = await collect(request, { maxBytes: this.options.maxBodyBytes, signal, grows: held.grow });
      const leave = await this.admission.enter(signal);
      try {
        const message = await this.answer(request, body, signal, performance.now() - start);
        this.metrics.answered(200, body.byteLength, Number(message.headers['content-length']));
        this.metrics.request.observe((performance.now() - start) / 1e3);
        response.writeHead(200, message.headers);
        for (const part of message.parts) response.write(part);
        response.end();
      } finally {
        leave();
      }
    } finally {
      held.release();
    }
  }

  private async answer(
    request: IncomingMessage,
    body: Uint8Array,
    signal: AbortSignal,
    waitedMs: number,
  ): Promise<EncodedMessage> {
    const length = request.headers[headerLengthField];
    const asked = decodeRequest(body, length === undefined ? undefined : Number(length));
    const { outputs, timings } = await this.hop.answer(asked.inputs, asked.wantsTiming, signal);
    const [own, ...above] = timings;
    const extra = asked.wantsTiming ? { [timingParameter]: [{ ...own, waitedMs }, ...above] } : {};
    return encodeResponse(this.contract.model, asked, outputs, extra);
  }

  private refuse(request: IncomingMessage, response: ServerResponse, error: unknown): void {
    const refusal =
      error instanceof Refusal ? error : new Refusal(500, 'The relay hit an unexpected error; its log has the detail.');
    if (!(error instanceof Refusal))
      this.options.log(error instanceof Error ? (error.stack ?? error.message) : String(error));
    if (request.method === 'POST') this.metrics.answered(refusal.status, 0, 0);
    if (response.headersSent || response.destroyed) return;
    const retry = refusal.retryAfterS === undefined ? {} : { 'retry-after': String(refusal.retryAfterS) };
    // What is left of the request's body is not worth reading.
    const close = request.complete ? {} : { connection: 'close' };
    sendJson(response, refusal.status, { error: refusal.message }, { ...retry, ...close });
  }
}

function sendJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  const text = JSON.stringify(body);
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
    ...headers,
  });
  response.end(text);
}

/** Aborts when the client goes away before it has its answer. */
function whenClosed(response: ServerResponse): AbortSignal {
  const controller = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) controller.abort();
  });
  return controller.signal;
}

/** Model metadata of the protocol; dimensions that a request decides are -1. */
function metadataOf(contract: ContractDocument): unknown {
  const describe = (tensor: ContractTensor) => ({
    name: tensor.name,
    datatype: datatypeOf(tensor.dtype) ?? tensor.dtype,
    shape: (tensor.shape ?? []).map((dim) => (typeof dim === 'string' ? -1 : dim)),
  });
  return {
    name: contract.model,
    versions: ['1'],
    platform: 'dnnsplit_relay',
    inputs: contract.receives.map(describe),
    outputs: [...contract.answers, ...contract.answersAbove].map(describe),
  };
}
