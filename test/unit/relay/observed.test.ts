import { describe, expect, it } from 'vitest';
import { Metrics } from '../../../src/relay/service/metrics';
import type { Executor } from '../../../src/runtime/executor';
import type { ContractDocument } from '../../../src/shared/documents/contract';
import { contractTensor, serveTier } from './support/serveTier';

/** One sample of Prometheus' text exposition format: `name{label="value",...} number`. */
interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** A reader of the exposition format 0.0.4, made from its description alone; throws where a line does not keep it. */
function readExposition(text: string) {
  const types = new Map<string, string>();
  const samples: Sample[] = [];
  expect(text.endsWith('\n'), 'the last line ends').toBe(true);
  for (const line of text.slice(0, -1).split('\n')) {
    const comment = /^# (HELP|TYPE) ([a-zA-Z_:][a-zA-Z0-9_:]*) (.+)$/.exec(line);
    if (comment) {
      const [, kind, name = '', rest = ''] = comment;
      if (kind === 'TYPE') types.set(name, rest);
      continue;
    }
    const [, name = '', labels = '', value = ''] = /^([a-zA-Z_:][\w:]*)\{(.*)\} (\S+)$/.exec(line) ?? [];
    if (name === '') throw new Error(`"${line}" is no sample`);
    const pairs = [...labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, key = '', text = '']) => [key, text]);
    samples.push({ name, labels: Object.fromEntries(pairs), value: Number(value) });
  }
  const only = (name: string) => {
    const found = samples.filter((sample) => sample.name === name);
    expect(found, name).toHaveLength(1);
    return found[0]?.value;
  };
  return { types, samples, only };
}

/** How many of `observed` a histogram must have at or below each of its bounds. */
function expectHistogram(exposition: ReturnType<typeof readExposition>, name: string, observed: readonly number[]) {
  expect(exposition.types.get(name)).toBe('histogram');
  const buckets = exposition.samples.filter((sample) => sample.name === `${name}_bucket`);
  const bounds = buckets.map(({ labels }) => Number(labels['le']?.replace('+Inf', 'Infinity')));
  expect(bounds).toEqual([...bounds].sort((a, b) => a - b));
  expect(bounds.at(-1)).toBe(Number.POSITIVE_INFINITY);
  expect(buckets.map(({ value }) => value)).toEqual(
    bounds.map((bound) => observed.filter((seconds) => seconds <= bound).length),
  );
  expect(exposition.only(`${name}_count`)).toBe(observed.length);
  expect(exposition.only(`${name}_sum`)).toBeCloseTo(
    observed.reduce((sum, seconds) => sum + seconds, 0),
    9,
  );
}

describe('the figures of a relay, as Prometheus reads them', () => {
  it('count at each bound all that took no longer, kind by kind', () => {
    const metrics = new Metrics('edge "one"\n');
    const observed = {
      request: [0.0004, 0.003, 0.003, 0.07, 7, 70],
      compute: [0.002, 0.02, 0.2, 2],
      queue: [0.5, 0.6],
      upstream: [0.001, 0.0011, 0.3],
    };
    const bytes = { status: 200, receivedBytes: 0, sentBytes: 0 };
    for (const seconds of observed.request) metrics.answered({ ...bytes, elapsedMs: seconds * 1e3 });
    for (const seconds of observed.upstream) metrics.answeredAbove({ ...bytes, elapsedMs: seconds * 1e3 });
    for (const seconds of observed.compute) metrics.compute.observe(seconds);
    for (const seconds of observed.queue) metrics.queue.observe(seconds);
    const exposition = readExposition(metrics.text({ running: 0, waiting: 0, open: 0 }));
    for (const [kind, seconds] of Object.entries(observed)) {
      expectHistogram(exposition, `dnnsplit_${kind}_seconds`, seconds);
    }
    for (const { labels } of exposition.samples) expect(labels['tier']).toBe('edge \\"one\\"\\n');
  });

  it('are told apart: what came in and went out, what runs and what waits, and every status', () => {
    const metrics = new Metrics('edge');
    metrics.answered({ status: 200, receivedBytes: 7, sentBytes: 11, elapsedMs: 1 });
    metrics.answered({ status: 200, receivedBytes: 13, sentBytes: 17, elapsedMs: 1 });
    metrics.answered({ status: 503, receivedBytes: 0, sentBytes: 0, elapsedMs: 1 });
    metrics.answeredAbove({ status: 200, receivedBytes: 29, sentBytes: 31, elapsedMs: 1 });
    metrics.linkSeen({ bandwidthMbps: 37, roundTripMs: 41 });
    metrics.sentUnencoded();
    const exposition = readExposition(metrics.text({ running: 2, waiting: 3, open: 5 }));
    const wanted = {
      received_bytes_total: 20,
      sent_bytes_total: 28,
      upstream_received_bytes_total: 29,
      upstream_sent_bytes_total: 31,
      unencoded_tensors_total: 1,
      running_requests: 2,
      waiting_requests: 3,
      open_requests: 5,
      link_mbps: 37,
      link_round_trip_ms: 41,
    };
    for (const [name, value] of Object.entries(wanted)) expect(exposition.only(`dnnsplit_${name}`), name).toBe(value);
    const requests = exposition.samples.filter(({ name }) => name === 'dnnsplit_requests_total');
    expect(requests.map(({ labels, value }) => [labels['status'], value])).toEqual([
      ['200', 2],
      ['503', 1],
    ]);
    for (const [name, type] of exposition.types) {
      const wanted = name.endsWith('_total') ? 'counter' : name.endsWith('_seconds') ? 'histogram' : 'gauge';
      expect(type, name).toBe(wanted);
    }
  });
});

