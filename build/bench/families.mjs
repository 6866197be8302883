/**
 * How what a command takes, and the layout alone, grows with the graph, family by family: the exponent of its CPU time over
 * nodes plus edges.
 */
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { usageOfNode } from './childUsage.mjs';
import { graphFamilies, sizeOf } from './graphFamilies.mjs';
import { root } from './loadProduct.mjs';
import { figure, spread, timeInTurn } from './statistics.mjs';
import { writeFamily } from './writeFamily.mjs';

const sizes = [1e3, 1e4, 1e5];
const mostExponent = 1.3;

/** @typedef {{ readonly name: string, readonly args: (model: string, folder: string) => string[] }} Command */

/** @type {readonly Command[]} */
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
  const start = spread(Array.from({ length: rounds }, () => usageOfNode([cli, '--version']).cpuMs)).median;
  for (const { name, draw } of graphFamilies) {
    const models = sizes.map((size) => {
      const readings = draw(size);
      const path = join(folder, `family-${size}.onnx`);
      writeFamily(path, readings);
      return { path, size: sizeOf(readings) };
    });
    for (const command of commands) {
      const taken = models.map(({ path, size }) => {
        const runs = Array.from({ length: rounds }, () => usageOfNode([cli, ...command.args(path, folder), '--json']));
        const of = (/** @type {'cpuMs' | 'mostMemoryMB'} */ key) => spread(runs.map((run) => run[key])).median;
        return { size, cpuMs: of('cpuMs'), memoryMB: of('mostMemoryMB') };
      });
      tellGrowth(say, `${name}, ${command.name}`, taken, start);
    }
    tellGrowth(say, `${name}, layout alone`, await laidOut(product, models, rounds), 0);
    for (const { path } of models) rmSync(path);
  }
}

/** @typedef {{ size: number, cpuMs: number, memoryMB?: number }} Taken */

/**
 * Of models that are analyzed already, each with its repeats folded.
 * @param {any} product @param {readonly { path: string, size: number }[]} models @param {number} rounds @returns {Promise<Taken[]>}
 */
async function laidOut(product, models, rounds) {
  const elk = product.createElkEngine();
  const cases = models.map(({ path }) => {
    const { graph } = product.analyzeFile(path, {});
    return { name: path, run: () => product.buildScene(graph, { folded: null }, elk) };
  });
  const timings = await timeInTurn(cases, rounds);
  return timings.map(({ cpuMs }, index) => ({ size: models[index]?.size ?? 0, cpuMs: cpuMs.median }));
}

/** @param {(line: string) => void} say @param {string} name @param {readonly Taken[]} taken @param {number} startMs */
function tellGrowth(say, name, taken, startMs) {
  say(`  ${name.padEnd(34)} ${taken.map(textOf).join('; ')}`);
  const exponents = exponentsOf(taken, startMs);
  const verdict = exponents.every((exponent) => exponent <= mostExponent) ? 'kept' : 'MISSED';
  const told = exponents.map((exponent) => exponent.toFixed(2)).join(' and ');
  say(`  target ${verdict}: grows with the power ${told} of nodes plus edges, at most ${mostExponent}`);
}

/** @param {Taken} taken */
function textOf({ size, cpuMs, memoryMB }) {
  const memory = memoryMB === undefined ? '' : `, ${figure(memoryMB)} MB`;
  return `${size.toLocaleString('en')}: CPU ${figure(cpuMs)} ms${memory}`;
}

/** Of each size over the one before, without what the program takes to start. @param {readonly Taken[]} taken @param {number} startMs */
function exponentsOf(taken, startMs) {
  const beyondStart = (/** @type {Taken} */ { cpuMs }) => Math.max(1, cpuMs - startMs);
  return taken.slice(1).map((one, index) => {
    const before = taken[index] ?? one;
    return Math.log(beyondStart(one) / beyondStart(before)) / Math.log(one.size / before.size);
  });
}
