/** A model as a relay's last tier, what asks it, and servers around ONNX Runtime alone that answer the same. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './loadProduct.mjs';

/**
 * @typedef {{ name: string, dtype: 'float32' | 'int64', shape: number[] }} Described
 * @typedef {{ name: string, model: Uint8Array | string, inputs: Described[], outputs: Described[] }} Served
 */

const kinds = {
  float32: { bytes: 4, datatype: 'FP32', array: 'Float32Array' },
  int64: { bytes: 8, datatype: 'INT64', array: 'BigInt64Array' },
};

/** @param {Described} tensor */
export const bytesOf = ({ dtype, shape }) => kinds[dtype].bytes * shape.reduce((product, dim) => product * dim, 1);

/** Writes the contract of a last tier beside its model. @param {string} place its folder, which holds `model.onnx` or gets it @param {Served} served @returns {string} path of the contract */
export function writeLastTier(place, { name, model, inputs, outputs }) {
  const described = (/** @type {Described} */ tensor) => ({ ...tensor, bytes: bytesOf(tensor) });
  const [receives, answers] = [inputs.map(described), outputs.map(described)];
  const contract = {
    ...{ format: 'dnnsplit.contract', formatVersion: 1, model: name, tier: 'last', position: 1, tierCount: 2 },
    segment: { file: 'model.onnx', inputs: receives, outputs: answers },
    ...{ receives, receivesAs: 'original', sends: [], sendsAs: 'original', answers, answersAbove: [] },
  };
  mkdirSync(place, { recursive: true });
  if (typeof model !== 'string') writeFileSync(join(place, 'model.onnx'), model);
  writeFileSync(join(place, 'contract.json'), JSON.stringify(contract));
  return join(place, 'contract.json');
}

/** A request with all inputs in binary, as it goes over the wire. @param {string} name @param {readonly Described[]} described @param {Buffer} body their elements, one tensor after the other */
export function inferRequest(name, described, body) {
  const inputs = described.map((tensor) => {
    const { name: of, dtype, shape } = tensor;
    return { name: of, datatype: kinds[dtype].datatype, shape, parameters: { binary_data_size: bytesOf(tensor) } };
  });
  const json = Buffer.from(JSON.stringify({ inputs, parameters: { binary_data_output: true } }));
  const head = [
    `POST /v2/models/${name}/infer HTTP/1.1`,
    'host: localhost',
    `content-length: ${json.byteLength + body.byteLength}`,
    `inference-header-content-length: ${json.byteLength}`,
  ];
  return Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`), json, body]);
}

const tellPort = "function () { process.stderr.write('peer listens on 127.0.0.1:' + this.address().port + '\\n'); }";

/** A TCP server that answers so many bytes with four. @param {string} folder @param {number} bytes */
export function writeTcpPeer(folder, bytes) {
  return written(
    join(folder, 'tcp.cjs'),
    `require('node:net').createServer({ noDelay: true }, (socket) => {
      let received = 0;
      socket.on('data', (piece) => {
        received += piece.length;
        if (received < ${bytes}) return;
        received -= ${bytes};
        socket.write(Buffer.alloc(4));
      });
      socket.on('error', () => socket.destroy());
    }).listen(0, '127.0.0.1', ${tellPort});`,
  );
}

/** An HTTP server of Node.js that takes a body and answers with four bytes: what no relay on Node.js can go below. @param {string} folder */
export function writeHttpPeer(folder) {
  return written(
    join(folder, 'http.cjs'),
    `require('node:http').createServer((request, response) => {
      request.on('data', () => undefined);
      request.on('end', () => {
        response.writeHead(200, { 'content-length': 4 });
        response.end(Buffer.alloc(4));
      });
    }).listen(0, '127.0.0.1', ${tellPort});`,
  );
}

/**
 * Gives the bytes of a request to ONNX Runtime and sends back those of all outputs, and looks at nothing else.
 * @param {string} contract path of the contract beside the model @param {readonly Described[]} inputs @param {object} options of the session
 */
export function writeBarePeer(contract, inputs, options) {
  const feeds = [];
  let at = 0;
  for (const tensor of [...inputs].reverse()) {
    at += bytesOf(tensor);
    const { name, dtype, shape } = tensor;
    const values = `new ${kinds[dtype].array}(body.buffer, body.byteLength - ${at}, ${bytesOf(tensor) / kinds[dtype].bytes})`;
    feeds.push(`${JSON.stringify(name)}: new ort.Tensor('${dtype}', ${values}, ${JSON.stringify(shape)})`);
  }
  return written(
    join(contract, '../bare.cjs'),
    `const ort = require(${JSON.stringify(join(root, 'node_modules/onnxruntime-node'))});
    ort.InferenceSession.create(${JSON.stringify(join(contract, '../model.onnx'))}, ${JSON.stringify(options)}).then((session) => {
      require('node:http').createServer((request, response) => {
        const pieces = [];
        request.on('data', (piece) => pieces.push(piece));
        request.on('end', async () => {
          const body = new Uint8Array(Buffer.concat(pieces).subarray(-${at}));
          const outputs = await session.run({ ${feeds.join(', ')} });
          const answers = Object.values(outputs).map(({ data }) => Buffer.from(data.buffer, data.byteOffset, data.byteLength));
          const answer = answers.length === 1 ? answers[0] : Buffer.concat(answers);
          response.writeHead(200, { 'content-length': answer.byteLength });
          response.end(answer);
        });
      }).listen(0, '127.0.0.1', ${tellPort});
    });`,
  );
}

/** @param {string} path @param {string} text */
function written(path, text) {
  writeFileSync(path, text);
  return path;
}