const tensor = contractTensor;

/** A tier below another: it makes `near` itself, and `far` comes back from above. */
const contract: ContractDocument = {
  format: 'dnnsplit.contract',
  formatVersion: 1,
  model: 'net',
  tier: 'edge',
  position: 0,
  tierCount: 2,
  segment: {
    file: 'model.onnx',
    inputs: [tensor('x', 'float32', ['n'])],
    outputs: [tensor('near', 'int64', [2, 'n']), tensor('middle', 'float32', ['n'])],
  },
  receives: [tensor('x', 'float32', ['n'])],
  receivesAs: 'original',
  sends: [tensor('middle', 'float32', ['n'])],
  sendsAs: 'float16',
  answers: [tensor('near', 'int64', [2, 'n'])],
  answersAbove: [tensor('far', 'float16', [1, 5])],
};

/** What the tier above does: `far` of what it receives. */
const above: ContractDocument = {
  ...contract,
  tier: 'cloud',
  position: 1,
  segment: { file: 'model.onnx', inputs: contract.sends, outputs: contract.answersAbove },
  receives: contract.sends,
  receivesAs: 'float16',
  sends: [],
  sendsAs: 'original',
  answers: contract.answersAbove,
  answersAbove: [],
};

const executor = (run: Executor['run']): Executor => ({ isReady: async () => true, run, close: async () => undefined });

/** Serves both tiers; the lower one works once it may, the upper one takes longer, so that their times are told apart. */
async function serve(gate: Promise<void> = Promise.resolve()) {
  const settings = { maxRunning: 1, maxWaiting: 0, timeoutMs: 20_000, version: '1.2.3' };
  const upper = await serveTier(
    above,
    executor(async () => {
      await new Promise((done) => setTimeout(done, 60));
      return [{ name: 'far', datatype: 'FP16', shape: [1, 5], data: new Uint8Array(10) }];
    }),
    undefined,
    settings,
  );
  const { address } = await serveTier(
    contract,
    executor(async () => {
      await gate;
      return [
        { name: 'near', datatype: 'INT64', shape: [2, 3], data: new Uint8Array(48) },
        { name: 'middle', datatype: 'FP32', shape: [3], data: new Uint8Array(12) },
      ];
    }),
    upper.address,
    settings,
  );
  return { address, metrics: async () => readExposition(await (await fetch(`${address}/metrics`)).text()) };
}

const body = JSON.stringify({
  id: 'seven',
  inputs: [{ name: 'x', datatype: 'FP32', shape: [3], data: [1, 2, 3] }],
  outputs: [
    { name: 'near', parameters: { binary_data: true } },
    { name: 'far', parameters: { binary_data: true } },
  ],
  parameters: { dnnsplit_timing: true },
});
const ask = (address: string) => fetch(`${address}/v2/models/net/infer`, { method: 'POST', body });

