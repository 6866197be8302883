import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { randomNumbers } from '../../src/runtime/randomInputs';
import { type Bundled, bundlePrograms } from '../support/bundled';
import { funnelInput } from './adaptiveChain';
import { type FollowingChain, type Outcome, startFollowingChain } from './followingChain';

const seconds = Number(process.env['SOAK_SECONDS'] ?? 600);
const clients = 4;
const slowReaders = 8;
const bandwidths = [100, 50, 20, 5, 1];

let bundled: Bundled;
let chain: FollowingChain;
beforeAll(async () => {
  bundled = await bundlePrograms({ relay: 'src/relay/main.ts' });
  chain = await startFollowingChain(bundled.program('relay'));
});
afterAll(async () => {
  await chain.stop();
  await bundled.remove();
});

/** Resident memory of a process in MB; none where /proc is not there. */
function residentMB(pid: number): number {
  try {
    return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1000;
  } catch {
    return 0;
  }
}

const [, channels, rows, columns] = funnelInput.shape;
const body = JSON.stringify({
  inputs: [{ ...funnelInput, datatype: 'FP32', data: new Array(channels * rows * columns).fill(0.5) }],
});

/** Asks and never reads its answer, until it is let go. */
function slowReader(port: number): Socket {
  const socket = connect(port, '127.0.0.1', () => {
    socket.write(`POST /v2/models/funnel/infer HTTP/1.1\r\nhost: a\r\ncontent-length: ${body.length}\r\n\r\n${body}`);
  });
  socket.on('error', () => undefined);
  return socket.pause();
}

/** Answers everything with what is no inference response, where the middle tier was. */
async function garbageAt(port: number): Promise<Server> {
  const server = createServer((request, response) => {
    request.resume();
    response.end('{"outputs": [{"name": "y"');
  });
  await new Promise<void>((done) => server.listen(port, '127.0.0.1', done));
  return server;
}

it(`follows its link for ${seconds} s, through kills, garbage from above and slow readers, losing nothing`, async () => {
  const random = randomNumbers(7);
  const startMs = performance.now();
  const isOver = () => performance.now() - startMs > seconds * 1e3;
  const outcomes: Outcome[] = [];
  /** Since when, and for which bandwidth, with the requests that were there then. */
  const changes: { readonly atMs: number; readonly mbps: number }[] = [];
  const away: { readonly fromMs: number; toMs: number }[] = [];
  const memory: number[] = [];
  const client = async (seed: number) => {
    for (let call = 0; !isOver(); call += 1) outcomes.push(await chain.infer(seed + call));
  };
  const shaping = async () => {
    while (!isOver()) {
      const mbps = bandwidths[Math.floor(random() * bandwidths.length)] ?? 50;
      chain.link.bandwidth = mbps;
      changes.push({ atMs: performance.now(), mbps });
      await delay(4000 + 6000 * random());
    }
  };
  const killing = async () => {
    for (let time = 0; !isOver(); time += 1) {
      await delay(15_000 + 10_000 * random());
      const gap = { fromMs: performance.now(), toMs: Number.POSITIVE_INFINITY };
      away.push(gap);
      await chain.killEdge();
      const garbage = time % 2 === 1 ? await garbageAt(chain.edgePort()) : undefined;
      await delay(3000);
      garbage?.closeAllConnections();
      await new Promise<void>((done) => (garbage === undefined ? done() : garbage.close(() => done())));
      await chain.startEdge();
      gap.toMs = performance.now();
    }
  };
  const reading = async () => {
    while (!isOver()) {
      const sockets = Array.from({ length: slowReaders }, () => slowReader(chain.device.port));
      await delay(10_000);
      for (const socket of sockets) socket.destroy();
      memory.push(residentMB(chain.device.pid));
    }
  };
  await Promise.all([...Array.from({ length: clients }, (_, seed) => client(seed)), shaping(), killing(), reading()]);

  const lost = outcomes.filter(({ status }) => status !== 200);
  const wrong = outcomes.filter(({ status, isRight }) => status === 200 && !isRight);
  const mixed = outcomes.filter(({ status, cuts }) => status === 200 && new Set(cuts).size !== 1);
  const local = outcomes.filter(({ cuts }) => cuts.length === 1);
  const settled = settledAfter(outcomes, changes, away);
  const early = memory.slice(0, Math.max(1, Math.floor(memory.length / 4)));
  const figures = {
    requests: outcomes.length,
    lost: lost.length,
    wrong: wrong.length,
    mixed: mixed.length,
    local: local.length,
    kills: away.length,
    slowestMs: Math.round(Math.max(...outcomes.map(({ elapsedMs }) => elapsedMs))),
    changes: changes.length,
    settledAfter: settled,
    deviceMB: [Math.max(...early), memory.at(-1) ?? 0].map(Math.round),
  };
  process.stdout.write(`${JSON.stringify(figures)}\n`);
  expect({ lost, wrong, mixed }).toEqual({ lost: [], wrong: [], mixed: [] });
  expect(outcomes.length).toBeGreaterThan(seconds);
  const sorted = [...settled].sort((a, b) => a - b);
  expect(sorted[Math.floor(sorted.length / 2)] ?? 0).toBeLessThanOrEqual(10);
  expect(memory.at(-1) ?? 0).toBeLessThan(1.5 * Math.max(...early) + 50);
});

/** Requests that each change of the bandwidth took until one went over the cut that the policy wants, while nobody was away. */
function settledAfter(
  outcomes: readonly Outcome[],
  changes: readonly { readonly atMs: number; readonly mbps: number }[],
  away: readonly { readonly fromMs: number; readonly toMs: number }[],
): number[] {
  const byStart = [...outcomes].sort((a, b) => a.startMs - b.startMs);
  return changes.flatMap(({ atMs, mbps }, index) => {
    const untilMs = changes[index + 1]?.atMs ?? Number.POSITIVE_INFINITY;
    if (away.some(({ fromMs, toMs }) => fromMs < untilMs && toMs > atMs - 2000)) return [];
    const during = byStart.filter(({ startMs }) => startMs >= atMs && startMs < untilMs);
    const settled = during.findIndex(({ cuts }) => cuts[0] === chain.wanted(mbps));
    return during.length > 10 ? [settled < 0 ? during.length : settled] : [];
  });
}
