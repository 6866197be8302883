import { credentials, type ServiceError, status } from '@grpc/grpc-js';
import * as ort from 'onnxruntime-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { randomNumbers } from '../../../src/runtime/randomInputs';
import { inference } from '../../relay/publishedGrpc';
import { exportBuilt } from '../../relay/rememberingChain';
import { type RelayProcess, startRelay } from '../../relay/splitChain';
import { inferBinary, type V2Tensor } from '../../relay/v2Client';
import { type Bundled, bundlePrograms } from '../../support/bundled';
import { llamaLike } from '../../support/rememberingModels';

const [layers, size] = [2, 4];
const caches = Array.from({ length: layers }, (_, layer) => [`${layer}.key`, `${layer}.value`]).flat();

/** A generation through the whole model in ONNX Runtime; the test carries the caches itself, as clients of the model must. */
class WholeGeneration {
  private past: Record<string, ort.Tensor> = Object.fromEntries(
    caches.map((name) => [`past_key_values.${name}`, new ort.Tensor('float32', new Float32Array(0), [1, 1, 0, size])]),
  );

  constructor(private readonly session: ort.InferenceSession) {}

  async step(inputs: readonly V2Tensor[]): Promise<Buffer> {
    const feeds = inputs.map(({ name, shape, bytes }) => {
      const values = new BigInt64Array(bytes.slice().buffer);
      return [name, new ort.Tensor('int64', values, shape)] as const;
    });
    const made = await this.session.run({ ...Object.fromEntries(feeds), ...this.past });
    this.past = Object.fromEntries(
      caches.map((name) => [`past_key_values.${name}`, made[`present.${name}`] ?? new ort.Tensor('float32', [], [0])]),
    );
    const logits = made['logits']?.data;
    if (!(logits instanceof Float32Array)) throw new Error('logits are not float32');
    return Buffer.from(logits.buffer, logits.byteOffset, logits.byteLength);
  }
}

/** The inputs of every step: a prompt of any length, then tokens one by one. */
function stepsOf(seed: number, tokens: number): V2Tensor[][] {
  const random = randomNumbers(seed);
  let past = 0;
  return Array.from({ length: tokens + 1 }, (_, step) => {
    const length = step === 0 ? 1 + Math.floor(random() * 6) : 1;
    const tensor = (name: string, values: number[]): V2Tensor => {
      const bytes = new Uint8Array(BigInt64Array.from(values, BigInt).buffer);
      return { name, datatype: 'INT64', shape: [1, values.length], bytes };
    };
    const inputs = [
      tensor(
        'input_ids',
        Array.from({ length }, () => Math.floor(random() * 37)),
      ),
      tensor('attention_mask', new Array<number>(past + length).fill(1)),
      tensor(
        'position_ids',
        Array.from({ length }, (_, index) => past + index),
      ),
    ];
    past += length;
    return inputs;
  });
}

