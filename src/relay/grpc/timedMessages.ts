import { type Metadata, ServerInterceptingCall, type ServerInterceptor } from '@grpc/grpc-js';
import type { Arrival } from '../adaptive/arrivals';
import { SharedArrivals } from '../adaptive/sharedArrivals';
import { senderField } from '../inference/travelling';
import { textOf } from './metadataFields';

/** Smaller messages come together with their headers: they say nothing. */
const leastBytes = 64 * 1024;

/** Times the messages of requests from their headers to their last byte, since the library shows no pieces of them. */
export class TimedMessages {
  private readonly arrivals = new SharedArrivals();
  private readonly tookMs = new WeakMap<Metadata, number>();

  readonly interceptor: ServerInterceptor = (_, call) => {
    let headers: Metadata | undefined;
    let end: (() => number) | undefined;
    const settle = () => {
      const ms = end?.();
      end = undefined;
      return ms;
    };
    return new ServerInterceptingCall(call, {
      start: (next) =>
        next({
          onReceiveMetadata: (metadata, forward) => {
            headers = metadata;
            end = this.arrivals.begin(textOf(metadata, senderField) ?? '');
            forward(metadata);
          },
          onReceiveMessage: (message, forward) => {
            const ms = settle();
            if (headers !== undefined && ms !== undefined) this.tookMs.set(headers, ms);
            forward(message);
          },
          onCancel: settle,
        }),
    });
  };

  /** How the message of a request arrived. @param headers of the request */
  arrivalOf(headers: Metadata, bytes: number): Arrival {
    const ms = this.tookMs.get(headers);
    return bytes < leastBytes || ms === undefined
      ? { bodyBytes: bytes, bytes: 0, ms: 0 }
      : { bodyBytes: bytes, bytes, ms };
  }
}
