/** What a relay takes: 800 kB one way beside plain TCP, and small requests beside HTTP around ONNX Runtime. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import onnxProto from 'onnx-proto';
import { root } from './loadProduct.mjs';
import { bundleRelay, startProgram } from './relayPrograms.mjs';
import { sayTarget } from './sections.mjs';
import { figure, spread } from './statistics.mjs';

const { onnx } = onnxProto;
const large = 200_000;
const small = 2500;
const floatBytes = 4;
const warmups = 50;
const requestsPerRound = 200;
/** Requests that are on their way at once, and how long they are counted, in each round. */
const [connections, countedMs] = [8, 1000];

/** @param {import('./sections.mjs').Bench} bench */
export async function relay(bench) {
  const { folder } = bench;
  const program = await bundleRelay(folder);
  const serve = (/** @type {string} */ contract) => startProgram([program, contract, '--port', '0', '--threads', '1']);
  const sum = await serve(writeTier(folder, 'sum', large, 1, 'ReduceSum'));
  const tcp = await startProgram([writeTcpPeer(folder)]);
  const identity = writeTier(folder, 'echo', small, small, 'Identity');
  const echo = await serve(identity);
  const bare = await startProgram([writeBarePeer(folder, identity)]);
  try {
    await oneWay(bench, sum.port, tcp.port);
    await manySmall(bench, echo.port, bare.port);
  } finally {
    for (const { stop } of [sum, tcp, echo, bare]) stop();
  }
}

/** @param {import('./sections.mjs').Bench} bench @param {number} relayPort @param {number} tcpPort */
async function oneWay(bench, relayPort, tcpPort) {
  const body = Buffer.alloc(large * floatBytes);
  const [overHttp, overTcp] = [new RawClient(relayPort, httpAnswer), new RawClient(tcpPort, fourBytes)];
  /** @type {number[][]} */
  const [ours, plain] = [[], []];
  const request = inferRequest('sum', body, large);
  for (let count = -warmups; count < bench.rounds * requestsPerRound; count++) {
    const taken = [await timed(() => overHttp.ask(request)), await timed(() => overTcp.ask(body))];
    if (count < 0) continue;
    ours?.push(taken[0] ?? 0);
    plain?.push(taken[1] ?? 0);
  }
  overHttp.close();
  overTcp.close();
  const [a, b] = [percentiles(ours ?? []), percentiles(plain ?? [])];
  bench.say(
    `  800 kB in, 4 B out: relay p50 ${figure(a.p50)}, p99 ${figure(a.p99)} ms; TCP ${figure(b.p50)}, ${figure(b.p99)}`,
  );
  sayTarget(bench, 'relay over TCP at p50', a.p50 / b.p50, 2.2, 'times');
  sayTarget(bench, 'relay over TCP at p99', a.p99 / b.p99, 5, 'times');
}