describe('sessions through three relay processes', () => {
  let bundled: Bundled;
  let session: ort.InferenceSession;
  let split: ReturnType<typeof exportBuilt>;
  let relays: RelayProcess[] = [];
  const start = (position: number, ...more: string[]) =>
    startRelay(bundled.program('relay'), split.contractPaths[position] ?? '', '--exact', ...more);
  const infer = (inputs: readonly V2Tensor[], id: string | number, at: { start?: boolean; end?: boolean } = {}) =>
    inferBinary(relays[0]?.base ?? '', 'remembers', inputs, {
      sequence_id: id,
      ...(at.start && { sequence_start: true }),
      ...(at.end && { sequence_end: true }),
    });
  const kept = async () =>
    await Promise.all(
      relays.map(async ({ base }) => {
        const text = await (await fetch(`${base}/metrics`)).text();
        return [/^dnnsplit_sessions\{.*\} (\d+)/m, /^dnnsplit_session_bytes\{.*\} (\d+)/m].map((one) =>
          Number(one.exec(text)?.[1]),
        );
      }),
    );

  beforeAll(async () => {
    bundled = await bundlePrograms({ relay: 'src/relay/main.ts', relayGrpc: 'src/relay/grpc/main.ts' });
    split = exportBuilt(llamaLike(), [0.4, 0.6]);
    session = await ort.InferenceSession.create(split.modelPath, {
      graphOptimizationLevel: 'disabled',
      intraOpNumThreads: 1,
    });
    const cloud = await start(2, '--port', '0', '--grpc-port', '0');
    const edge = await start(1, '--port', '0', '--upstream', `grpc://127.0.0.1:${cloud.grpcPort}`);
    const device = await start(0, '--port', '0', '--grpc-port', '0', '--upstream', edge.base, '--max-waiting', '100');
    relays = [device, edge, cloud];
  });
  afterAll(async () => {
    await Promise.all(relays.map((relay) => relay.end('SIGKILL')));
    split?.remove();
    await session?.release();
    await bundled?.remove();
  });

  it('answers eight interleaved generations bit for bit, over HTTP and gRPC, and keeps nothing of them', async () => {
    const generations = Array.from({ length: 8 }, (_, index) => ({
      id: index % 2 === 0 ? index + 1 : `generation-${index}`,
      whole: new WholeGeneration(session),
      steps: stepsOf(index, 6 + index),
    }));
    for (let step = 0; step < 14; step += 1) {
      await Promise.all(
        generations.map(async ({ id, whole, steps }) => {
          const inputs = steps[step];
          if (inputs === undefined) return;
          const { status, outputs } = await infer(inputs, id, { start: step === 0, end: step === steps.length - 1 });
          expect([status, outputs.map(({ name }) => name)]).toEqual([200, ['logits']]);
          expect(Buffer.from(outputs[0]?.bytes ?? []).equals(await whole.step(inputs))).toBe(true);
        }),
      );
      // The edge has no cache of its own, but knows which session above is whose.
      if (step === 3)
        expect((await kept()).map(([sessions, bytes = 0]) => [sessions, bytes > 0])).toEqual([
          [8, true],
          [8, false],
          [8, true],
        ]);
    }
    expect(await kept()).toEqual([
      [0, 0],
      [0, 0],
      [0, 0],
    ]);
  });

  it('takes the parameters of the sequence extension over gRPC too', async () => {
    const whole = new WholeGeneration(session);
    const client = new inference.GRPCInferenceService(`127.0.0.1:${relays[0]?.grpcPort}`, credentials.createInsecure());
    const infer = (message: object): Promise<{ error?: ServiceError; raw: Buffer }> =>
      new Promise((done) => {
        client['ModelInfer']?.(message, (error: ServiceError | null, answer?: { raw_output_contents: Buffer[] }) =>
          done({ ...(error !== null && { error }), raw: answer?.raw_output_contents[0] ?? Buffer.alloc(0) }),
        );
      });
    const steps = stepsOf(42, 3);
    const messageOf = (inputs: readonly V2Tensor[], parameters: object) => ({
      model_name: 'remembers',
      parameters: { sequence_id: { int64_param: 12 }, ...parameters },
      inputs: inputs.map(({ name, datatype, shape }) => ({ name, datatype, shape })),
      raw_input_contents: inputs.map(({ bytes }) => bytes),
    });
    for (const [step, inputs] of steps.entries()) {
      const parameters = { sequence_start: { bool_param: step === 0 }, sequence_end: { bool_param: step === 3 } };
      const { error, raw } = await infer(messageOf(inputs, parameters));
      expect(error).toBeUndefined();
      expect(raw.equals(await whole.step(inputs))).toBe(true);
    }
    const { error } = await infer(messageOf(steps[1] ?? [], {}));
    client.close();
    expect([error?.code, error?.details]).toEqual([
      status.FAILED_PRECONDITION,
      expect.stringMatching(/has no session "12"/),
    ]);
  });

  it('hears 409 once a relay has lost its session, and begins again', async () => {
    const steps = stepsOf(99, 3);
    const [first = [], second = [], third = []] = steps;
    expect((await infer(first, 's', { start: true })).status).toBe(200);
    expect((await infer(second, 's')).status).toBe(200);
    const [device, edge, cloud] = relays;
    if (device === undefined || edge === undefined || cloud === undefined) throw new Error('three relays run');
    await edge.end('SIGKILL');
    const lost = await infer(third, 's');
    expect([lost.status, lost.error]).toEqual([502, expect.stringMatching(/cannot be reached/)]);
    const again = await start(1, '--port', String(edge.port), '--upstream', `grpc://127.0.0.1:${cloud.grpcPort}`);
    relays = [device, again, cloud];
    const refused = await infer(third, 's');
    expect([refused.status, refused.error]).toEqual([409, expect.stringMatching(/Begin again with sequence_start/)]);
    expect((await infer(third, 's')).status).toBe(409);
    const whole = new WholeGeneration(session);
    for (const [step, inputs] of steps.entries()) {
      const { status, outputs } = await infer(inputs, 's', { start: step === 0, end: step === 3 });
      expect(status).toBe(200);
      expect(Buffer.from(outputs[0]?.bytes ?? []).equals(await whole.step(inputs))).toBe(true);
    }
  });

  /** The long form: DNNSPLIT_LONG=1 npx vitest run test/unit/state/relays.test.ts. */
  it.skipIf(process.env['DNNSPLIT_LONG'] === undefined)(
    'keeps no byte of 1,000 sessions',
    { timeout: 600_000 },
    async () => {
      const [prompt = [], token = []] = stepsOf(5, 1);
      for (let id = 1; id <= 1000; id += 1) {
        await infer(prompt, id, { start: true });
        if (id % 3 !== 0) await infer(token, id, { end: true });
      }
      // Every third one is begun again, which is its end.
      for (let id = 3; id <= 1000; id += 3) await infer(prompt, id, { start: true, end: true });
      await infer(prompt, 1, { start: true, end: true });
      expect(await kept()).toEqual([
        [0, 0],
        [0, 0],
        [0, 0],
      ]);
    },
  );
});
