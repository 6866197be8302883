/**
 * `npm run fuzz`: takes mutated models through the product for as long as wanted; ends with 1 when one fails with anything
 * but a proper error, takes too long or too much memory, or leads to facts that cannot be true. Then it ends every writer
 * in the middle, many times, and looks at what is left.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';

const root = resolve(import.meta.dirname, '../..');
/** Models larger than this are left out: their mutations would be few. */
const mostFileBytes = 700_000;
/** Finds after which a run ends. */
const mostFinds = 20;

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    seed: { type: 'string', default: '1' },
    kills: { type: 'string', default: '50' },
    help: { type: 'boolean', short: 'h', default: false },
  },
});
const seconds = Number(values.seconds);
const firstSeed = Number(values.seed);
const moments = Number(values.kills);
if (values.help || !(seconds >= 0) || !Number.isInteger(firstSeed) || !Number.isInteger(moments)) {
  console.log(
    'npm run fuzz -- [--seconds N] [--seed N] [--kills N]\n\nThe same seed gives the same cases; batches count it up. Each writer is ended N times (50).',
  );
  process.exit(values.help ? 0 : 2);
}

/** @typedef {import('../../test/fuzz/fuzzReader').FuzzReport} FuzzReport */
/** @typedef {typeof import('../../test/fuzz/fuzzReader') & typeof import('../../test/fuzz/fuzzPipeline') & typeof import('../../test/fuzz/killWriters')} Fuzzers */

/** @returns {Promise<Fuzzers>} */
async function loadFuzzers() {
  const folder = mkdtempSync(join(tmpdir(), 'dnnsplit-fuzz-'));
  try {
    const outfile = join(folder, 'fuzzers.cjs');
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
    return createRequire(import.meta.url)(outfile);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const { fuzzReader, fuzzPipeline, killWriters, modelsToMutate, operatorModels } = await loadFuzzers();
const files = modelsToMutate(mostFileBytes);
const operators = operatorModels();

/**
 * Batches with rising seeds until the time is over.
 * @param {string} title
 * @param {number} share of the time
 * @param {(seed: number) => FuzzReport & { excesses?: readonly string[] }} batch
 * @returns {number} finds
 */
function fuzz(title, share, batch) {
  const until = performance.now() + seconds * share * 1000;
  /** @type {Map<string, number>} */
  const refusals = new Map();
  /** @type {string[]} */
  const finds = [];
  let [cases, accepted, slowestMs, mostHeapBytes] = [0, 0, 0, 0];
  for (let seed = firstSeed; performance.now() < until && finds.length < mostFinds; seed++) {
    const report = batch(seed);
    cases += report.cases;
    accepted += report.accepted;
    slowestMs = Math.max(slowestMs, report.slowestMs);
    mostHeapBytes = Math.max(mostHeapBytes, report.mostHeapBytes);
    for (const [code, count] of report.refusals) refusals.set(code, (refusals.get(code) ?? 0) + count);
    finds.push(...report.crashes, ...(report.excesses ?? []));
  }
  console.log(`${title}: ${cases} cases, seeds from ${firstSeed}, ${accepted} accepted`);
  for (const [code, count] of [...refusals].sort()) console.log(`  ${code}: ${count}`);
  console.log(`  slowest ${slowestMs.toFixed(0)} ms, most memory ${(mostHeapBytes / 1e6).toFixed(0)} MB`);
  console.log(`  ${finds.length} finds`);
  for (const find of finds) console.log(find);
  return finds.length;
}

let finds = fuzz(`Reading ${files.length} models`, 0.3, (seed) => fuzzReader(files, 2000, seed));
finds += fuzz(`From ${files.length} models to their plans`, 0.35, (seed) =>
  fuzzPipeline(files, seed, (cases) => cases === 200),
);
if (operators.length > 0) {
  finds += fuzz(`From ${operators.length} models of one operator to their plans`, 0.35, (seed) =>
    fuzzPipeline(operators, seed, (cases) => cases === 2 * operators.length),
  );
}
finds += await endWriters();
process.exitCode = finds === 0 ? 0 : 1;

/** Ends every writer at many moments. @returns {Promise<number>} finds */
async function endWriters() {
  const folder = mkdtempSync(join(tmpdir(), 'dnnsplit-fuzz-'));
  try {
    await build({
      absWorkingDir: root,
      entryPoints: { cli: 'src/cli/main.ts', relay: 'src/relay/main.ts' },
      outdir: folder,
      bundle: true,
      platform: 'node',
      format: 'cjs',
      mainFields: ['module', 'main'],
    });
    const report = await killWriters({ cli: join(folder, 'cli.js'), moments, seed: firstSeed });
    console.log(`Writers that were ended: ${report.kills} times, ${report.late} times too late`);
    console.log(`  ${report.finds.length} finds`);
    for (const find of report.finds) console.log(find);
    return report.finds.length;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