/** @param {import('./sections.mjs').Bench} bench @param {number} relayPort @param {number} barePort */
async function manySmall(bench, relayPort, barePort) {
  const request = inferRequest('echo', Buffer.alloc(small * floatBytes, 1), small);
  /** @type {number[][]} */
  const perSecond = [[], []];
  for (let round = 0; round <= bench.rounds; round++) {
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

/** @param {readonly number[]} values */
function percentiles(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (/** @type {number} */ part) => sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? 0;
  return { p50: at(0.5), p99: at(0.99) };
}

/** @param {() => Promise<void>} run @returns {Promise<number>} milliseconds */
async function timed(run) {
  const start = performance.now();
  await run();
  return performance.now() - start;
}

/** @param {Buffer} received @returns {number | undefined} bytes of a whole answer, once its head is there */
function httpAnswer(received) {
  const end = received.indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  const head = received.toString('latin1', 0, end);
  if (!head.startsWith('HTTP/1.1 200'))
    throw new Error(`A server answered: ${received.toString('utf8').slice(0, 300)}`);
  return end + 4 + Number(/content-length: (\d+)/i.exec(head)?.[1]);
}

const fourBytes = () => 4;

/** One connection, one request at a time, with as little of its own as there can be. */
class RawClient {
  /** @param {number} port @param {(received: Buffer) => number | undefined} wholeLength */
  constructor(port, wholeLength) {
    this.wholeLength = wholeLength;
    /** @type {Buffer} */
    this.received = Buffer.alloc(0);
    /** @type {{ done: () => void, fail: (error: unknown) => void } | undefined} */
    this.waiting = undefined;
    this.socket = connect({ port, host: '127.0.0.1', noDelay: true });
    this.socket.on('data', (piece) => this.receive(piece));
    this.socket.on('error', (error) => this.waiting?.fail(error));
  }

  /** @param {Buffer} request @returns {Promise<void>} */
  ask(request) {
    return new Promise((done, fail) => {
      this.waiting = { done, fail };
      this.socket.write(request);
    });
  }

  /** @param {Buffer} piece */
  receive(piece) {
    this.received = this.received.length === 0 ? piece : Buffer.concat([this.received, piece]);
    try {
      if (this.received.length < (this.wholeLength(this.received) ?? Number.POSITIVE_INFINITY)) return;
    } catch (error) {
      return this.waiting?.fail(error);
    }
    this.received = Buffer.alloc(0);
    this.waiting?.done();
  }

  close() {
    this.socket.destroy();
  }
}

/** @param {string} model @param {Buffer} body @param {number} elements */
function inferRequest(model, body, elements) {
  const parameters = { binary_data_size: body.byteLength };
  const inputs = [{ name: 'x', datatype: 'FP32', shape: [elements], parameters }];
  const json = Buffer.from(JSON.stringify({ inputs, parameters: { binary_data_output: true } }));
  const head = [
    `POST /v2/models/${model}/infer HTTP/1.1`,
    'host: localhost',
    `content-length: ${json.byteLength + body.byteLength}`,
    `inference-header-content-length: ${json.byteLength}`,
  ];
  return Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`), json, body]);
}

/** A last tier of one node. @param {string} folder @param {string} name @param {number} elements @param {number} answered @param {string} opType */
function writeTier(folder, name, elements, answered, opType) {
  const tensor = (/** @type {string} */ of, /** @type {number} */ count) => {
    return { name: of, dtype: 'float32', shape: [count], bytes: floatBytes * count };
  };
  const [input, answer] = [tensor('x', elements), tensor('y', answered)];
  const contract = {
    ...{ format: 'dnnsplit.contract', formatVersion: 1, model: name, tier: 'last', position: 1, tierCount: 2 },
    segment: { file: 'model.onnx', inputs: [input], outputs: [answer] },
    ...{ receives: [input], receivesAs: 'original', sends: [], sendsAs: 'original' },
    ...{ answers: [answer], answersAbove: [] },
  };
  const info = (/** @type {string} */ of, /** @type {number} */ count) => {
    return { name: of, type: { tensorType: { elemType: 1, shape: { dim: [{ dimValue: count }] } } } };
  };
  const graph = {
    name,
    node: [{ opType, input: ['x'], output: ['y'] }],
    ...{ input: [info('x', elements)], output: [info('y', answered)] },
  };
  const model = { irVersion: 8, opsetImport: [{ domain: '', version: 17 }], graph };
  const place = join(folder, name);
  mkdirSync(place);
  writeFileSync(join(place, 'model.onnx'), onnx.ModelProto.encode(onnx.ModelProto.create(model)).finish());
  writeFileSync(join(place, 'contract.json'), JSON.stringify(contract));
  return join(place, 'contract.json');
}

const tellPort = "function () { process.stderr.write('peer listens on 127.0.0.1:' + this.address().port + '\\n'); }";

/** Reads 800 kB and answers with four bytes. @param {string} folder */
function writeTcpPeer(folder) {
  const path = join(folder, 'tcp.cjs');
  const text = `require('node:net').createServer({ noDelay: true }, (socket) => {
      let bytes = 0;
      socket.on('data', (piece) => {
        bytes += piece.length;
        if (bytes < ${large * floatBytes}) return;
        bytes -= ${large * floatBytes};
        socket.write(Buffer.alloc(4));
      });
      socket.on('error', () => socket.destroy());
    }).listen(0, '127.0.0.1', ${tellPort});`;
  writeFileSync(path, text);
  return path;
}

/** Gives the bytes of a request to ONNX Runtime and sends back those of the answer, and looks at nothing else. @param {string} folder @param {string} contract */
function writeBarePeer(folder, contract) {
  const path = join(folder, 'bare.cjs');
  const model = join(contract, '../model.onnx');
  const text = `const ort = require(${JSON.stringify(join(root, 'node_modules/onnxruntime-node'))});
    ort.InferenceSession.create(${JSON.stringify(model)}, { intraOpNumThreads: 1, interOpNumThreads: 1 }).then((session) => {
      require('node:http').createServer((request, response) => {
        const pieces = [];
        request.on('data', (piece) => pieces.push(piece));
        request.on('end', async () => {
          const body = Buffer.concat(pieces).subarray(-${small * floatBytes});
          const values = new Float32Array(new Uint8Array(body).buffer);
          const { y } = await session.run({ x: new ort.Tensor('float32', values, [${small}]) });
          const answer = Buffer.from(y.data.buffer, y.data.byteOffset, y.data.byteLength);
          response.writeHead(200, { 'content-length': answer.byteLength });
          response.end(answer);
        });
      }).listen(0, '127.0.0.1', ${tellPort});
    });`;
  writeFileSync(path, text);
  return path;
}
