/**
 * Times `readModel` on models whose weights lie inside the file: `node test/bench/readModel.bench.mjs [model.onnx ...]`.
 * Given models without weights (external data), a copy with zeros inside is made first, as a sparse file.
 */
import { closeSync, ftruncateSync, mkdtempSync, openSync, rmSync, statSync, writeSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { build } from 'esbuild';

const root = resolve(import.meta.dirname, '../..');
const rounds = 15;
const folder = mkdtempSync(join(tmpdir(), 'dnnsplit-bench-'));

async function loadProduct() {
  const outfile = join(folder, 'product.cjs');
  await build({
    absWorkingDir: root,
    stdin: {
      contents: `export { readModel } from './src/engine/onnx/readModel';
        export { scanLayout } from './src/engine/onnx/extract/modelLayout';
        export { lengthPrefix, varintField, textField } from './src/engine/onnx/extract/protoBytes';
        export { dtypeToOnnx } from './src/protocol/dtype';
        export { openFileSource } from './src/server/files/fileSource';`,
      resolveDir: root,
      loader: 'ts',
    },
    bundle: true,
    platform: 'node',
    format: 'cjs',
    outfile,
  });
  const start = performance.now();
  const product = createRequire(import.meta.url)(outfile);
  console.log(`import of the reader: ${(performance.now() - start).toFixed(1)} ms`);
  return product;
}

/** Writes a model with its external weights as zeros inside; holes take no space on disk. */
function embed(product, path) {
  const source = product.openFileSource(path);
  const model = product.readModel(source);
  const layout = product.scanLayout(source);
  const out = join(folder, basename(path));
  const file = openSync(out, 'w');
  const copy = ({ offset, length }) => Buffer.from(source.read(offset, length));
  const parts = [...model.graph.nodes.map(({ range }) => copy(range)), ...layout.graphHeader.map(copy)];
  for (const [name, field] of [
    ['inputs', 11],
    ['outputs', 12],
    ['valueInfo', 13],
  ]) {
    for (const range of layout[name].values()) parts.push(product.lengthPrefix(field, range.length), copy(range));
  }
  for (const tensor of model.graph.initializers.values()) {
    if (tensor.payload.kind !== 'external') {
      parts.push(copy(tensor.range));
      continue;
    }
    const head = Buffer.concat([
      ...tensor.shape.map((dim) => product.varintField(1, dim)),
      product.varintField(2, product.dtypeToOnnx(tensor.dtype)),
      product.textField(8, tensor.name),
      product.lengthPrefix(9, tensor.bytes),
    ]);
    parts.push(product.lengthPrefix(5, head.length + tensor.bytes), head, tensor.bytes);
  }
  const length = parts.reduce((sum, part) => sum + (typeof part === 'number' ? part : part.length), 0);
  const head = [...layout.header.map(copy), product.lengthPrefix(7, length)];
  let at = 0;
  for (const part of [...head, ...parts]) {
    if (typeof part === 'number') at += part;
    else at += writeSync(file, part, 0, part.length, at);
  }
  ftruncateSync(file, at);
  closeSync(file);
  source.close();
  return out;
}

function time(product, path) {
  const times = [];
  let model;
  for (let round = 0; round < rounds; round++) {
    const start = performance.now();
    const source = product.openFileSource(path);
    model = product.readModel(source);
    source.close();
    times.push(performance.now() - start);
  }
  const first = times[0];
  times.sort((a, b) => a - b);
  console.log(
    `${basename(path)}: ${(statSync(path).size / 1e6).toFixed(0)} MB, ${model.graph.nodes.length} nodes, ` +
      `${(model.bytesRead / 1e6).toFixed(2)} MB read; first ${first.toFixed(1)} ms, then ` +
      `least ${times[0].toFixed(1)}, median ${times[rounds >> 1].toFixed(1)} ms`,
  );
}

try {
  const product = await loadProduct();
  const given = process.argv.slice(2);
  const paths = given.length > 0 ? given : [join(root, 'test/workspace/resnet152.onnx')];
  for (const path of paths) time(product, embed(product, path));
} finally {
  rmSync(folder, { recursive: true });
}
