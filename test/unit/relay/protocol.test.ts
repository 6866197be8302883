import { once } from 'node:events';
import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { assumedLink, withObservation } from '../../../src/relay/adaptive/bandwidthEstimate';
import { observationFrom } from '../../../src/relay/execution/tierAbove';
import { inferBinary } from '../../relay/v2Client';
import { addOne, ask, contractOf, contractTensor, floatsInput, renaming, serveTier } from './support/serveTier';

const serve = (settings = {}) => serveTier(contractOf('only'), addOne('y'), undefined, settings);
const body = JSON.stringify(floatsInput('x', [1]));

/** Everything that a connection answers until it ends, or until `enough` is in it. */
async function converse(port: number, enough: RegExp, ...texts: string[]): Promise<string> {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  let answer = '';
  socket.setEncoding('latin1').on('data', (part) => {
    answer += part;
    if (enough.test(answer)) socket.destroy();
  });
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  for (const text of texts) socket.write(text);
  await once(socket, 'close');
  return answer;
}

describe('names and places', () => {
  it('decodes the name of the model in any valid encoding', async () => {
    const name = 'net (v1)';
    const { address } = await serveTier({ ...contractOf('only'), model: name }, addOne('y'));
    for (const written of ['net%20(v1)', 'net%20%28v1%29', '%6e%65t%20%28v1)', encodeURIComponent(name)]) {
      expect((await fetch(`${address}/v2/models/${written}`)).status).toBe(200);
      expect((await fetch(`${address}/v2/models/${written}/versions/1/ready`)).status).toBe(200);
      const answer = await fetch(`${address}/v2/models/${written}/infer`, { method: 'POST', body });
      expect((await answer.json()).outputs[0].data).toEqual([2]);
    }
    expect((await fetch(`${address}/v2/models/net%2520(v1)`)).status).toBe(404);
    expect((await fetch(`${address}/v2/models/net%20(v1)/versions/2`)).status).toBe(404);
  });

  it('takes a slash at the end, a query and the whole address of a proxy', async () => {
    const { address, port } = await serve();
    expect((await fetch(`${address}/v2/`)).status).toBe(200);
    expect((await fetch(`${address}/v2/models/m/?a=b`)).status).toBe(200);
    const proxied = await converse(
      port,
      /extensions/,
      'GET http://relay.example/v2 HTTP/1.1\r\nHost: relay.example\r\n\r\n',
    );
    expect(proxied).toMatch(/^HTTP\/1\.1 200/);
  });

  it('says which methods it takes', async () => {
    const { address } = await serve();
    const get = await fetch(`${address}/v2/models/m/infer`);
    expect([get.status, get.headers.get('allow')]).toEqual([405, 'POST']);
    for (const path of ['/v2', '/v2/models/m', '/v2/health/live', '/metrics']) {
      const sent = await fetch(`${address}${path}`, { method: 'DELETE' });
      expect([path, sent.status, sent.headers.get('allow')]).toEqual([path, 405, 'GET, HEAD']);
    }
    expect((await fetch(`${address}/v2`, { method: 'HEAD' })).status).toBe(200);
  });

  it("answers what Triton's clients ask: configuration, statistics, index", async () => {
    const { address } = await serve();
    await ask(address, floatsInput('x', [1]));
    await ask(address, floatsInput('wrong', [1]));
    const config = await (await fetch(`${address}/v2/models/m/config`)).json();
    expect(config).toMatchObject({
      name: 'm',
      max_batch_size: 0,
      input: [{ name: 'x', data_type: 'TYPE_FP32', dims: [-1] }],
      output: [{ name: 'y', data_type: 'TYPE_FP32', dims: [-1] }],
    });
    for (const path of ['/v2/models/m/stats', '/v2/models/stats', '/v2/models/m/versions/1/stats']) {
      const [model] = (await (await fetch(`${address}${path}`)).json()).model_stats;
      expect(model).toMatchObject({ name: 'm', version: '1', inference_count: 1, execution_count: 1 });
      expect(model.inference_stats.success).toEqual({ count: 1, ns: expect.toSatisfy((ns) => ns > 0) });
      expect(model.inference_stats.fail.count).toBe(1);
    }
    const index = await (await fetch(`${address}/v2/repository/index`, { method: 'POST', body: '{}' })).json();
    expect(index).toEqual([{ name: 'm', version: '1', state: 'READY', reason: '' }]);
  });
});