describe('a relay, as clients of the Open Inference Protocol v2 see it', () => {
  it('says what it is and what its model takes and gives', async () => {
    const { address } = await serve();
    const json = async (path: string) => (await fetch(`${address}${path}`)).json();
    expect(await json('/v2')).toEqual({
      name: 'dnnsplit-relay',
      version: '1.2.3',
      extensions: ['binary_tensor_data', 'model_configuration', 'statistics'],
    });
    expect(await json('/v2/models/net')).toMatchObject({
      name: 'net',
      versions: ['1'],
      platform: 'dnnsplit_relay',
      inputs: [{ name: 'x', datatype: 'FP32', shape: [-1] }],
      outputs: [
        { name: 'near', datatype: 'INT64', shape: [2, -1] },
        { name: 'far', datatype: 'FP16', shape: [1, 5] },
      ],
    });
    expect(await json('/v2/models/net/ready')).toMatchObject({ name: 'net', ready: true });
    const metrics = await fetch(`${address}/metrics`);
    expect(metrics.headers.get('content-type')).toBe('text/plain; version=0.0.4');
  });

  it('puts the length of the JSON part into its header, and counts what went where', async () => {
    const { address, metrics } = await serve();
    const started = performance.now();
    const response = await ask(address);
    const answered = new Uint8Array(await response.arrayBuffer());
    const elapsed = (performance.now() - started) / 1e3;
    const length = Number(response.headers.get('inference-header-content-length'));
    const { id, model_name, outputs, parameters } = JSON.parse(new TextDecoder().decode(answered.subarray(0, length)));
    expect([response.status, id, model_name]).toEqual([200, 'seven', 'net']);
    expect(outputs.map((one: { parameters: object }) => one.parameters)).toEqual([
      { binary_data_size: 48 },
      { binary_data_size: 10 },
    ]);
    expect(answered.byteLength).toBe(length + 58);
    expect(Number(response.headers.get('content-length'))).toBe(answered.byteLength);
    const [own, upper] = parameters.dnnsplit_timing;
    // Three elements that travel in half their bytes.
    expect([own.tier, own.sentBytes, upper.tier]).toEqual(['edge', 6, 'cloud']);
    const exposition = await metrics();
    expect(exposition.only('dnnsplit_received_bytes_total')).toBe(body.length);
    expect(exposition.only('dnnsplit_sent_bytes_total')).toBe(answered.byteLength);
    const sum = (kind: string) => exposition.only(`dnnsplit_${kind}_seconds_sum`) ?? Number.NaN;
    for (const kind of ['request', 'compute', 'upstream']) {
      expect(exposition.only(`dnnsplit_${kind}_seconds_count`), kind).toBe(1);
    }
    expect(sum('compute')).toBeLessThan(sum('upstream'));
    expect(own.computeMs).toBeLessThan(own.upstreamMs);
    expect(sum('upstream')).toBeLessThanOrEqual(own.upstreamMs / 1e3);
    expect(sum('upstream')).toBeGreaterThan(0.055);
    expect(sum('request')).toBeGreaterThanOrEqual(sum('upstream') + sum('compute'));
    expect(sum('request')).toBeLessThan(elapsed);
  });

  it('says when to try again where it is full, and shows what runs', async () => {
    let open: () => void = () => undefined;
    const gate = new Promise<void>((done) => {
      open = done;
    });
    const { address, metrics } = await serve(gate);
    const first = ask(address);
    while ((await metrics()).only('dnnsplit_running_requests') !== 1);
    expect((await metrics()).only('dnnsplit_waiting_requests')).toBe(0);
    const refused = await ask(address);
    expect(refused.status).toBe(503);
    // RFC 9110, 10.2.3: a whole number of seconds.
    expect(refused.headers.get('retry-after')).toMatch(/^[1-9]\d*$/);
    open();
    expect((await first).status).toBe(200);
    const statuses = (await metrics()).samples.filter(({ name }) => name === 'dnnsplit_requests_total');
    expect(statuses.map(({ labels, value }) => [labels['status'], value])).toEqual([
      ['503', 1],
      ['200', 1],
    ]);
    const malformed = await fetch(`${address}/v2/models/net/infer`, { method: 'POST', body: '{' });
    expect([malformed.status, malformed.headers.get('retry-after')]).toEqual([400, null]);
  });
});
