import type { IncomingMessage } from 'node:http';
import { Refusal } from '../../runtime/refusal';
import { say } from '../../shared/messages/say';
import { binaryAlignment, missingTo } from './alignment';

export interface CollectOptions {
  readonly maxBytes: number;
  /** Ends the wait for bytes that do not come. */
  readonly signal?: AbortSignal;
  /** Hears of every piece; what it throws ends the reading. */
  readonly grows?: (bytes: number) => void;
  /** Place in the body that is to lie at a multiple of `binaryAlignment`, so that nobody has to copy what begins there. */
  readonly aligned?: number | undefined;
}

/**
 * Reads a whole body.
 * @throws Refusal 413 once it is larger than allowed, 408 when its time is up, 400 when its sender goes away
 */
export function collect(
  stream: IncomingMessage,
  { maxBytes, signal, grows, aligned = 0 }: CollectOptions,
): Promise<Uint8Array> {
  return new Promise((done, fail) => {
    const chunks: Buffer[] = [];
    let length = 0;
    const settle = () => {
      stream.off('data', take).off('end', finish).off('close', lose);
      signal?.removeEventListener('abort', giveUp);
    };
    const refuse = (error: unknown) => {
      settle();
      // The stream stays open: the refusal still has to be sent over its connection.
      stream.pause();
      fail(error);
    };
    const take = (chunk: Buffer) => {
      length += chunk.length;
      if (length > maxBytes) {
        refuse(new Refusal(413, say('body.large', { limit: maxBytes })));
        return;
      }
      try {
        grows?.(chunk.length);
        chunks.push(chunk);
      } catch (error) {
        refuse(error);
      }
    };
    const finish = () => {
      settle();
      done(joined(chunks, length, aligned));
    };
    const lose = () => refuse(new Refusal(400, say('body.short', {})));
    const giveUp = () => refuse(lateBody(signal?.reason));
    stream.on('data', take).once('end', finish).once('close', lose);
    stream.on('error', lose);
    if (signal?.aborted) giveUp();
    else signal?.addEventListener('abort', giveUp, { once: true });
  });
}

/** All pieces as one, in memory of its own; a plain array, since `slice` of a Buffer would share its memory. */
function joined(chunks: readonly Buffer[], length: number, aligned: number): Uint8Array {
  const [only] = chunks;
  if (chunks.length === 1 && only !== undefined && (only.byteOffset + aligned) % binaryAlignment === 0) {
    return new Uint8Array(only.buffer, only.byteOffset, length);
  }
  const shift = missingTo(binaryAlignment, aligned);
  const { buffer, byteOffset } = Buffer.allocUnsafeSlow(shift + length);
  const body = new Uint8Array(buffer, byteOffset + shift, length);
  let at = 0;
  for (const chunk of chunks) {
    body.set(chunk, at);
    at += chunk.length;
  }
  return body;
}

/** Running out of time while the body still comes is its sender's doing; other reasons to stop speak for themselves. */
function lateBody(reason: unknown): Refusal {
  if (Refusal.is(reason) && reason.status !== 504) return reason;
  return new Refusal(408, say('body.late', {}));
}
