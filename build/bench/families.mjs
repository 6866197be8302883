/**
 * How what a command takes, and the layout alone, grows with the graph, family by family. Two figures, measured apart: the
 * exponent of CPU over nodes plus edges in one process that has compiled everything, and what a whole command takes from a
 * cold start, of which starting and compiling are most where the graph is small.
 */
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { usageOfNode } from './childUsage.mjs';
import { graphFamilies, sizeOf } from './graphFamilies.mjs';
import { root } from './loadProduct.mjs';
import { figure, spread } from './statistics.mjs';
import { writeFamily } from './writeFamily.mjs';

const sizes = [1e3, 1e4, 1e5];
const mostExponent = 1.3;
/** A sample is as many runs as take this long, since the clock counts for much in a shorter one. */
const sampleCpuMs = 50;
/** Samples of a size in each round that are left out, since V8 compiles in them and grows the heap. */
const warmUps = 2;
/** Samples that count: at least so many, then as many as take this long. */
const [leastSamples, mostCpuMs] = [2, 400];

/** @typedef {{ readonly path: string, readonly size: number }} Model */
/** @typedef {{ readonly name: string, readonly args: (model: string, folder: string) => string[] }} CommandLine */
/** @typedef {{ readonly cpuMs: number, readonly runs: number }} Warm per run, and of how many */

/** @type {readonly CommandLine[]} */
const commands = [
  { name: 'analyze', args: (model) => ['analyze', model] },
  { name: 'plan, 3 tiers', args: (model) => ['plan', model, '--tiers', 'raspberry-pi-4,cpu-i7-6700k,v100'] },
  {
    name: 'plan, 5 tiers',
    args: (model) => ['plan', model, '--tiers', 'raspberry-pi-4,jetson-nano,cpu-i5-2500,cpu-i7-6700k,v100'],
  },
  { name: 'graph', args: (model, folder) => ['graph', model, '--force', '-o', join(folder, 'family.svg')] },
];

/** @param {import('./sections.mjs').Bench} bench */
export async function families({ product, folder, rounds, say }) {
  const cli = join(root, 'dist/cli.js');
  if (!existsSync(cli)) return say('  left out: there is no dist/cli.js; run `npm run build` first');
  const startMs = spread(Array.from({ length: rounds }, () => usageOfNode([cli, '--version']).cpuMs)).median;
  say('  warm: mean CPU of the runs in one process, after the first ones');
  say(`  cold: the largest in a process of its own; one that does nothing takes ${figure(startMs / 1e3)} s`);
  for (const { name, draw } of graphFamilies) {
    const models = sizes.map((size) => {
      const readings = draw(size);
      const path = join(folder, `family-${size}.onnx`);
      writeFamily(path, readings);
      return { path, size: sizeOf(readings) };
    });
    say(`  ${name}: ${models.map(({ size }) => size.toLocaleString('en')).join(', ')} nodes and edges`);
    for (const command of commands) {
      const argsOf = (/** @type {string} */ path) => [...command.args(path, folder), '--json'];
      const warm = await warmTimes(models, rounds, ({ path }) => runHere(product, argsOf(path)));
      const largest = models.at(-1)?.path ?? '';
      tellGrowth(say, command.name, models, warm, `; cold ${coldText([cli, ...argsOf(largest)], rounds)}`);
    }
    const graphs = new Map(models.map(({ path }) => [path, product.analyzeFile(path, {}).graph]));
    // An engine remembers the blocks that it has laid out.
    const layOut = (/** @type {Model} */ { path }) =>
      product.buildScene(graphs.get(path), { folded: null }, product.createElkEngine());
    tellGrowth(say, 'layout alone', models, await warmTimes(models, rounds, layOut));
    for (const { path } of models) rmSync(path);
  }
}

/** @param {readonly string[]} args @param {number} rounds */
function coldText(args, rounds) {
  const runs = Array.from({ length: rounds }, () => usageOfNode(args));
  const of = (/** @type {'cpuMs' | 'mostMemoryMB'} */ key) => spread(runs.map((usage) => usage[key])).median;
  return `${figure(of('cpuMs') / 1e3)} s, ${figure(of('mostMemoryMB'))} MB`;
}

/** @param {readonly Model[]} models @param {number} rounds @param {(model: Model) => Promise<unknown>} run @returns {Promise<Warm[]>} */
async function warmTimes(models, rounds, run) {
  /** @type {Warm[][]} */
  const samples = models.map(() => []);
  for (let round = 0; round < rounds; round++) {
    // The largest first: what it calls so often is compiled once the small ones have their turn.
    for (const [index, model] of [...models.entries()].reverse())
      samples[index]?.push(...(await samplesOf(() => run(model))));
  }
  // What several small runs leave behind is collected in one of them: their mean is what one takes.
  return samples.map((of) => {
    const runs = of.reduce((sum, sample) => sum + sample.runs, 0);
    return { cpuMs: of.reduce((sum, sample) => sum + sample.cpuMs * sample.runs, 0) / runs, runs };
  });
}

/** @param {() => Promise<unknown>} run @returns {Promise<Warm[]>} */
async function samplesOf(run) {
  const samples = [];
  for (let spentMs = 0; samples.length < warmUps + leastSamples || spentMs < mostCpuMs; ) {
    const start = process.cpuUsage();
    let [runs, cpuMs] = [0, 0];
    while (cpuMs < sampleCpuMs) {
      await run();
      runs += 1;
      const { user, system } = process.cpuUsage(start);
      cpuMs = (user + system) / 1e3;
    }
    if (samples.length >= warmUps) spentMs += cpuMs;
    samples.push({ cpuMs: cpuMs / runs, runs });
  }
  return samples.slice(warmUps);
}

/** Runs a command of the command line in this process; what it prints is not shown. @param {any} product @param {readonly string[]} args */
async function runHere(product, args) {
  const program = new product.Command();
  for (const add of [product.addAnalyze, product.addPlan, product.addGraph]) add(program);
  const { write } = process.stdout;
  process.stdout.write = () => true;
  try {
    await program.parseAsync(args, { from: 'user' });
  } finally {
    process.stdout.write = write;
  }
  if (process.exitCode !== undefined) throw new Error(`${args.join(' ')} ended with ${process.exitCode}.`);
}

/** @param {(line: string) => void} say @param {string} name @param {readonly Model[]} models @param {readonly Warm[]} warm @param {string} [cold] */
function tellGrowth(say, name, models, warm, cold = '') {
  const exponents = models.slice(1).map(({ size }, index) => {
    const times = (warm[index + 1]?.cpuMs ?? Number.NaN) / (warm[index]?.cpuMs ?? Number.NaN);
    return Math.log(times) / Math.log(size / (models[index]?.size ?? 1));
  });
  const verdict = exponents.every((exponent) => exponent <= mostExponent) ? 'kept' : 'MISSED';
  const told = exponents.map((exponent) => exponent.toFixed(2)).join(' and ');
  const times = warm.map(({ cpuMs, runs }) => `${figure(cpuMs)} (${runs})`).join(', ');
  say(`    ${name.padEnd(14)} warm ${times} ms (runs)${cold}`);
  say(`    target ${verdict}: grows with the power ${told} of nodes plus edges, at most ${mostExponent}`);
}