describe('access', () => {
  it('takes the scheme in any case and says what it wants', async () => {
    const { address } = await serve({ token: 'open-sesame' });
    const asked = (authorization?: string) =>
      fetch(`${address}/v2`, authorization === undefined ? {} : { headers: { authorization } });
    for (const scheme of ['Bearer', 'bearer', 'BEARER'])
      expect((await asked(`${scheme} open-sesame`)).status).toBe(200);
    expect((await asked()).headers.get('www-authenticate')).toBe('Bearer realm="dnnsplit"');
    const wrong = await asked('bearer open-sesam');
    expect([wrong.status, wrong.headers.get('www-authenticate')]).toEqual([
      401,
      expect.stringMatching(/invalid_token/),
    ]);
    expect((await asked('Basic open-sesame')).status).toBe(401);
    // Readiness and liveness are for probes, which have no token.
    expect((await fetch(`${address}/v2/health/ready`)).status).toBe(200);
  });
});

describe('bodies', () => {
  it('that are compressed are refused with 415', async () => {
    const { address } = await serve();
    const headers = { 'content-encoding': 'gzip' };
    const sent = await fetch(`${address}/v2/models/m/infer`, { method: 'POST', headers, body: gzipSync(body) });
    expect([sent.status, sent.headers.get('accept-encoding')]).toEqual([415, 'identity']);
    expect((await ask(address, floatsInput('x', [1]), { 'content-encoding': 'identity' })).status).toBe(200);
  });

  const head = (length: number, extra: string) =>
    `POST /v2/models/m/infer HTTP/1.1\r\nHost: a\r\nContent-Length: ${length}\r\n${extra}\r\n`;
  const expecting = 'Expect: 100-continue\r\n';

  it('are asked for when their sender waits to be, and refused before they are sent', async () => {
    const { port } = await serve();
    const small = await converse(port, /"data"/, head(body.length, expecting), body);
    expect(small).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 OK/);
    const large = await converse(port, /error/, head(1e9, expecting));
    expect(large).toMatch(/^HTTP\/1\.1 413 /);
    const { port: guarded } = await serve({ token: 'secret' });
    expect(await converse(guarded, /error/, head(10, expecting))).toMatch(/^HTTP\/1\.1 401 /);
  });

  it('are answered though their sender has closed its half of the connection', async () => {
    const { port } = await serveTier(contractOf('only'), addOne('y', 100));
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    await once(socket, 'connect');
    socket.end(head(body.length, '') + body);
    let answer = '';
    for await (const part of socket.setEncoding('latin1')) answer += part;
    expect(answer).toMatch(/^HTTP\/1\.1 200 [\s\S]*"data":\[2\]/);
  });
});

describe('what travels with a request', () => {
  it('is passed on: its id, its name in the logs and its trace', async () => {
    const seen: Record<string, unknown>[] = [];
    const upper = contractOf('cloud', { input: 'x1' });
    const cloud = await serveTier(upper, {
      ...addOne('y'),
      run: async (inputs, call) => {
        seen.push({ id: call.id, ...call.headers });
        return await addOne('y').run(inputs, call);
      },
    });
    const device = await serveTier(contractOf('device', { output: 'x1', isLast: false }), addOne('x1'), cloud.address);
    const trace = {
      traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
      tracestate: 'vendor=1',
      'x-request-id': 'request-7',
    };
    const answer = await ask(device.address, { id: 'seven', ...floatsInput('x', [1]) }, trace);
    expect(seen).toEqual([{ id: 'seven', ...trace }]);
    expect([(await answer.json()).id, answer.headers.get('x-request-id')]).toEqual(['seven', 'request-7']);
    await ask(device.address, floatsInput('x', [1]), { 'x-request-id': 'not printable: \u00e4' });
    expect(seen[1]).toEqual({ id: undefined, 'x-request-id': expect.stringMatching(/^[0-9a-f-]{36}$/) });
  });

  it('appears in one line of the log where it fails', async () => {
    const { address, logged } = await serve();
    await ask(address, { id: 'seven', ...floatsInput('z', [1]) }, { 'x-request-id': 'request-7' });
    await ask(address, floatsInput('x', [1]));
    expect(logged).toEqual([
      {
        message: expect.stringMatching(/^request failed: .*no input "z"/),
        fields: { request: 'request-7', id: 'seven', status: 400, ms: expect.any(Number), bytes: expect.any(Number) },
      },
    ]);
  });
});

