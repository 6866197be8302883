import { afterEach, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { Tracer } from '../../../src/relay/tracing/tracer';
import { tracingFromEnvironment } from '../../../src/relay/tracing/tracingSettings';
import { addOne, ask, contractOf, floatsInput, serveTier } from './support/serveTier';
import { type Answer, type Asked, standIn } from './support/standIn';

/**
 * `opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest` (opentelemetry-proto 1.x) in its JSON encoding: names in
 * lowerCamelCase, ids in hexadecimal digits, fixed64 and int64 as texts, enumerations as numbers; nothing else may stand there.
 */
const value = z.union([
  z.strictObject({ stringValue: z.string() }),
  z.strictObject({ intValue: z.string().regex(/^-?\d+$/) }),
  z.strictObject({ doubleValue: z.number() }),
]);
const attributes = z.array(z.strictObject({ key: z.string().min(1), value }));
const span = z.strictObject({
  traceId: z.string().regex(/^[0-9a-f]{32}$/),
  spanId: z.string().regex(/^[0-9a-f]{16}$/),
  parentSpanId: z
    .string()
    .regex(/^[0-9a-f]{16}$/)
    .optional(),
  traceState: z.string().optional(),
  name: z.string().min(1),
  kind: z.int().min(1).max(5),
  startTimeUnixNano: z.string().regex(/^\d{19}$/),
  endTimeUnixNano: z.string().regex(/^\d{19}$/),
  attributes,
  status: z.strictObject({ code: z.int().min(0).max(2), message: z.string().optional() }).optional(),
});
const exportRequest = z.strictObject({
  resourceSpans: z.array(
    z.strictObject({
      resource: z.strictObject({ attributes }),
      scopeSpans: z.array(
        z.strictObject({
          scope: z.strictObject({ name: z.string(), version: z.string().optional() }),
          spans: z.array(span).min(1),
        }),
      ),
    }),
  ),
});
const [server, client, failed] = [2, 3, 2];

const tracers: Tracer[] = [];
afterEach(async () => {
  await Promise.all(tracers.splice(0).map((tracer) => tracer.close()));
});

/** A collector, and tracers that post to it. */
async function collector(answer: () => Answer | undefined = () => ({ body: '{}' })) {
  const posted = await standIn(answer);
  const logged: string[] = [];
  const tracerOf = (tier: string, variables: Readonly<Record<string, string>> = {}) => {
    const settings = tracingFromEnvironment({ OTEL_EXPORTER_OTLP_ENDPOINT: posted.address, ...variables });
    if (settings === undefined) throw new Error('no spans are asked for');
    const tracer = new Tracer(
      settings,
      { 'service.name': 'dnnsplit-relay', tier },
      (reason) => void logged.push(reason),
    );
    tracers.push(tracer);
    return tracer;
  };
  const spans = async () => {
    await Promise.all(tracers.splice(0).map((tracer) => tracer.close()));
    return posted.asked.flatMap(spansOf);
  };
  return { asked: posted.asked, logged, tracerOf, spans };
}

function spansOf({ body }: Asked) {
  return exportRequest.parse(JSON.parse(body)).resourceSpans.flatMap(({ resource, scopeSpans }) => {
    const tier = resource.attributes.find(({ key }) => key === 'tier')?.value;
    return scopeSpans.flatMap(({ spans }) => spans.map((one) => ({ ...one, tier: tier && Object.values(tier)[0] })));
  });
}

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
const callers = { traceparent: `00-${traceId}-00f067aa0ba902b7-01`, tracestate: 'other=1' };

async function serveTwo({ tracerOf }: Awaited<ReturnType<typeof collector>>, variables = {}) {
  const above = { tracer: tracerOf('cloud', variables) };
  const cloud = await serveTier(contractOf('cloud', { input: 'x1' }), addOne('y'), undefined, above);
  const below = { tracer: tracerOf('device', variables) };
  return await serveTier(contractOf('device', { output: 'x1', isLast: false }), addOne('x1'), cloud.address, below);
}

describe('spans of a request', () => {
  it('join the trace of its sender over all tiers, each within what asked for it', async () => {
    const collected = await collector();
    const { address } = await serveTwo(collected);
    expect((await ask(address, floatsInput('x', [1]), { ...callers, 'x-request-id': 'seven' })).status).toBe(200);
    const spans = await collected.spans();
    expect(new Set(spans.map((one) => one.traceId))).toEqual(new Set([traceId]));
    const of = (tier: string, name: string) => {
      const [found, ...more] = spans.filter((one) => one.tier === tier && one.name === name);
      if (found === undefined || more.length > 0) throw new Error(`${tier} has not one span ${name}`);
      return found;
    };
    const below = of('device', 'infer m');
    const asking = of('device', 'tier above');
    const above = of('cloud', 'infer m');
    expect([below.kind, asking.kind, above.kind]).toEqual([server, client, server]);
    expect(spans.map(({ traceState }) => traceState)).toEqual(spans.map(() => 'other=1'));
    const parents = [below, of('device', 'compute'), asking, above, of('cloud', 'compute')];
    expect(parents.map(({ parentSpanId }) => parentSpanId)).toEqual([
      '00f067aa0ba902b7',
      below.spanId,
      below.spanId,
      asking.spanId,
      above.spanId,
    ]);
    expect(new Set(spans.map(({ spanId }) => spanId)).size).toBe(5);
    expect(below.attributes).toContainEqual({ key: 'dnnsplit.request', value: { stringValue: 'seven' } });
    for (const one of spans) {
      const parent = spans.find(({ spanId }) => spanId === one.parentSpanId);
      expect(BigInt(one.startTimeUnixNano) <= BigInt(one.endTimeUnixNano)).toBe(true);
      expect(BigInt(one.startTimeUnixNano) >= BigInt(parent?.startTimeUnixNano ?? 0)).toBe(true);
    }
    expect(collected.asked.map(({ method, path, headers }) => [method, path, headers['content-type']])).toEqual([
      ['POST', '/v1/traces', 'application/json'],
      ['POST', '/v1/traces', 'application/json'],
    ]);
  });

  it('say why they failed, and do not call a wrong request a failure of the tier', async () => {
    const collected = await collector();
    const lower = contractOf('device', { output: 'x1', isLast: false });
    const settings = { tracer: collected.tracerOf('device') };
    const { address } = await serveTier(lower, addOne('x1'), 'http://127.0.0.1:9', settings);
    await ask(address, floatsInput('x', [1]));
    await ask(address, floatsInput('z', [1]));
    const spans = await collected.spans();
    const outcomes = spans
      .filter(({ kind }) => kind === server)
      .map(({ status, attributes: said }) => [status?.code, said.find(({ key }) => key === 'error.type')?.value]);
    expect(outcomes).toEqual([
      [failed, { stringValue: '502' }],
      [undefined, { stringValue: '400' }],
    ]);
    expect(spans.find(({ kind }) => kind === client)?.status?.message).toMatch(/cannot be reached/);
  });

  it('are made only where the sender keeps its trace, or the sampler says so', async () => {
    const collected = await collector();
    const unkept = { traceparent: `00-${traceId}-00f067aa0ba902b7-00` };
    await ask((await serveTwo(collected)).address, floatsInput('x', [1]), unkept);
    const off = { OTEL_TRACES_SAMPLER: 'always_off' };
    await ask((await serveTwo(collected, off)).address, floatsInput('x', [1]), callers);
    expect(await collected.spans()).toEqual([]);
    const broken = { traceparent: `00-${traceId}-00f067aa0ba902b7-01-more` };
    await ask((await serveTwo(collected)).address, floatsInput('x', [1]), broken);
    const begun = await collected.spans();
    expect(begun).toHaveLength(5);
    expect(new Set(begun.map((one) => one.traceId)).size).toBe(1);
    expect(begun[0]?.traceId).not.toBe(traceId);
  });

  it('are lost without harm where the collector refuses them, which is said once', async () => {
    const collected = await collector(() => ({ status: 503, body: '' }));
    const tracer = collected.tracerOf('only', { OTEL_BSP_MAX_EXPORT_BATCH_SIZE: '1' });
    const { address } = await serveTier(contractOf('only'), addOne('y'), undefined, { tracer });
    for (let request = 0; request < 3; request += 1)
      expect((await ask(address, floatsInput('x', [1]))).status).toBe(200);
    await collected.spans();
    expect(collected.asked.length).toBe(6);
    expect(collected.logged).toEqual(['it answered 503']);
  });
});

describe("OpenTelemetry's variables", () => {
  const endpoint = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318/' };

  it('ask for spans only where they name an endpoint or the exporter', () => {
    expect(tracingFromEnvironment({})).toBeUndefined();
    expect(tracingFromEnvironment({ OTEL_SERVICE_NAME: 'a' })).toBeUndefined();
    expect(tracingFromEnvironment({ ...endpoint, OTEL_SDK_DISABLED: 'TRUE' })).toBeUndefined();
    expect(tracingFromEnvironment({ ...endpoint, OTEL_TRACES_EXPORTER: 'none' })).toBeUndefined();
    expect(tracingFromEnvironment({ OTEL_TRACES_EXPORTER: 'otlp' })?.url).toBe('http://localhost:4318/v1/traces');
    expect(tracingFromEnvironment(endpoint)?.url).toBe('http://collector:4318/v1/traces');
  });

  it('are read as the specification has them, those for traces first', () => {
    const settings = tracingFromEnvironment({
      ...endpoint,
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'https://traces/in?a=b',
      OTEL_EXPORTER_OTLP_HEADERS: 'no=1',
      OTEL_EXPORTER_OTLP_TRACES_HEADERS: 'api-key=a%2Cb, x = y',
      OTEL_RESOURCE_ATTRIBUTES: 'service.name=other,deployment.environment=lab',
      OTEL_SERVICE_NAME: 'mine',
      OTEL_TRACES_SAMPLER: 'parentbased_traceidratio',
      OTEL_TRACES_SAMPLER_ARG: '0.25',
    });
    expect(settings).toMatchObject({
      url: 'https://traces/in?a=b',
      headers: { 'api-key': 'a,b', x: 'y' },
      resource: { 'service.name': 'mine', 'deployment.environment': 'lab' },
      sampledPart: 0.25,
      asksParent: true,
    });
  });

  it.each([
    ['OTEL_EXPORTER_OTLP_PROTOCOL', 'grpc', /is "grpc", but this relay sends spans as "http\/json" only/],
    ['OTEL_TRACES_EXPORTER', 'zipkin', /is "zipkin", but spans can only be sent with "otlp"/],
    ['OTEL_EXPORTER_OTLP_ENDPOINT', 'collector', /is not an http/],
    ['OTEL_TRACES_SAMPLER', 'often', /is not a sampler/],
    ['OTEL_BSP_SCHEDULE_DELAY', 'soon', /must be a number, 1 or more/],
    ['OTEL_EXPORTER_OTLP_HEADERS', 'secret', /must be written as name=value/],
  ])('refuse %s=%s in words', (variable, text, sentence) => {
    expect(() => tracingFromEnvironment({ ...endpoint, [variable]: text })).toThrow(sentence);
  });
});
