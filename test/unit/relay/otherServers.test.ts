import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { InferenceClient } from '../../../src/relay/execution/inferenceClient';
import { engineTitle, remoteEngineExecutor } from '../../../src/relay/execution/remoteEngine';
import type { InferenceClientOptions } from '../../../src/relay/execution/tensorServer';
import { defaultRelaySettings, runRelay } from '../../../src/relay/runRelay';
import { deviceContract } from './support/adaptiveContracts';
import { addOne, ask, contractOf, contractTensor, floatsInput, serveTier } from './support/serveTier';
import { type Asked, standIn } from './support/standIn';

const contract = contractOf('only');

/** A tier whose part runs in a server of another maker. */
async function serveBeside(address: string, settings: Partial<InferenceClientOptions> = {}, tier = contract) {
  const client = new InferenceClient({
    address,
    modelName: 'part',
    connectTimeoutMs: 1000,
    maxBodyBytes: 1e6,
    retries: 0,
    title: engineTitle,
    ...settings,
  });
  const { segment } = tier;
  if (segment === null) throw new Error('the tier runs nothing');
  return await serveTier(tier, remoteEngineExecutor(client, segment));
}

/** MLServer 1.x: lists its extensions, none of them binary tensors (docs.seldon.ai, "Open Inference Protocol"). */
const mlserver = ({ path, body }: Asked) => {
  if (path === '/v2') return { body: JSON.stringify({ name: 'mlserver', version: '1.7.1', extensions: [] }) };
  if (path === '/v2/models/part')
    return { body: JSON.stringify({ name: 'part', versions: [], platform: '', inputs: [], outputs: [] }) };
  const { id, inputs } = JSON.parse(body);
  const data = inputs[0].data.map((value: number) => value + 1);
  const outputs = [
    { name: 'y', shape: inputs[0].shape, datatype: inputs[0].datatype, parameters: { content_type: 'np' }, data },
  ];
  return { body: JSON.stringify({ model_name: 'part', model_version: null, id, parameters: {}, outputs }) };
};

/** A custom model of KServe's Python server: fields that are not set are `null` (kserve/protocol/rest/v2_datamodels). */
const kserve = ({ path }: Asked) => {
  if (path === '/v2')
    return { body: JSON.stringify({ name: 'kserve', version: '0.15.0', extensions: ['model_repository_extension'] }) };
  if (path === '/v2/models/part') return { status: 404, body: '{"error":"not found"}' };
  const outputs = [{ name: 'y', shape: [2], datatype: 'FP32', parameters: null, data: [[1.5, 2.5]].flat() }];
  return { body: JSON.stringify({ model_name: 'part', model_version: null, id: null, parameters: null, outputs }) };
};

