import type { IncomingMessage } from 'node:http';
import type { Ending } from '../../runtime/ending';
import { Refusal } from '../../runtime/refusal';
import { say } from '../../shared/messages/say';
import { Body } from './body';

export interface CollectOptions {
  readonly maxBytes: number;
  /** Ends the wait for bytes that do not come. */
  readonly ending?: Ending;
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
  { maxBytes, ending, grows, aligned = 0 }: CollectOptions,
): Promise<Uint8Array> {
  return new Promise((done, fail) => {
    const body = new Body(Number(stream.headers['content-length'] ?? Number.NaN), aligned);
    let length = 0;
    const settle = () => {
      stream.off('data', take).off('end', finish).off('close', lose);
      ending?.ignore(giveUp);
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
        body.add(chunk);
      } catch (error) {
        refuse(error);
      }
    };
    const finish = () => {
      settle();
      done(body.whole());
    };
    const lose = () => refuse(new Refusal(400, say('body.short', {})));
    const giveUp = () => refuse(lateBody(ending?.reason));
    stream.on('data', take).once('end', finish).once('close', lose);
    stream.on('error', lose);
    ending?.hear(giveUp);
  });
}

/** Running out of time while the body still comes is its sender's doing; other reasons to stop speak for themselves. */
function lateBody(reason: unknown): Refusal {
  if (Refusal.is(reason) && reason.status !== 504) return reason;
  return new Refusal(408, say('body.late', {}));
}
