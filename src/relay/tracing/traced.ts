import type { Call, Span } from '../../runtime/executor';
import type { AttributeValue } from './otlpExporter';

/** Does a part of a request's work within a span of its own, where the request has one; servers that it asks hear of that span. */
export function traced<Value>(
  call: Call,
  [name, kind]: readonly [name: string, kind: 'internal' | 'client'],
  attributes: Readonly<Record<string, AttributeValue>>,
  work: (call: Call) => Promise<Value>,
): Promise<Value> {
  const span = call.span?.begin(name, kind);
  return span === undefined ? work(call) : within(span, call, attributes, work);
}

async function within<Value>(
  span: Span,
  call: Call,
  attributes: Readonly<Record<string, AttributeValue>>,
  work: (call: Call) => Promise<Value>,
): Promise<Value> {
  try {
    const value = await work({ ...call, span, headers: { ...call.headers, traceparent: span.traceParent } });
    span.end(attributes);
    return value;
  } catch (error) {
    span.end(attributes, error instanceof Error ? error.message : String(error));
    throw error;
  }
}
