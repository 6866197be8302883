import { readFileSync } from 'node:fs';
import * as ort from 'onnxruntime-node';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Bundled, bundlePrograms } from '../support/bundled';
import { exportAt, floats, type RelayProcess, startRelay, tinyResnet } from './splitChain';
import { inferBinary, type V2Tensor } from './v2Client';

const seconds = Number(process.env['SOAK_SECONDS'] ?? 600);
const callers = 32;
const shape = [1, 3, 64, 64];

let bundled: Bundled;
let split: ReturnType<typeof exportAt>;
/** From the device upwards. */
const relays: RelayProcess[] = [];
const contract = (position: number) => split.contractPaths[position] ?? '';
const limits = ['--exact', '--max-running', '4', '--max-waiting', '16'];

async function startTier(position: number, port = 0): Promise<RelayProcess> {
  const above = relays[position + 1];
  const upstream = above === undefined ? [] : ['--upstream', above.base];
  return await startRelay(bundled.program('relay'), contract(position), '--port', String(port), ...upstream, ...limits);
}

beforeAll(async () => {
  bundled = await bundlePrograms({ relay: 'src/relay/main.ts' });
  split = exportAt(tinyResnet, [0.3, 0.7]);
  for (const position of [2, 1, 0]) relays[position] = await startTier(position);
});
afterAll(async () => {
  await Promise.all(relays.map((relay) => relay.end('SIGKILL')));
  split.remove();
  await bundled.remove();
});

/** Resident memory of a process in MB; none where /proc is not there. */
function residentMB(pid: number): number | undefined {
  try {
    const kB = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return kB === undefined ? undefined : Number(kB) / 1000;
  } catch {
    return undefined;
  }
}

it(`answers right for ${seconds} s of more load than it takes, while the middle tier is killed again and again`, async () => {
  const session = await ort.InferenceSession.create(tinyResnet, {
    graphOptimizationLevel: 'disabled',
    intraOpNumThreads: 1,
  });
  const inputs = Array.from({ length: 16 }, (_, seed): V2Tensor => {
    const bytes = new Uint8Array(floats(3 * 64 * 64, seed).buffer);
    return { name: 'x', datatype: 'FP32', shape, bytes };
  });
  const expected: Buffer[] = [];
  for (const { bytes } of inputs) {
    const { y } = await session.run({ x: new ort.Tensor('float32', new Float32Array(bytes.slice().buffer), shape) });
    if (!(y?.data instanceof Float32Array)) throw new Error('y is not float32');
    expected.push(Buffer.from(y.data.buffer));
  }
  const end = Date.now() + seconds * 1000;
  const counts = new Map<string, number>();
  const count = (what: string) => counts.set(what, (counts.get(what) ?? 0) + 1);
  let killing = true;
  const killer = (async () => {
    while (Date.now() < end - 5000) {
      await new Promise((done) => setTimeout(done, Math.min(20_000, seconds * 200)));
      const { port } = relays[1] ?? { port: 0 };
      await relays[1]?.end('SIGKILL');
      relays[1] = await startTier(1, port);
      count('kills');
    }
    killing = false;
  })();
  const before = relays.map(({ pid }) => residentMB(pid));
  await Promise.all(
    Array.from({ length: callers }, async (_, caller) => {
      for (let call = caller; Date.now() < end || killing; call += 1) {
        const which = call % inputs.length;
        const input = inputs[which];
        if (input === undefined) continue;
        const { status, outputs } = await inferBinary(relays[0]?.base ?? '', 'tiny-resnet', [input]);
        if (status !== 200) count(`status ${status}`);
        else count(expected[which]?.equals(Buffer.from(outputs[0]?.bytes ?? [])) ? 'right' : 'wrong');
        if (status !== 200) await new Promise((done) => setTimeout(done, 10));
      }
    }),
  );
  await killer;
  const after = relays.map(({ pid }) => residentMB(pid));
  const memory = after.map((megabytes, index) => `${before[index]?.toFixed(0)} to ${megabytes?.toFixed(0)} MB`);
  process.stdout.write(`${JSON.stringify(Object.fromEntries(counts))}, memory ${memory.join(', ')}\n`);
  expect(counts.get('wrong') ?? 0).toBe(0);
  // Busy, or the middle tier away: nothing else may happen to a request.
  expect([...counts.keys()].filter((what) => !['right', 'kills', 'status 502', 'status 503'].includes(what))).toEqual(
    [],
  );
  expect(counts.get('right') ?? 0).toBeGreaterThan(seconds);
  await session.release();
});
