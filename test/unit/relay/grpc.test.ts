import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { credentials, Metadata, type ServiceError, status } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { EmulatedLink } from '../../../src/relay/execution/emulatedLink';
import { GrpcInferenceClient } from '../../../src/relay/grpc/grpcClient';
import { inference } from '../../relay/publishedGrpc';
import { exportAt, floats, type RelayProcess, startRelay, tinyResnet } from '../../relay/splitChain';
import { inferBinary } from '../../relay/v2Client';
import { type Bundled, bundlePrograms } from '../../support/bundled';

interface InferAnswer {
  readonly id: string;
  readonly model_name: string;
  readonly parameters: Readonly<Record<string, { readonly string_param?: string }>>;
  readonly outputs: readonly { readonly name: string; readonly datatype: string; readonly shape: readonly string[] }[];
  readonly raw_output_contents: readonly Buffer[];
}

/** Calls one method; resolves with its answer or its error. */
function call<Answer>(
  port: number,
  method: string,
  message: object,
  settings: { readonly metadata?: Record<string, string>; readonly deadlineMs?: number } = {},
): Promise<{ answer?: Answer; error?: ServiceError }> {
  const client = new inference.GRPCInferenceService(`127.0.0.1:${port}`, credentials.createInsecure());
  const metadata = new Metadata();
  for (const [name, value] of Object.entries(settings.metadata ?? {})) metadata.set(name, value);
  return new Promise((done) => {
    const ask = client[method];
    if (ask === undefined) throw new Error(`no method ${method}`);
    const deadline = Date.now() + (settings.deadlineMs ?? 20_000);
    ask.call(client, message, metadata, { deadline }, (error: ServiceError | null, answer: Answer) => {
      client.close();
      done(error === null ? { answer } : { error });
    });
  });
}

const shape = [1, 3, 64, 64];
const model = 'tiny-resnet';
const values = (seed: number) => floats(3 * 64 * 64, seed);
const rawRequest = (seed: number) => ({
  model_name: model,
  id: `request-${seed}`,
  inputs: [{ name: 'x', datatype: 'FP32', shape }],
  raw_input_contents: [Buffer.from(values(seed).buffer)],
});