describe('metrics', () => {
  it('count failures in the histograms, bytes both ways on both links, and tensors that were not encoded', async () => {
    const upper = { ...contractOf('cloud', { input: 'x1' }), receivesAs: 'int8' as const };
    const cloud = await serveTier(upper, renaming({ x1: 'y' }));
    const lower = contractOf('device', { output: 'x1', isLast: false });
    const device = await serveTier({ ...lower, sendsAs: 'int8' }, renaming({ x: 'x1' }), cloud.address);
    await ask(device.address, floatsInput('x', [1, 2]));
    await ask(device.address, floatsInput('z', [1]));
    const bytes = new Uint8Array(Float32Array.of(Number.NaN, 1).buffer);
    const { outputs } = await inferBinary(device.address, 'm', [{ name: 'x', datatype: 'FP32', shape: [2], bytes }]);
    expect(outputs[0]?.bytes).toEqual(bytes);
    const text = await (await fetch(`${device.address}/metrics`)).text();
    const value = (series: string) =>
      Number(
        text
          .split('\n')
          .find((line) => line.startsWith(`${series} `))
          ?.split(' ')[1],
      );
    expect(value('dnnsplit_request_seconds_count{tier="device",status="200"}')).toBe(2);
    expect(value('dnnsplit_request_seconds_count{tier="device",status="400"}')).toBe(1);
    expect(value('dnnsplit_upstream_seconds_count{tier="device",status="200"}')).toBe(2);
    expect(value('dnnsplit_unencoded_tensors_total{tier="device"}')).toBe(1);
    for (const direction of ['received', 'sent', 'upstream_sent', 'upstream_received']) {
      expect(value(`dnnsplit_${direction}_bytes_total{tier="device"}`)).toBeGreaterThan(0);
    }
    // Every line is of Prometheus' text format: a comment, or a name with labels and a number.
    for (const line of text.trimEnd().split('\n')) {
      expect(line).toMatch(/^# (HELP|TYPE) dnnsplit_\w+ \S|^dnnsplit_\w+\{(\w+="[^"]*",?)+\} [\d.e+-]+$/);
    }
  });
});

describe('a tensor that the encoding of its link cannot carry', () => {
  it('ends its request in a sentence where it is refused, and others are answered', async () => {
    const cloud = await serveTier(
      { ...contractOf('cloud', { input: 'x1' }), receivesAs: 'float16' },
      renaming({ x1: 'y' }),
    );
    const lower = { ...contractOf('device', { output: 'x1', isLast: false }), sendsAs: 'float16' as const };
    const settings = { refusesUnencoded: true };
    const device = await serveTier(lower, renaming({ x: 'x1' }), cloud.address, settings);
    const refused = await ask(device.address, floatsInput('x', [1, 70_000]));
    expect([refused.status, (await refused.json()).error]).toEqual([
      400,
      'Tensor "x1" of tier device has values that float16 cannot carry, and this relay sends none unencoded.',
    ]);
    const answered = await (await ask(device.address, floatsInput('x', [1, 65_504]))).json();
    expect(answered.outputs[0].data).toEqual([1, 65_504]);
  });
});

describe('what a request shows of its link', () => {
  it('is the bandwidth of large bodies and the time that the tier above does not account for', () => {
    // 1 MB in 80 ms are 100 Mbit/s; of 150 ms the tier above accounts for 130.
    const shown = (received: unknown) => {
      const observation = observationFrom(received, 150);
      return observation && withObservation(assumedLink(), observation);
    };
    expect(shown({ bytes: 1e6, ms: 80, totalMs: 130 })).toMatchObject({ bandwidthMbps: 100, roundTripMs: 20 });
    expect(shown({ bytes: 1000, ms: 1, totalMs: 130 })).toMatchObject({ bandwidthMbps: undefined, roundTripMs: 20 });
    expect([shown(undefined), shown({ bytes: 'many' })]).toEqual([undefined, undefined]);
  });

  it('appears in the metrics of the tier below', async () => {
    const cloud = await serveTier(contractOf('cloud', { input: 'x1' }), renaming({ x1: 'y' }), undefined, {
      maxBodyBytes: 1e6,
    });
    const lower = contractOf('device', { output: 'x1', isLast: false });
    const device = await serveTier(lower, renaming({ x: 'x1' }), cloud.address, { maxBodyBytes: 1e6 });
    const bytes = new Uint8Array(400_000);
    const { outputs } = await inferBinary(device.address, 'm', [{ name: 'x', datatype: 'FP32', shape: [1e5], bytes }]);
    expect(Buffer.from(outputs[0]?.bytes ?? []).equals(bytes)).toBe(true);
    const text = await (await fetch(`${device.address}/metrics`)).text();
    expect(text).toMatch(/^dnnsplit_link_mbps\{tier="device"\} \d/m);
    expect(text).toMatch(/^dnnsplit_link_round_trip_ms\{tier="device"\} \d/m);
  });
});

describe('types without dimensions', () => {
  it('are described as the protocol has them', async () => {
    const scalar = { ...contractOf('only'), receives: [contractTensor('x', 'int64', [])] };
    const { address } = await serveTier(scalar, addOne('y'));
    const { inputs } = await (await fetch(`${address}/v2/models/m`)).json();
    expect(inputs).toEqual([{ name: 'x', datatype: 'INT64', shape: [] }]);
  });
});
