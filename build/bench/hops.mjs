/** What a relay adds to a request, beside a bare server of Node.js that sends the same bytes back. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { Agent, request as httpRequest } from 'node:http';
import { join } from 'node:path';
import onnxProto from 'onnx-proto';
import { bundleRelay, startProgram } from './relayPrograms.mjs';
import { figure, spread, spreadText } from './statistics.mjs';

/** @typedef {import('./relayPrograms.mjs').Server} Server */

const { onnx } = onnxProto;
const elements = 200_000;
const warmups = 20;
const requestsPerRound = 40;
const tensor = { name: 'x', dtype: 'float32', shape: [elements], bytes: 4 * elements };

/** @param {import('./sections.mjs').Bench} bench */
export async function hops({ folder, rounds, say }) {
  const program = await bundleRelay(folder);
  /** @type {Server[]} */
  const servers = [await startProgram([writeEcho(folder)])];
  for (const [position, count] of [0, 1, 2].map((below) => [2 - below, below + 1])) {
    const contract = writeTier(folder, position ?? 0);
    const above = (count ?? 1) > 1 ? ['--upstream', servers.at(-1)?.base ?? ''] : [];
    servers.push(await startProgram([program, contract, '--port', '0', '--threads', '1', ...above]));
  }
  const agent = new Agent({ keepAlive: true });
  try {
    const names = ['bare HTTP server', 'one relay', 'two relays', 'three relays'];
    /** @type {number[][]} */
    const times = servers.map(() => []);
    for (let round = -warmups; round < rounds * requestsPerRound; round += 1) {
      for (const [index, { base }] of servers.entries()) {
        const took = await ask(agent, base);
        if (round >= 0) times[index]?.push(took);
      }
    }
    const medians = times.map((of) => spread(of).median);
    for (const [index, name] of names.entries())
      say(`  ${`800 kB up and down, ${name}`.padEnd(46)} wall ${spreadText(spread(times[index] ?? []))} ms`);
    const [bare = 0, one = 0, two = 0, three = 0] = medians;
    say(
      `  the first relay adds ${figure(one - bare)} ms to the bare server, the next ${figure(two - one)}, ${figure(three - two)}`,
    );
  } finally {
    agent.destroy();
    for (const { stop } of servers) stop();
  }
}

/** The contract of a tier of three: the last one answers its input, the others pass it on. @param {string} folder @param {number} position */
function writeTier(folder, position) {
  const isLast = position === 2;
  const place = join(folder, `tier-${position}`);
  mkdirSync(place);
  const answer = { ...tensor, name: 'y' };
  const contract = {
    format: 'dnnsplit.contract',
    formatVersion: 1,
    model: 'echo',
    tier: `tier-${position}`,
    position,
    tierCount: 3,
    segment: isLast ? { file: 'model.onnx', inputs: [tensor], outputs: [answer] } : null,
    receives: [tensor],
    receivesAs: 'original',
    sends: isLast ? [] : [tensor],
    sendsAs: 'original',
    answers: isLast ? [answer] : [],
    answersAbove: isLast ? [] : [answer],
  };
  if (isLast) writeFileSync(join(place, 'model.onnx'), identity());
  const path = join(place, 'contract.json');
  writeFileSync(path, JSON.stringify(contract));
  return path;
}

function identity() {
  const info = (/** @type {string} */ name) => ({
    name,
    type: { tensorType: { elemType: 1, shape: { dim: [{ dimValue: elements }] } } },
  });
  return onnx.ModelProto.encode(
    onnx.ModelProto.create({
      irVersion: 8,
      opsetImport: [{ domain: '', version: 17 }],
      graph: {
        name: 'echo',
        node: [{ opType: 'Identity', input: ['x'], output: ['y'] }],
        input: [info('x')],
        output: [info('y')],
      },
    }),
  ).finish();
}

/** A program that reads a request to its end and sends its body back. @param {string} folder */
function writeEcho(folder) {
  const path = join(folder, 'echo.cjs');
  writeFileSync(
    path,
    `require('node:http').createServer((request, response) => {
      const pieces = [];
      request.on('data', (piece) => pieces.push(piece));
      request.on('end', () => {
        const body = Buffer.concat(pieces);
        response.writeHead(200, { 'content-length': body.byteLength });
        response.end(body);
      });
    }).listen(0, '127.0.0.1', function () { process.stderr.write('echo listens on 127.0.0.1:' + this.address().port + '\\n'); });`,
  );
  return path;
}

const head = Buffer.from(
  JSON.stringify({
    inputs: [{ name: 'x', datatype: 'FP32', shape: [elements], parameters: { binary_data_size: 4 * elements } }],
    parameters: { binary_data_output: true },
  }),
);
const body = Buffer.concat([head, Buffer.alloc(4 * elements, 1)]);

/** Milliseconds until the whole answer is there. @param {Agent} agent @param {string} base @returns {Promise<number>} */
function ask(agent, base) {
  const start = performance.now();
  return new Promise((done, fail) => {
    const headers = { 'content-length': body.byteLength, 'inference-header-content-length': head.byteLength };
    const sent = httpRequest(`${base}/v2/models/echo/infer`, { method: 'POST', agent, headers }, (response) => {
      let bytes = 0;
      response.on('data', (piece) => {
        bytes += piece.length;
      });
      response.on('end', () => {
        const isWhole = response.statusCode === 200 && bytes >= 4 * elements;
        if (isWhole) done(performance.now() - start);
        else fail(new Error(`${base} answered ${response.statusCode} with ${bytes} bytes.`));
      });
    });
    sent.on('error', fail);
    sent.end(body);
  });
}
