import { type MessagePort, Worker } from 'node:worker_threads';
import { Refusal, type RefusalStatus } from '../../runtime/refusal';
import { elementCount } from '../../runtime/tensor';
import { decodeRequest, type EncodedMessage, encodeResponse, type InferenceRequest } from './message';
import type { MessageCodec } from './messageCodec';

/** What tells a program that it runs as this worker. */
export const jsonWorkerRole = 'dnnsplit-json';

type Job =
  | { readonly kind: 'decode'; readonly arguments: Parameters<typeof decodeRequest> }
  | { readonly kind: 'encode'; readonly arguments: Parameters<typeof encodeResponse> };
type Result = InferenceRequest | EncodedMessage;
type Reply =
  | { readonly id: number; readonly result: Result }
  | { readonly id: number; readonly refusal: { readonly status: RefusalStatus; readonly message: string } };

/** JSON from this size on takes longer to read than its way to another thread. */
const largeJsonBytes = 200_000;
/** Elements whose JSON is about as long. */
const largeJsonElements = 20_000;

/** The worker's side: does what it is asked for, one after the other. */
export function serveJsonWorker(port: MessagePort): void {
  port.on('message', ({ id, job }: { id: number; job: Job }) => {
    try {
      const result = job.kind === 'decode' ? decodeRequest(...job.arguments) : encodeResponse(...job.arguments);
      port.postMessage({ id, result } satisfies Reply);
    } catch (error) {
      const refusal = Refusal.is(error) ? error : new Refusal(500, String(error));
      port.postMessage({ id, refusal: { status: refusal.status, message: refusal.message } } satisfies Reply);
    }
  });
}

/** Reads and writes large JSON in a thread of its own, so that other requests and the probes do not wait for it. */
export class JsonWorkerCodec implements MessageCodec {
  private worker: Worker | undefined;
  private lastId = 0;
  private readonly waiting = new Map<number, { done: (result: Result) => void; fail: (error: Error) => void }>();

  /** @param program file that serves as the worker when it is started with `jsonWorkerRole` */
  constructor(private readonly program: string) {}

  decode(body: Uint8Array, headerLength: number | undefined): InferenceRequest | Promise<InferenceRequest> {
    if ((headerLength ?? body.byteLength) < largeJsonBytes) return decodeRequest(body, headerLength);
    return this.run({ kind: 'decode', arguments: [body, headerLength] }) as Promise<InferenceRequest>;
  }

  encode(...asked: Parameters<typeof encodeResponse>): EncodedMessage | Promise<EncodedMessage> {
    const [, request, outputs] = asked;
    const isBinary = (name: string) =>
      request.outputs?.find((output) => output.name === name)?.binary ?? request.binaryOutput;
    const elements = outputs.reduce((sum, { name, shape }) => sum + (isBinary(name) ? 0 : elementCount(shape)), 0);
    if (elements < largeJsonElements) return encodeResponse(...asked);
    return this.run({ kind: 'encode', arguments: asked }) as Promise<EncodedMessage>;
  }

  async close(): Promise<void> {
    await this.worker?.terminate();
  }

  private run(job: Job): Promise<Result> {
    this.worker ??= this.start();
    this.lastId += 1;
    const id = this.lastId;
    return new Promise((done, fail) => {
      this.waiting.set(id, { done, fail });
      this.worker?.postMessage({ id, job });
    });
  }

  private start(): Worker {
    const worker = new Worker(this.program, { workerData: jsonWorkerRole });
    worker.unref();
    worker.on('message', (reply: Reply) => {
      const entry = this.waiting.get(reply.id);
      this.waiting.delete(reply.id);
      if ('result' in reply) entry?.done(reply.result);
      else entry?.fail(new Refusal(reply.refusal.status, reply.refusal.message));
    });
    worker.on('error', (error) => this.lose(error));
    worker.on('exit', () => this.lose(new Error('the thread that reads JSON ended')));
    return worker;
  }

  /** Whoever waits hears of it; the next large JSON starts another worker. */
  private lose(error: Error): void {
    this.worker = undefined;
    for (const { fail } of this.waiting.values()) fail(error);
    this.waiting.clear();
  }
}
