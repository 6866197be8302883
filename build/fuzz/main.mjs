/**
 * `npm run fuzz`: takes mutated models through the product for as long, or as many, as wanted; ends with 1 when one fails
 * with anything but a proper error, takes too long or too much memory, or leads to facts that cannot be true. Then it
 * ends every writer in the middle, many times, and looks at what is left.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';
import { BatchRunner } from './batchRunner.mjs';

const root = resolve(import.meta.dirname, '../..');
/** Finds after which a part ends. */
const mostFinds = 20;

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    cases: { type: 'string' },
    seed: { type: 'string', default: '1' },
    kills: { type: 'string', default: '50' },
    help: { type: 'boolean', short: 'h', default: false },
  },
});
const seconds = Number(values.seconds);
const wanted = values.cases === undefined ? Number.POSITIVE_INFINITY : Number(values.cases);
const firstSeed = Number(values.seed);
const moments = Number(values.kills);
const areWhole = Number.isInteger(firstSeed) && Number.isInteger(moments);
if (values.help || !(seconds >= 0) || !(wanted >= 0) || !areWhole) {
  console.log(
    'npm run fuzz -- [--seconds N | --cases N] [--seed N] [--kills N]\n\n' +
      'The same seed gives the same cases; batches count it up. No case may crash, take more than 2 s of CPU or hold more\n' +
      'than 500 MB; one that never ends is ended and counts. Each writer is ended N times (50).',
  );
  process.exit(values.help ? 0 : 2);
}

/** Everything that is fuzzed as one file. @param {string} outfile */
async function bundleFuzzers(outfile) {
  await build({
    absWorkingDir: root,
    stdin: {
      contents:
        "export * from './test/fuzz/fuzzReader'; export * from './test/fuzz/fuzzPipeline'; export * from './test/fuzz/killWriters';",
      resolveDir: root,
    },
    bundle: true,
    platform: 'node',
    format: 'cjs',
    mainFields: ['module', 'main'],
    define: { 'import.meta.dirname': JSON.stringify(join(root, 'test/fuzz')) },
    outfile,
  });
}

/** What is fuzzed, with its share of the time or the cases. */
const parts = /** @type {const} */ ([
  { part: 'reading', title: 'Reading', share: 0.3 },
  { part: 'plans', title: 'From models to their plans', share: 0.35 },
  { part: 'operators', title: 'From models of one operator to their plans', share: 0.35 },
]);

/**
 * Batches with rising seeds until the time is over or there were enough cases.
 * @param {BatchRunner} runner
 * @param {(typeof parts)[number]} part
 * @returns {Promise<{ cases: number, finds: number }>}
 */
async function fuzz(runner, { part, title, share }) {
  const until = values.cases === undefined ? performance.now() + seconds * share * 1000 : Number.POSITIVE_INFINITY;
  const enough = wanted * share;
  /** @type {Map<string, number>} */
  const refusals = new Map();
  /** @type {Record<'crashes' | 'excesses' | 'hangs', string[]>} */
  const found = { crashes: [], excesses: [], hangs: [] };
  const count = () => found.crashes.length + found.excesses.length + found.hangs.length;
  let [cases, accepted, slowestMs, mostHeapBytes] = [0, 0, 0, 0];
  for (let seed = firstSeed; performance.now() < until && cases < enough && count() < mostFinds; seed++) {
    const report = await runner.run(part, seed);
    if (report === undefined) break;
    cases += report.cases;
    accepted += report.accepted;
    slowestMs = Math.max(slowestMs, report.slowestMs);
    mostHeapBytes = Math.max(mostHeapBytes, report.mostHeapBytes);
    for (const [code, times] of report.refusals) refusals.set(code, (refusals.get(code) ?? 0) + times);
    found.crashes.push(...report.crashes);
    found.excesses.push(...report.excesses);
    found.hangs.push(...(report.hangs ?? []));
  }
  console.log(`${title}: ${cases} cases, seeds from ${firstSeed}, ${accepted} accepted`);
  for (const [code, times] of [...refusals].sort()) console.log(`  ${code}: ${times}`);
  console.log(`  slowest ${slowestMs.toFixed(0)} ms of CPU, most memory ${(mostHeapBytes / 1e6).toFixed(0)} MB`);
  console.log(
    `  crashes ${found.crashes.length}, over a limit ${found.excesses.length}, without end ${found.hangs.length}`,
  );
  for (const find of Object.values(found).flat()) console.log(find);
  return { cases, finds: count() };
}

/**
 * Ends every writer at many moments.
 * @param {string} folder for the programs
 * @param {string} fuzzers the bundle
 * @returns {Promise<number>} finds
 */
async function endWriters(folder, fuzzers) {
  await build({
    absWorkingDir: root,
    entryPoints: { cli: 'src/cli/main.ts', relay: 'src/relay/main.ts' },
    outdir: folder,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    mainFields: ['module', 'main'],
  });
  /** @type {typeof import('../../test/fuzz/killWriters')} */
  const { killWriters } = createRequire(import.meta.url)(fuzzers);
  const report = await killWriters({ cli: join(folder, 'cli.js'), moments, seed: firstSeed });
  console.log(`Writers that were ended: ${report.kills} times, ${report.late} times too late`);
  console.log(`  ${report.finds.length} finds`);
  for (const find of report.finds) console.log(find);
  return report.finds.length;
}

const folder = mkdtempSync(join(tmpdir(), 'dnnsplit-fuzz-'));
try {
  const fuzzers = join(folder, 'fuzzers.cjs');
  await bundleFuzzers(fuzzers);
  const runner = new BatchRunner(fuzzers);
  let [cases, finds] = [0, 0];
  for (const part of parts) {
    const done = await fuzz(runner, part);
    cases += done.cases;
    finds += done.finds;
  }
  await runner.close();
  finds += await endWriters(folder, fuzzers);
  console.log(`\n${cases} cases in all, ${finds} finds`);
  process.exitCode = finds === 0 ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
