import { createHash, randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import { Ending } from '../../runtime/ending';
import type { Call, Sequence, Span } from '../../runtime/executor';
import { Refusal } from '../../runtime/refusal';
import { say } from '../../shared/messages/say';
import { requestIdField, timeoutField, tracingFields } from '../inference/travelling';

const printable = /^[\x21-\x7e]{1,128}$/;

/** The call of one request of a server, with the one timer that ends it. */
export class RequestCall implements Call {
  readonly startMs = performance.now();
  readonly deadlineMs: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly requestId: string;
  sequence: Sequence | undefined;
  id: string | undefined;
  wantsTiming = false;
  span: Span | undefined;
  readonly ending = new Ending();
  private readonly timer: NodeJS.Timeout;
  private readonly authorization: string;

  /** @param timeoutMs longest time; the sender's own may be shorter */
  constructor(
    headers: Readonly<Record<string, string | string[] | undefined>>,
    readonly timeoutMs: number,
  ) {
    const given = Number(textOf(headers[timeoutField]) ?? Number.NaN);
    const limitMs = given >= 0 ? Math.min(given, timeoutMs) : timeoutMs;
    this.deadlineMs = this.startMs + limitMs;
    this.timer = setTimeout(() => this.end(new Refusal(504, say('request.late', { limitMs }))), limitMs);
    const named = textOf(headers[requestIdField]);
    this.requestId = named !== undefined && printable.test(named) ? named : randomUUID();
    this.authorization = textOf(headers['authorization']) ?? '';
    this.headers = { ...tracing(headers), [requestIdField]: this.requestId };
  }

  /** Tells callers apart by what they authorize themselves with, which it does not show. */
  get caller(): string {
    return createHash('sha256').update(this.authorization).digest('base64');
  }

  get elapsedMs(): number {
    return performance.now() - this.startMs;
  }

  /** Ends with the connection, unless the answer is out by then. */
  endsWith(response: ServerResponse): void {
    response.once('close', () => {
      if (!response.writableFinished) this.end(new Refusal(499, say('request.left', {})));
    });
  }

  /** Ends the work of this request. */
  end(reason: Refusal): void {
    clearTimeout(this.timer);
    this.ending.end(reason);
  }

  /** Nothing waits for this request any more. */
  dispose(): void {
    clearTimeout(this.timer);
  }
}

function tracing(headers: IncomingHttpHeaders): Record<string, string> {
  const found: Record<string, string> = {};
  for (const field of tracingFields) {
    const value = textOf(headers[field]);
    if (value !== undefined) found[field] = value;
  }
  return found;
}

function textOf(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}
