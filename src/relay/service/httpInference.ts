import type { IncomingMessage, ServerResponse } from 'node:http';
import { Refusal } from '../../runtime/refusal';
import { say } from '../../shared/messages/say';
import type { Arrivals } from '../adaptive/arrivals';
import { giveBack } from '../inference/body';
import { collect } from '../inference/collect';
import { headerLengthField, headerLengthOf } from '../inference/message';
import type { MessageCodec } from '../inference/messageCodec';
import { receivedParameter, senderField } from '../inference/travelling';
import { flush } from './flush';
import type { InferenceService } from './inferenceService';
import type { MemoryBudget, MemoryHold } from './memoryBudget';
import type { RequestCall } from './requestCall';

export interface HttpInferenceOptions {
  readonly service: InferenceService;
  readonly budget: MemoryBudget;
  readonly codec: MessageCodec;
  readonly arrivals: Arrivals;
  readonly maxBodyBytes: number;
  /** Time within which a reader has to take each piece of its answer. */
  readonly stallMs: number;
  /** Tells the sender of a refused request why. */
  readonly refuse: (request: IncomingMessage, response: ServerResponse, refusal: Refusal) => number;
}

/** Answers one inference request; its place and memory are given back once the answer is out or its reader is gone. */
export async function inferOverHttp(
  request: IncomingMessage,
  response: ServerResponse,
  options: HttpInferenceOptions,
): Promise<void> {
  const { service, budget, refuse } = options;
  const outcome = { receivedBytes: 0, sentBytes: 0 };
  const startMs = performance.now();
  let call: RequestCall | undefined;
  let hold: MemoryHold | undefined;
  let refusal: Refusal | undefined;
  try {
    checkHead(request, options.maxBodyBytes);
    call = service.open(request.headers);
    call.endsWith(response);
    hold = budget.hold();
    if (request.headers.expect !== undefined) response.writeContinue();
    const arrival = options.arrivals.begin(senderOf(request));
    const body = await receive(request, call, hold, options, (bytes) => {
      outcome.receivedBytes += bytes;
      arrival.grow(bytes);
    });
    const received = arrival.end();
    const decoded = options.codec.decode(body, headerLengthOf(request.headers[headerLengthField]));
    const asked = decoded instanceof Promise ? await decoded : decoded;
    const { outputs, parameters } = await service.answer(asked, call, received);
    const encoded = options.codec.encode(service.contract.model, asked, outputs, parameters);
    const message = encoded instanceof Promise ? await encoded : encoded;
    const sentBytes = Number(message.headers['content-length']);
    hold.grow(sentBytes);
    const closing = service.draining ? { connection: 'close' } : {};
    const headers = { ...message.headers, ...closing, 'x-request-id': call.requestId };
    await flush(response, { ...message, headers }, hold, options.stallMs);
    outcome.sentBytes = sentBytes;
    // The next body comes to memory that the processor still has at hand.
    if (service.letsRequestsGo) giveBack(body);
  } catch (error) {
    refusal = service.refusalOf(error);
    outcome.sentBytes = refuse(request, response, refusal);
  } finally {
    hold?.release();
    if (call !== undefined) service.close(call);
    const timed = call ?? { elapsedMs: performance.now() - startMs, requestId: '-' };
    service.record(timed, { ...outcome, refusal });
  }
}

/** Takes bytes that mean nothing and says how they arrived. @throws Refusal as for an inference */
export async function answerProbe(
  request: IncomingMessage,
  options: Omit<HttpInferenceOptions, 'codec' | 'refuse'>,
): Promise<object> {
  const { service, budget } = options;
  checkHead(request, options.maxBodyBytes);
  const call = service.open(request.headers);
  const hold = budget.hold();
  try {
    const arrival = options.arrivals.begin(senderOf(request));
    await receive(request, call, hold, options, (bytes) => arrival.grow(bytes));
    return { [receivedParameter]: { ...arrival.end(), totalMs: call.elapsedMs, links: service.linksSeen() } };
  } finally {
    hold.release();
    service.close(call);
  }
}

/** Clients do not say who they are, and need not be told apart. */
function senderOf({ headers }: IncomingMessage): string {
  const named = headers[senderField];
  return typeof named === 'string' ? named.slice(0, longestSender) : '';
}

const longestSender = 64;

/** @throws Refusal 413, 415 for what its head says already */
function checkHead({ headers }: IncomingMessage, maxBodyBytes: number): void {
  const encoding = headers['content-encoding'] ?? 'identity';
  if (encoding.toLowerCase() !== 'identity') {
    throw new Refusal(415, say('body.compressed', { encoding }), undefined, {
      'accept-encoding': 'identity',
    });
  }
  const announced = Number(headers['content-length'] ?? 0);
  if (announced > maxBodyBytes)
    throw new Refusal(413, say('body.announced', { bytes: announced, limit: maxBodyBytes }));
}

async function receive(
  request: IncomingMessage,
  call: RequestCall,
  hold: MemoryHold,
  { maxBodyBytes }: Pick<HttpInferenceOptions, 'maxBodyBytes'>,
  count: (bytes: number) => void,
): Promise<Uint8Array> {
  hold.whenStalled(() => call.end(new Refusal(408, say('body.evicted', {}))));
  const body = await collect(request, {
    maxBytes: maxBodyBytes,
    aligned: Number(request.headers[headerLengthField]) || 0,
    ending: call.ending,
    grows: (bytes) => {
      count(bytes);
      hold.grow(bytes);
      hold.progress(bytes);
    },
  });
  hold.whenStalled(undefined);
  return body;
}