describe('engines of other makers', () => {
  it('get JSON where they take no binary tensors', async () => {
    const engine = await standIn(mlserver);
    const { address } = await serveBeside(engine.address);
    const answer = await ask(address, { id: 'seven', ...floatsInput('x', [1, -2.5]) }, { traceparent: '00-1-2-01' });
    expect((await answer.json()).outputs[0].data).toEqual([2, -1.5]);
    const sent = engine.asked.find(({ method }) => method === 'POST');
    expect(sent?.headers).toMatchObject({ 'content-type': 'application/json', traceparent: '00-1-2-01' });
    expect(sent?.headers['inference-header-content-length']).toBeUndefined();
    expect(JSON.parse(sent?.body ?? '')).toEqual({
      id: 'seven',
      inputs: [{ name: 'x', datatype: 'FP32', shape: [2], data: [1, -2.5] }],
    });
  });

  it('are told in a sentence what JSON cannot carry', async () => {
    const engine = await standIn(mlserver);
    const half = (name: string) => contractTensor(name, 'float16');
    const tier = {
      ...contract,
      receives: [half('x')],
      segment: { file: 'm', inputs: [half('x')], outputs: [half('y')] },
      answers: [half('y')],
    };
    const { address } = await serveBeside(engine.address, {}, tier);
    const head = JSON.stringify({
      inputs: [{ name: 'x', datatype: 'FP16', shape: [1], parameters: { binary_data_size: 2 } }],
    });
    const answer = await fetch(`${address}/v2/models/m/infer`, {
      method: 'POST',
      headers: { 'Inference-Header-Content-Length': String(head.length) },
      body: `${head}\0\0`,
    });
    expect([answer.status, (await answer.json()).error]).toEqual([
      502,
      expect.stringMatching(/^The engine of this tier takes tensors as JSON alone: .*FP16/),
    ]);
  });

  it('may say null where they have nothing to say', async () => {
    const engine = await standIn(kserve);
    const { address } = await serveBeside(engine.address);
    expect((await (await ask(address, floatsInput('x', [1, 2]))).json()).outputs[0].data).toEqual([1.5, 2.5]);
  });

  it('must answer what the part promises', async () => {
    const outputs = [{ name: 'y', shape: [2], datatype: 'INT32', data: [1, 2] }];
    const engine = await standIn(() => ({ body: JSON.stringify({ model_name: 'part', outputs, extensions: [] }) }));
    const { address } = await serveBeside(engine.address);
    const answer = await ask(address, floatsInput('x', [1, 2]));
    expect([answer.status, (await answer.json()).error]).toEqual([
      502,
      expect.stringMatching(/engine of this tier answered something that does not fit: tensor "y" is INT32/),
    ]);
  });

  it('get their token', async () => {
    const engine = await standIn((asked) =>
      asked.headers.authorization === 'Bearer engine-secret' ? kserve(asked) : { status: 401, body: '{"error":"no"}' },
    );
    const { address } = await serveBeside(engine.address, { token: 'engine-secret' });
    expect((await ask(address, floatsInput('x', [1, 2]))).status).toBe(200);
  });

  it('are trusted by the certificates that are named, and only then', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'dnnsplit-tls-'));
    const [keyFile, certFile] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
    execFileSync(
      'openssl',
      [
        ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'],
        ...['-subj', '/CN=engine', '-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', keyFile, '-out', certFile],
      ],
      { stdio: 'ignore' },
    );
    const [key, cert] = [readFileSync(keyFile, 'utf8'), readFileSync(certFile, 'utf8')];
    rmSync(folder, { recursive: true });
    const engine = await standIn(kserve, { key, cert });
    const trusting = await serveBeside(engine.address, { certificateAuthority: cert });
    expect((await ask(trusting.address, floatsInput('x', [1, 2]))).status).toBe(200);
    const wary = await serveBeside(engine.address);
    const answer = await ask(wary.address, floatsInput('x', [1, 2]));
    expect([answer.status, (await answer.json()).error]).toEqual([
      502,
      expect.stringMatching(/self-signed certificate/),
    ]);
  });

  it.each([
    [429, '7', 429, '7'],
    [503, '3', 503, '3'],
    [503, undefined, 503, '1'],
    [500, '9', 502, null],
    [403, undefined, 502, null],
  ])('pass on a %s with Retry-After %s', async (status, after, expectedStatus, expectedAfter) => {
    const engine = await standIn(({ method }) =>
      method === 'GET'
        ? { body: '{}' }
        : { status, body: '{"error":"no."}', headers: after === undefined ? {} : { 'retry-after': after } },
    );
    const { address } = await serveBeside(engine.address);
    const answer = await ask(address, floatsInput('x', [1]));
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([expectedStatus, expectedAfter]);
    expect((await answer.json()).error).toBe(`The engine of this tier answered ${status}: no.`);
  });
});

describe('the blocks of a tier that holds several cuts', () => {
  it('run in an engine under a name each, one after the other', async () => {
    const engine = await standIn(({ path, body }) => {
      const block = /^\/v2\/models\/part-block-([12])\/infer$/.exec(path)?.[1];
      if (block === undefined) return { body: JSON.stringify({ name: 'server', extensions: [] }) };
      const [{ data, ...input }] = JSON.parse(body).inputs;
      const made = data.map((value: number) => value * 10 + Number(block));
      const outputs = [{ ...input, name: block === '1' ? 'a' : 'y', data: made }];
      return { body: JSON.stringify({ model_name: 'part', outputs }) };
    });
    const folder = mkdtempSync(join(tmpdir(), 'dnnsplit-blocks-'));
    const contractPath = join(folder, 'contract.json');
    writeFileSync(contractPath, JSON.stringify(deviceContract({ cuts: ['all'] })));
    const relay = await runRelay({
      ...defaultRelaySettings,
      ...{ contractPath, port: 0, version: '0', log: () => undefined },
      ...{ engine: engine.address, engineModel: 'part' },
    });
    const answer = await ask(`http://127.0.0.1:${relay.port}`, floatsInput('x', [3, 4]));
    expect((await answer.json()).outputs).toEqual([{ name: 'y', datatype: 'FP32', shape: [2], data: [312, 412] }]);
    await relay.stop(0);
    rmSync(folder, { recursive: true });
  });
});

describe('a server of another maker above', () => {
  it('may hold the rest of the model, without knowing of exports', async () => {
    const rest = await standIn(({ path, body }) => {
      if (path !== '/v2/models/m/infer') return { body: JSON.stringify({ name: 'm', platform: 'onnxruntime_onnx' }) };
      const head = JSON.parse(body.slice(0, body.lastIndexOf('}') + 1));
      const outputs = [{ name: 'y', datatype: 'FP32', shape: head.inputs[0].shape, data: [42] }];
      return { body: JSON.stringify({ model_name: 'm', model_version: '1', outputs }) };
    });
    const artifact = `sha256:${'c'.repeat(64)}`;
    const lower = contractOf('device', { output: 'x1', isLast: false, artifact });
    const { address } = await serveTier(lower, addOne('x1'), rest.address);
    expect((await fetch(`${address}/v2/health/ready`)).status).toBe(200);
    expect((await (await ask(address, floatsInput('x', [1]))).json()).outputs[0].data).toEqual([42]);
  });
});
