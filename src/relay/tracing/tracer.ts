import type { Span } from '../../runtime/executor';
import { type AttributeValue, type EndedSpan, type LossListener, OtlpExporter, type SpanKind } from './otlpExporter';
import { newSpanId, newTraceId, type TraceContext, traceContextFrom, traceParentOf } from './traceContext';
import type { TracingSettings } from './tracingSettings';

/** Writes down what requests do, as spans of OpenTelemetry. */
export class Tracer {
  private readonly exporter: OtlpExporter;

  constructor(
    private readonly settings: TracingSettings,
    resource: Readonly<Record<string, AttributeValue>>,
    lost: LossListener,
  ) {
    this.exporter = new OtlpExporter(settings, { ...resource, ...settings.resource }, lost);
  }

  /**
   * Begins the span of a request that has arrived.
   * @param headers of the request, with its place in a trace where its sender has begun one
   * @returns nothing for traces that are not kept
   */
  begin(name: string, headers: Readonly<Record<string, string>>): Span | undefined {
    const parent = traceContextFrom(headers['traceparent']);
    const traceId = parent?.traceId ?? newTraceId();
    const { asksParent, sampledPart } = this.settings;
    const isSampled = parent !== undefined && asksParent ? parent.isSampled : isKept(traceId, sampledPart);
    if (!isSampled) return undefined;
    const traceState = parent === undefined ? undefined : headers['tracestate'];
    return this.span({ traceId, parentSpanId: parent?.spanId, traceState, name, kind: 'server' });
  }

  async close(): Promise<void> {
    await this.exporter.close();
  }

  private span(
    begun: Pick<EndedSpan, 'traceId' | 'parentSpanId' | 'traceState' | 'name' | 'kind'>,
    startMs = nowMs(),
  ): Span {
    const { traceId, traceState } = begun;
    const context: TraceContext = { traceId, spanId: newSpanId(), isSampled: true };
    return {
      traceParent: traceParentOf(context),
      begin: (name: string, kind: SpanKind = 'internal') =>
        this.span({ traceId, traceState, parentSpanId: context.spanId, name, kind }),
      end: (attributes = {}, failure?: string) =>
        this.exporter.add({ ...begun, spanId: context.spanId, startMs, endMs: nowMs(), attributes, failure }),
    };
  }
}

/** Since 1970; goes on evenly whatever happens to the clock of the machine. */
function nowMs(): number {
  return performance.timeOrigin + performance.now();
}

/** By the id's last digits, which are random (W3C Trace Context, level 2): every server with the same part keeps the same traces. */
function isKept(traceId: string, part: number): boolean {
  return Number.parseInt(traceId.slice(-13), 16) < part * 16 ** 13;
}