describe('gRPC', () => {
  let bundled: Bundled;
  let split: ReturnType<typeof exportAt>;
  let whole: ReturnType<typeof exportAt>;
  const relays: RelayProcess[] = [];
  /** A chain of three that speaks gRPC between its tiers and at its door, and a chain that speaks HTTP alone. */
  let door: RelayProcess;
  let plain: RelayProcess;

  const start = async (contract: string | undefined, ...args: string[]) => {
    const relay = await startRelay(bundled.program('relay'), contract ?? '', '--port', '0', '--exact', ...args);
    relays.push(relay);
    return relay;
  };
  beforeAll(async () => {
    bundled = await bundlePrograms({ relay: 'src/relay/main.ts', relayGrpc: 'src/relay/grpc/main.ts' });
    split = exportAt(tinyResnet, [0.3, 0.7]);
    whole = exportAt(tinyResnet, []);
    const cloud = await start(split.contractPaths[2], '--grpc-port', '0');
    const up = ['--upstream', `grpc://127.0.0.1:${cloud.grpcPort}`];
    const edge = await start(split.contractPaths[1], '--grpc-port', '0', ...up);
    door = await start(split.contractPaths[0], '--grpc-port', '0', '--upstream', `grpc://127.0.0.1:${edge.grpcPort}`);
    plain = await start(whole.contractPaths[0], '--grpc-port', '0');
  }, 60_000);
  afterAll(async () => {
    await Promise.all(relays.map((relay) => relay.end('SIGKILL')));
    split.remove();
    whole.remove();
    await bundled.remove();
  });

  it('answers raw contents bit for bit as HTTP does, through a chain that speaks gRPC between its tiers', async () => {
    for (const seed of [1, 2, 3]) {
      const bytes = new Uint8Array(values(seed).buffer);
      const expected = await inferBinary(plain.base, model, [{ name: 'x', datatype: 'FP32', shape, bytes }]);
      for (const relay of [door, plain]) {
        const { answer, error } = await call<InferAnswer>(relay.grpcPort, 'ModelInfer', rawRequest(seed));
        expect(error).toBeUndefined();
        expect(answer).toMatchObject({ id: `request-${seed}`, model_name: model });
        expect(answer?.outputs).toMatchObject([{ name: 'y', datatype: 'FP32', shape: ['1', '10'] }]);
        expect(answer?.raw_output_contents[0]?.equals(expected.outputs[0]?.bytes ?? new Uint8Array())).toBe(true);
      }
      // And HTTP at the door of the same chain.
      const through = await inferBinary(door.base, model, [{ name: 'x', datatype: 'FP32', shape, bytes }]);
      expect(through.outputs).toEqual(expected.outputs);
    }
  });

  it('takes typed contents too', async () => {
    const { raw_input_contents: _, ...request } = rawRequest(4);
    const typed = { ...request, inputs: [{ ...request.inputs[0], contents: { fp32_contents: [...values(4)] } }] };
    const [one, other] = await Promise.all([
      call<InferAnswer>(plain.grpcPort, 'ModelInfer', typed),
      call<InferAnswer>(plain.grpcPort, 'ModelInfer', rawRequest(4)),
    ]);
    expect(one.answer?.raw_output_contents).toEqual(other.answer?.raw_output_contents);
  });

  it('gives times per tier where they are asked for', async () => {
    const request = { ...rawRequest(1), parameters: { dnnsplit_timing: { bool_param: true } } };
    const { answer } = await call<InferAnswer>(door.grpcPort, 'ModelInfer', request);
    const times = JSON.parse(answer?.parameters['dnnsplit_timing']?.string_param ?? '[]');
    expect(times.map(({ tier }: { tier: string }) => tier)).toEqual(['device', 'edge', 'cloud']);
    // Every place was given back once its answer was out.
    const metrics = await (await fetch(`${door.base}/metrics`)).text();
    expect(metrics).toMatch(/^dnnsplit_open_requests\{tier="device"\} 0$/m);
  });

  it('tells what it serves and that it is ready', async () => {
    expect((await call(door.grpcPort, 'ServerLive', {})).answer).toEqual({ live: true });
    expect((await call(door.grpcPort, 'ServerReady', {})).answer).toEqual({ ready: true });
    expect((await call(door.grpcPort, 'ModelReady', { name: model, version: '1' })).answer).toEqual({ ready: true });
    expect((await call(door.grpcPort, 'ServerMetadata', {})).answer).toMatchObject({ name: 'dnnsplit-relay' });
    expect((await call(door.grpcPort, 'ModelMetadata', { name: model })).answer).toEqual({
      name: model,
      versions: ['1'],
      platform: 'dnnsplit_relay',
      inputs: [{ name: 'x', datatype: 'FP32', shape: shape.map(String) }],
      outputs: [{ name: 'y', datatype: 'FP32', shape: ['1', '10'] }],
    });
  });

  const [input] = rawRequest(1).inputs;
  it.each([
    ['another model', { model_name: 'other' }, status.NOT_FOUND, /no model "other"/],
    ['another version', { model_version: '2' }, status.NOT_FOUND, /of version 2/],
    ['an unknown input', { inputs: [{ ...input, name: 'z' }] }, status.INVALID_ARGUMENT, /no input "z"/],
    ['a shape that does not fit', { inputs: [{ ...input, shape: [1] }] }, status.INVALID_ARGUMENT, /takes 4/],
    [
      'a negative dimension',
      { inputs: [{ ...input, shape: [-1] }] },
      status.INVALID_ARGUMENT,
      /has the invalid shape \[-1\]/,
    ],
    ['too few raw contents', { inputs: [input, input] }, status.INVALID_ARGUMENT, /2 tensors, but 1 raw/],
    ['an unknown output', { outputs: [{ name: 'q' }] }, status.INVALID_ARGUMENT, /no output "q"/],
    ['an unknown datatype', { inputs: [{ ...input, datatype: 'FP99' }] }, status.INVALID_ARGUMENT, /unknown datatype/],
    [
      'raw and typed contents',
      { inputs: [{ ...input, contents: { fp32_contents: [1] } }] },
      status.INVALID_ARGUMENT,
      /both raw and typed contents/,
    ],
    [
      'another export',
      { parameters: { dnnsplit_artifact: { string_param: `sha256:${'a'.repeat(64)}` } } },
      status.FAILED_PRECONDITION,
      /Two exports of the model are mixed/,
    ],
  ])('refuses %s with one sentence', async (_, change, code, sentence) => {
    const { error } = await call(door.grpcPort, 'ModelInfer', { ...rawRequest(1), ...change });
    expect([error?.code, error?.details]).toEqual([code, expect.stringMatching(sentence)]);
  });

  it('refuses elements in the field of another type, and those that theirs cannot hold', async () => {
    const { raw_input_contents: _, ...request } = rawRequest(1);
    const typed = (datatype: string, contents: object) =>
      call(plain.grpcPort, 'ModelInfer', { ...request, inputs: [{ ...input, datatype, shape: [1], contents }] });
    expect((await typed('FP32', { fp64_contents: [1] })).error?.details).toMatch(/in fp64_contents instead of fp32/);
    expect((await typed('INT8', { int_contents: [200] })).error?.details).toMatch(/cannot hold 200/);
    expect((await typed('FP16', { fp32_contents: [1] })).error?.details).toMatch(/only be sent as raw contents/);
  });

  it('wants its token, and answers in the time that is left', async () => {
    const folder = split.directory;
    writeFileSync(resolve(folder, 'token'), 'open-sesame');
    const guarded = await start(whole.contractPaths[0], '--grpc-port', '0', '--token-file', resolve(folder, 'token'));
    expect((await call(guarded.grpcPort, 'ModelInfer', rawRequest(1))).error?.code).toBe(status.UNAUTHENTICATED);
    const metadata = { authorization: 'bearer open-sesame' };
    expect((await call(guarded.grpcPort, 'ModelInfer', rawRequest(1), { metadata })).error).toBeUndefined();
    expect((await call(guarded.grpcPort, 'ServerReady', {})).answer).toEqual({ ready: true });
    const late = await call(door.grpcPort, 'ModelInfer', rawRequest(1), { deadlineMs: 1 });
    expect(late.error?.code).toBe(status.DEADLINE_EXCEEDED);
  });

  it('runs its part in an engine that speaks gRPC, and says when that is gone', async () => {
    const engine = await start(whole.contractPaths[0], '--grpc-port', '0');
    const beside = ['--engine', `grpc://127.0.0.1:${engine.grpcPort}`, '--engine-model', model];
    const front = await start(whole.contractPaths[0], ...beside);
    const bytes = new Uint8Array(values(5).buffer);
    const ask = (base: string) => inferBinary(base, model, [{ name: 'x', datatype: 'FP32', shape, bytes }]);
    expect((await ask(front.base)).outputs).toEqual((await ask(plain.base)).outputs);
    await engine.end('SIGKILL');
    const gone = await ask(front.base);
    expect([gone.status, gone.error]).toEqual([
      502,
      expect.stringMatching(/^The engine of this tier cannot be reached/),
    ]);
  });

  it('shows how fast the link is, by requests and by probes', async () => {
    const [, edge] = relays;
    const link = new EmulatedLink({ targetPort: edge?.grpcPort ?? 0, bandwidthMbps: 20, latencyMs: 0 });
    const address = `grpc://127.0.0.1:${await link.listen()}`;
    const limits = { connectTimeoutMs: 3000, maxBodyBytes: 1e7, retries: 0 };
    const client = new GrpcInferenceClient({ address, modelName: model, title: 'The edge', ...limits });
    const received = z.object({ bodyBytes: z.number(), bytes: z.number(), ms: z.number(), totalMs: z.number() });
    const seen = received.parse(await client.probe(300_000, { 'dnnsplit-sender': 'me' }));
    expect(seen).toMatchObject({ bodyBytes: 300_000, bytes: 300_000 });
    // A busy machine lets it look slower, nothing faster: what came before the headers were read is a small part.
    const mbps = (seen.bytes * 8) / (seen.ms * 1e3);
    expect(mbps).toBeLessThan(30);
    expect(received.parse(await client.probe(1000, {})).ms).toBe(0);
    client.close();
    const device = await start(split.contractPaths[0], '--upstream', address);
    const bytes = new Uint8Array(values(5).buffer);
    await inferBinary(device.base, model, [{ name: 'x', datatype: 'FP32', shape, bytes }]);
    const metrics = await (await fetch(`${device.base}/metrics`)).text();
    expect(metrics).toMatch(/^dnnsplit_link_round_trip_ms\{tier="device"\} \d/m);
    link.close();
  });

  it('is read only where it is asked for', async () => {
    const alone = await bundlePrograms({ relay: 'src/relay/main.ts' });
    const relay = await startRelay(alone.program('relay'), whole.contractPaths[0] ?? '', '--port', '0');
    expect((await fetch(`${relay.base}/v2/health/ready`)).status).toBe(200);
    await relay.end();
    await expect(
      startRelay(alone.program('relay'), whole.contractPaths[0] ?? '', '--port', '0', '--grpc-port', '0'),
    ).rejects.toThrow(/gRPC needs relayGrpc\.js beside the relay program/);
    await alone.remove();
  });
});
