import * as ort from 'onnxruntime-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exportAt, floats, type RelayProcess, startRelay, tinyResnet } from '../../relay/splitChain';
import { inferBinary, inferJson, type V2Tensor } from '../../relay/v2Client';
import { type Bundled, bundlePrograms } from '../../support/bundled';

const shape = [1, 3, 64, 64];
const model = 'tiny-resnet';
const inputOf = (seed: number): V2Tensor => {
  const values = floats(3 * 64 * 64, seed);
  return { name: 'x', datatype: 'FP32', shape, bytes: new Uint8Array(values.buffer) };
};

describe('three relay processes that answer for one model', () => {
  let bundled: Bundled;
  let session: ort.InferenceSession;
  let split: ReturnType<typeof exportAt>;
  let cloud: RelayProcess;
  let edge: RelayProcess;
  let device: RelayProcess;
  const contract = (position: number) => split.contractPaths[position] ?? '';
  const startEdge = (port: number) =>
    startRelay(bundled.program('relay'), contract(1), '--port', String(port), '--upstream', cloud.base, '--exact');

  /** What ONNX Runtime makes of the whole model, as bytes. */
  async function whole(input: V2Tensor): Promise<Buffer> {
    const values = new Float32Array(input.bytes.slice().buffer);
    const { y } = await session.run({ x: new ort.Tensor('float32', values, shape) });
    const data = y?.data;
    if (!(data instanceof Float32Array)) throw new Error('y is not float32');
    return Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  }

  beforeAll(async () => {
    bundled = await bundlePrograms({ relay: 'src/relay/main.ts' });
    session = await ort.InferenceSession.create(tinyResnet, {
      graphOptimizationLevel: 'disabled',
      intraOpNumThreads: 1,
      interOpNumThreads: 1,
    });
    split = exportAt(tinyResnet, [0.3, 0.7]);
    cloud = await startRelay(bundled.program('relay'), contract(2), '--port', '0', '--exact');
    edge = await startEdge(0);
    device = await startRelay(
      bundled.program('relay'),
      contract(0),
      ...['--port', '0', '--exact', '--upstream', edge.base, '--max-running', '2', '--max-waiting', '100'],
    );
  });
  afterAll(async () => {
    await Promise.all([device, edge, cloud].map((relay) => relay?.end('SIGKILL')));
    split?.remove();
    await session?.release();
    await bundled?.remove();
  });

  it('answers bit for bit as the whole model does, in binary', async () => {
    for (const seed of [1, 2, 3]) {
      const input = inputOf(seed);
      const { status, outputs } = await inferBinary(device.base, model, [input]);
      expect(status).toBe(200);
      expect(outputs.map(({ name, datatype, shape: dims }) => [name, datatype, dims])).toEqual([
        ['y', 'FP32', [1, 10]],
      ]);
      expect(Buffer.from(outputs[0]?.bytes ?? []).equals(await whole(input))).toBe(true);
    }
  });

  it('answers the same in JSON', async () => {
    const input = inputOf(4);
    const values = [...new Float32Array(input.bytes.slice().buffer)];
    const { status, body } = await inferJson(device.base, model, 'x', shape, values);
    expect(status).toBe(200);
    expect(body).toMatchObject({ model_name: model, id: 'one' });
    expect(body.outputs[0].data.map(Math.fround)).toEqual([
      ...new Float32Array(new Uint8Array(await whole(input)).buffer),
    ]);
  });

  it('reads and writes large JSON without keeping others waiting, and refuses in the same words', async () => {
    const values = [...floats(3 * 64 * 64, 1)];
    const nested = { inputs: [{ name: 'x', datatype: 'FP32', shape, data: values }], padding: ' '.repeat(300_000) };
    const post = (body: unknown) =>
      fetch(`${device.base}/v2/models/${model}/infer`, { method: 'POST', body: JSON.stringify(body) });
    const answer = await (await post(nested)).json();
    expect(answer.outputs[0].data.map(Math.fround)).toEqual([
      ...new Float32Array(new Uint8Array(await whole(inputOf(1))).buffer),
    ]);
    const short = { ...nested, inputs: [{ name: 'x', datatype: 'FP32', shape, data: values.slice(1) }] };
    const refused = await post(short);
    expect([refused.status, (await refused.json()).error]).toEqual([400, expect.stringMatching(/has 12287 elements/)]);
  });

  it('tells what it serves and that it is ready', async () => {
    for (const path of ['health/live', 'health/ready', `models/${model}/ready`]) {
      expect((await fetch(`${device.base}/v2/${path}`)).status).toBe(200);
    }
    expect(await (await fetch(`${device.base}/v2/models/${model}`)).json()).toMatchObject({
      inputs: [{ name: 'x', datatype: 'FP32', shape }],
      outputs: [{ name: 'y', datatype: 'FP32', shape: [1, 10] }],
    });
  });

  it('refuses what does not fit with one sentence', async () => {
    const wrongShape = await inferBinary(device.base, model, [
      { name: 'x', datatype: 'FP32', shape: [1], bytes: new Uint8Array(4) },
    ]);
    expect([wrongShape.status, wrongShape.error]).toEqual([400, expect.stringMatching(/shape \[1\]/)]);
    const unknown = await inferBinary(device.base, model, [{ ...inputOf(1), name: 'z' }]);
    expect([unknown.status, unknown.error]).toEqual([400, expect.stringMatching(/no input "z"/)]);
    expect((await inferBinary(device.base, 'other', [inputOf(1)])).status).toBe(404);
  });

  it('loses nothing and answers nothing wrong under more load than it takes', async () => {
    const inputs = Array.from({ length: 8 }, (_, index) => inputOf(100 + index));
    const expected = await Promise.all(inputs.map(whole));
    const counts = { right: 0, wrong: 0, busy: 0, other: 0 };
    const callers = Array.from({ length: 24 }, async (_, caller) => {
      for (let call = 0; call < 10; call += 1) {
        const which = (caller + call) % inputs.length;
        const { status, outputs } = await inferBinary(device.base, model, [inputs[which] ?? inputOf(0)]);
        if (status === 503) counts.busy += 1;
        else if (status !== 200) counts.other += 1;
        else if (expected[which]?.equals(Buffer.from(outputs[0]?.bytes ?? []))) counts.right += 1;
        else counts.wrong += 1;
      }
    });
    await Promise.all(callers);
    expect(counts).toMatchObject({ wrong: 0, other: 0 });
    expect(counts.right + counts.busy).toBe(240);
    expect(counts.right).toBeGreaterThan(200);
  });

  it('says so while the middle tier is gone, and goes on once it is back', async () => {
    await edge.end('SIGKILL');
    const failed = await inferBinary(device.base, model, [inputOf(5)]);
    expect(failed.status).toBe(502);
    expect(failed.error).toMatch(/^The tier above device cannot be reached at http:\/\/127\.0\.0\.1:\d+: /);
    expect((await fetch(`${device.base}/v2/health/ready`)).status).toBe(503);
    expect((await fetch(`${device.base}/v2/health/live`)).status).toBe(200);
    edge = await startEdge(edge.port);
    const answers = await Promise.all([6, 7, 8, 9].map((seed) => inferBinary(device.base, model, [inputOf(seed)])));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    expect(Buffer.from(answers[0]?.outputs[0]?.bytes ?? []).equals(await whole(inputOf(6)))).toBe(true);
    expect((await fetch(`${device.base}/v2/health/ready`)).status).toBe(200);
  });
});
