import type { TracingSettings } from './tracingSettings';

export type AttributeValue = string | number;

/** One span that has ended. */
export interface EndedSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string | undefined;
  /** State of other makers that came with the trace. */
  readonly traceState: string | undefined;
  readonly name: string;
  readonly kind: SpanKind;
  /** Since 1970, in milliseconds with fractions. */
  readonly startMs: number;
  readonly endMs: number;
  readonly attributes: Readonly<Record<string, AttributeValue>>;
  /** Why it failed, in a sentence. */
  readonly failure: string | undefined;
}

/** Hears once per outage why spans are lost, and how many have been so far. */
export type LossListener = (reason: string, spans: number) => void;

/** Numbers of `opentelemetry.proto.trace.v1.Span.SpanKind`. */
const spanKinds = { internal: 1, server: 2, client: 3 } as const;
export type SpanKind = keyof typeof spanKinds;
/** Of `opentelemetry.proto.trace.v1.Status.StatusCode`. */
const failed = 2;

/**
 * Posts spans to a collector as JSON (OTLP/HTTP, "JSON Protobuf Encoding": ids in hexadecimal digits, 64-bit integers as
 * texts), some at a time. A collector that is away or slow costs spans, never requests: what finds no place is dropped.
 */
export class OtlpExporter {
  private waiting: EndedSpan[] = [];
  private dropped = 0;
  private readonly timer: NodeJS.Timeout;
  private posting: Promise<void> = Promise.resolve();
  private hasFailed = false;

  constructor(
    private readonly settings: TracingSettings,
    private readonly resource: Readonly<Record<string, AttributeValue>>,
    private readonly lost: LossListener,
  ) {
    this.timer = setInterval(() => this.post(), settings.delayMs).unref();
  }

  add(span: EndedSpan): void {
    if (this.waiting.length >= this.settings.mostWaiting) this.dropped += 1;
    else this.waiting.push(span);
    if (this.waiting.length === this.settings.mostAtOnce) this.post();
  }

  /** Posts what waits still. */
  async close(): Promise<void> {
    clearInterval(this.timer);
    this.post();
    await this.posting;
  }

  /** One post after the other: a slow collector gets no second one meanwhile. */
  private post(): void {
    this.posting = this.posting.then(async () => {
      while (this.waiting.length > 0) {
        const spans = this.waiting.splice(0, this.settings.mostAtOnce);
        await this.send(spans);
        if (spans.length < this.settings.mostAtOnce) break;
      }
    });
  }

  private async send(spans: readonly EndedSpan[]): Promise<void> {
    const { url, headers, timeoutMs } = this.settings;
    try {
      const response = await fetch(url, {
        method: 'POST',
        headers: { ...headers, 'content-type': 'application/json' },
        body: JSON.stringify(exportRequest(this.resource, spans)),
        signal: AbortSignal.timeout(timeoutMs),
      });
      await response.arrayBuffer();
      if (!response.ok) throw new Error(`it answered ${response.status}`);
      this.hasFailed = false;
    } catch (error) {
      this.dropped += spans.length;
      // Once per outage: it is not what the relay is for.
      if (!this.hasFailed) this.lost(reasonOf(error), this.dropped);
      this.hasFailed = true;
    }
  }
}

/** What `fetch` says is of no help; its cause is. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return cause instanceof Error ? cause.message : String(cause);
}

/** `opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest`. */
function exportRequest(resource: Readonly<Record<string, AttributeValue>>, spans: readonly EndedSpan[]): object {
  const scopeSpans = [{ scope: { name: 'dnnsplit-relay' }, spans: spans.map(spanJson) }];
  return { resourceSpans: [{ resource: { attributes: attributesJson(resource) }, scopeSpans }] };
}

function spanJson(span: EndedSpan): object {
  const { traceId, spanId, parentSpanId, traceState, name, kind, startMs, endMs, attributes, failure } = span;
  return {
    traceId,
    spanId,
    ...(parentSpanId !== undefined && { parentSpanId }),
    ...(traceState !== undefined && { traceState }),
    name,
    kind: spanKinds[kind],
    startTimeUnixNano: nanoseconds(startMs),
    endTimeUnixNano: nanoseconds(endMs),
    attributes: attributesJson(attributes),
    ...(failure !== undefined && { status: { code: failed, message: failure } }),
  };
}

function attributesJson(attributes: Readonly<Record<string, AttributeValue>>): object[] {
  return Object.entries(attributes).map(([key, value]) => ({ key, value: valueJson(value) }));
}

function valueJson(value: AttributeValue): object {
  if (typeof value === 'string') return { stringValue: value };
  return Number.isSafeInteger(value) ? { intValue: String(value) } : { doubleValue: value };
}

/** A double holds milliseconds since 1970 to the microsecond, but not their nanoseconds. */
function nanoseconds(ms: number): string {
  return `${BigInt(Math.round(ms * 1e3)) * 1000n}`;
}
