/** Splitting and verifying models with many weights: beside a copy that is safe on the disk, and the most memory it takes. */
import { spawn } from 'node:child_process';
import {
  closeSync,
  copyFileSync,
  existsSync,
  fsyncSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import onnxProto from 'onnx-proto';
import { usageOfNode } from './childUsage.mjs';
import { root } from './loadProduct.mjs';
import { sayTarget } from './sections.mjs';
import { figure, spread, spreadText } from './statistics.mjs';

const { onnx } = onnxProto;
const width = 4096;
const weightBytes = 4 * width * width;
const alignment = 4096;
/** Layers of the models: 336 MB and 2.4 GB of weights. */
const models = [5, 36];
const mostTimesCopy = 2;
/** Times the size of the model that verifying it may take: half of what holding the whole and its parts at once takes. */
const mostTimesMemory = 1.25;

/** @param {import('./sections.mjs').Bench} bench */
export async function splitting(bench) {
  const cli = join(root, 'dist/cli.js');
  if (!existsSync(cli)) return bench.say('  left out: there is no dist/cli.js; run `npm run build` first');
  for (const layers of models) {
    const model = join(bench.folder, `layers-${layers}.onnx`);
    writeLayers(model, layers);
    try {
      await measureModel(bench, cli, model);
    } finally {
      for (const path of [model, `${model}.data`]) rmSync(path);
    }
  }
}

/** @param {import('./sections.mjs').Bench} bench @param {string} cli @param {string} model */
async function measureModel(bench, cli, model) {
  const { folder, rounds, say } = bench;
  const [plan, parts, copy] = [`${model}.splitplan.json`, join(folder, 'parts'), join(folder, 'copy.data')];
  const bytes = statSync(`${model}.data`).size;
  const name = `${figure(bytes / 1e9)} GB`;
  const middle = ['--cut-at', `0=${(bytes / weightBytes / 2) | 0}`];
  usageOfNode([cli, 'plan', model, '--tiers', 'raspberry-pi-4,v100', ...middle, '-o', plan]);
  /** @type {{ split: import('./childUsage.mjs').Usage[], copy: number[] }} */
  const taken = { split: [], copy: [] };
  for (let round = 0; round <= rounds; round++) {
    rmSync(parts, { recursive: true, force: true });
    const usage = usageOfNode([cli, 'split', plan, '-o', parts]);
    const start = performance.now();
    copySafely(`${model}.data`, copy);
    const copyMs = performance.now() - start;
    rmSync(copy);
    if (round === 0) continue;
    taken.split.push(usage);
    taken.copy.push(copyMs);
  }
  const wall = spread(taken.split.map(({ wallMs }) => wallMs));
  const memory = spread(taken.split.map(({ mostMemoryMB }) => mostMemoryMB)).median;
  const copied = spread(taken.copy);
  say(`  ${`split ${name}`.padEnd(46)} wall ${spreadText(wall)} ms, most memory ${figure(memory)} MB`);
  say(`  ${`a copy of ${name} with fsync`.padEnd(46)} wall ${spreadText(copied)} ms`);
  sayTarget(bench, `split ${name} over the copy, wall`, wall.median / copied.median, mostTimesCopy, 'times');
  if (process.platform !== 'linux') return say('  verify: left out, only Linux tells what several processes hold');
  const verified = await memoryOfNode([cli, 'verify', plan, '--runs', '1', '--runtime-folder', root]);
  say(
    `  ${`verify ${name}, once`.padEnd(46)} wall ${figure(verified.wallMs)} ms, most memory ${figure(verified.mostBytes / 1e6)} MB`,
  );
  sayTarget(bench, `verify ${name}, memory over the weights`, verified.mostBytes / bytes, mostTimesMemory, 'times');
  rmSync(parts, { recursive: true, force: true });
}

/** What Node and all processes that it starts hold together, looked at again and again. @param {readonly string[]} args @returns {Promise<{ wallMs: number, mostBytes: number }>} */
async function memoryOfNode(args) {
  const start = performance.now();
  const child = spawn(process.execPath, args, { detached: true, stdio: ['ignore', 'ignore', 'inherit'] });
  let mostBytes = 0;
  const look = setInterval(() => {
    mostBytes = Math.max(mostBytes, bytesOfGroup(child.pid ?? 0));
  }, 50);
  const status = await new Promise((done) => child.once('exit', done));
  clearInterval(look);
  if (status !== 0) throw new Error(`${args.join(' ')} ended with ${status}.`);
  return { wallMs: performance.now() - start, mostBytes };
}

/** What the processes of a group hold that no file is behind. @param {number} group */
function bytesOfGroup(group) {
  let bytes = 0;
  for (const pid of readdirSync('/proc')) {
    if (!/^\d+$/.test(pid)) continue;
    try {
      // The group is the third field behind the name, which may hold anything.
      const fields = readFileSync(`/proc/${pid}/stat`, 'latin1')
        .replace(/^.*\) /s, '')
        .split(' ');
      if (Number(fields[2]) !== group) continue;
      bytes += 1024 * Number(/RssAnon:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1] ?? 0);
    } catch {
      // It has ended meanwhile.
    }
  }
  return bytes;
}

/** @param {string} from @param {string} to */
function copySafely(from, to) {
  copyFileSync(from, to);
  const file = openSync(to, 'r+');
  fsyncSync(file);
  closeSync(file);
}

/** Matrices in a file of their own, one multiplied after the other. @param {string} path @param {number} layers */
function writeLayers(path, layers) {
  const data = openSync(`${path}.data`, 'w');
  const block = Buffer.from(
    Float32Array.from({ length: (width * alignment) / 4 }, (_, at) => ((at % 97) - 48) / 1e5).buffer,
  );
  for (let written = 0; written < layers * weightBytes; written += block.byteLength) writeSync(data, block);
  fsyncSync(data);
  closeSync(data);
  const info = (/** @type {string} */ name) => {
    return { name, type: { tensorType: { elemType: 1, shape: { dim: [{ dimValue: 1 }, { dimValue: width }] } } } };
  };
  const places = Array.from({ length: layers }, (_, layer) => layer);
  const graph = {
    name: 'layers',
    node: places.map((layer) => ({ opType: 'MatMul', input: [`t${layer}`, `w${layer}`], output: [`t${layer + 1}`] })),
    ...{ input: [info('t0')], output: [info(`t${layers}`)] },
    initializer: places.map((layer) => ({
      ...{ name: `w${layer}`, dims: [width, width], dataType: 1, dataLocation: 1 },
      externalData: Object.entries({
        location: `${path.split(/[\\/]/).at(-1)}.data`,
        offset: `${layer * weightBytes}`,
        length: `${weightBytes}`,
      }).map(([key, value]) => ({ key, value })),
    })),
  };
  const model = { irVersion: 8, opsetImport: [{ domain: '', version: 17 }], graph };
  const file = openSync(path, 'w');
  writeSync(file, onnx.ModelProto.encode(onnx.ModelProto.create(model)).finish());
  closeSync(file);
}
