/** What a relay takes: 800 kB one way beside plain TCP, and small requests beside HTTP around ONNX Runtime. */
import { join } from 'node:path';
import onnxProto from 'onnx-proto';
import { httpAnswer, percentiles, RawClient, timed } from './rawClient.mjs';
import { bundleRelay, startProgram } from './relayPrograms.mjs';
import { sayTarget } from './sections.mjs';
import { inferRequest, writeBarePeer, writeHttpPeer, writeLastTier, writeTcpPeer } from './servedModel.mjs';
import { figure, spread } from './statistics.mjs';

const { onnx } = onnxProto;
const large = 200_000;
const small = 2500;
const floatBytes = 4;
const warmups = 50;
const requestsPerRound = 200;
/** Requests that are on their way at once, and how long they are counted, in each round. */
const [connections, countedMs] = [8, 1000];
/** Rounds of these until both servers have compiled what they run. */
const roundsToCompile = 3;
const oneThread = { intraOpNumThreads: 1, interOpNumThreads: 1 };

/** @param {import('./sections.mjs').Bench} bench */
export async function relay(bench) {
  const { folder } = bench;
  const program = await bundleRelay(folder);
  const serve = (/** @type {string} */ contract) => startProgram([program, contract, '--port', '0', '--threads', '1']);
  const sum = writeTier(folder, 'sum', large, 1, 'ReduceSum');
  const echo = writeTier(folder, 'echo', small, small, 'Identity');
  const aboutSize = [
    await serve(sum),
    await startProgram([writeTcpPeer(folder, large * floatBytes)]),
    await startProgram([writeHttpPeer(folder)]),
    await startProgram([writeBarePeer(sum, [vector('x', large)], oneThread)]),
  ];
  const aboutCount = [await serve(echo), await startProgram([writeBarePeer(echo, [vector('x', small)], oneThread)])];
  try {
    await oneWay(bench, aboutSize);
    await manySmall(bench, aboutCount[0]?.port ?? 0, aboutCount[1]?.port ?? 0);
  } finally {
    for (const { stop } of [...aboutSize, ...aboutCount]) stop();
  }
}

/** @param {import('./sections.mjs').Bench} bench @param {readonly import('./relayPrograms.mjs').Server[]} servers the relay, TCP, HTTP, HTTP around ONNX Runtime */
async function oneWay(bench, servers) {
  const body = Buffer.alloc(large * floatBytes);
  const request = inferRequest('sum', [vector('x', large)], body);
  const clients = servers.map(({ port }, index) =>
    index === 1
      ? { client: new RawClient(port, () => 4), sent: body }
      : { client: new RawClient(port, httpAnswer), sent: request },
  );
  /** @type {number[][]} */
  const times = servers.map(() => []);
  for (let count = -warmups; count < bench.rounds * requestsPerRound; count++) {
    for (const [index, { client, sent }] of clients.entries()) {
      const taken = await timed(() => client.ask(sent));
      if (count >= 0) times[index]?.push(taken);
    }
  }
  for (const { client } of clients) client.close();
  const none = { p50: Number.NaN, p99: Number.NaN };
  const [ours = none, tcp = none, http = none, bare = none] = times.map(percentiles);
  for (const [name, { p50, p99 }] of Object.entries({
    relay: ours,
    TCP: tcp,
    'bare HTTP': http,
    'HTTP around ONNX Runtime': bare,
  }))
    bench.say(
      `  ${`800 kB in, 4 B out: ${name}`.padEnd(46)} p50 ${figure(p50)}, p99 ${figure(p99)} ms, p50 over TCP ${figure(p50 / tcp.p50)}`,
    );
  sayTarget(bench, 'relay over TCP at p50', ours.p50 / tcp.p50, 2.2, 'times');
  sayTarget(bench, 'relay over TCP at p99', ours.p99 / tcp.p99, 5, 'times');
}

/** @param {import('./sections.mjs').Bench} bench @param {number} relayPort @param {number} barePort */
async function manySmall(bench, relayPort, barePort) {
  const request = inferRequest('echo', [vector('x', small)], Buffer.alloc(small * floatBytes, 1));
  /** @type {number[][]} */
  const perSecond = [[], []];
  for (let round = 1 - roundsToCompile; round <= bench.rounds; round++) {
    for (const [index, port] of [relayPort, barePort].entries()) {
      const answered = await countAnswers(port, request);
      if (round > 0) perSecond[index]?.push(answered);
    }
  }
  const [ours = 0, bare = 0] = perSecond.map((counts) => spread(counts).median);
  bench.say(
    `  10 kB in and out, ${connections} at once: relay ${figure(ours)} requests/s; HTTP around ONNX Runtime ${figure(bare)}`,
  );
  sayTarget(bench, 'requests/s of the bare server over those of the relay', bare / ours, 2, 'times');
}

/** @param {number} port @param {Buffer} request @returns {Promise<number>} answers per second */
async function countAnswers(port, request) {
  const clients = Array.from({ length: connections }, () => new RawClient(port, httpAnswer));
  const start = performance.now();
  let answered = 0;
  const loop = async (/** @type {RawClient} */ client) => {
    for (; performance.now() - start < countedMs; answered++) await client.ask(request);
  };
  await Promise.all(clients.map(loop));
  const seconds = (performance.now() - start) / 1e3;
  for (const client of clients) client.close();
  return answered / seconds;
}

/** @param {string} name @param {number} elements @returns {import('./servedModel.mjs').Described} */
function vector(name, elements) {
  return { name, dtype: 'float32', shape: [elements] };
}

/** A last tier of one node. @param {string} folder @param {string} name @param {number} elements @param {number} answered @param {string} opType */
function writeTier(folder, name, elements, answered, opType) {
  const [input, answer] = [vector('x', elements), vector('y', answered)];
  const info = (/** @type {import('./servedModel.mjs').Described} */ { name: of, shape }) => {
    return { name: of, type: { tensorType: { elemType: 1, shape: { dim: shape.map((dimValue) => ({ dimValue })) } } } };
  };
  const graph = {
    name,
    node: [{ opType, input: ['x'], output: ['y'] }],
    ...{ input: [info(input)], output: [info(answer)] },
  };
  const model = onnx.ModelProto.create({ irVersion: 8, opsetImport: [{ domain: '', version: 17 }], graph });
  const bytes = onnx.ModelProto.encode(model).finish();
  return writeLastTier(join(folder, name), { name, model: bytes, inputs: [input], outputs: [answer] });
}
