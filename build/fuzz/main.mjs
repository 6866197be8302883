/** `npm run fuzz`: reads mutated models for as long as wanted; ends with 1 when one fails with anything but a proper error. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';

const root = resolve(import.meta.dirname, '../..');
/** Cases between two looks at the clock. */
const casesPerBatch = 2000;

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    seed: { type: 'string', default: '1' },
    help: { type: 'boolean', short: 'h', default: false },
  },
});
const seconds = Number(values.seconds);
const firstSeed = Number(values.seed);
if (values.help || !(seconds > 0) || !Number.isInteger(firstSeed)) {
  console.log('npm run fuzz -- [--seconds N] [--seed N]\n\nThe same seed gives the same cases; batches count it up.');
  process.exit(values.help ? 0 : 2);
}

/** @typedef {import('../../test/fuzz/fuzzReader').FuzzReport} FuzzReport */

/** @returns {Promise<{ fuzzReader: (files: readonly string[], cases: number, seed: number) => FuzzReport }>} */
async function loadFuzzer() {
  const folder = mkdtempSync(join(tmpdir(), 'dnnsplit-fuzz-'));
  try {
    const outfile = join(folder, 'fuzzReader.cjs');
    await build({
      absWorkingDir: root,
      entryPoints: ['test/fuzz/fuzzReader.ts'],
      bundle: true,
      platform: 'node',
      format: 'cjs',
      mainFields: ['module', 'main'],
      outfile,
    });
    return createRequire(import.meta.url)(outfile);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const models = join(root, 'test/fixtures/models');
const files = readdirSync(models)
  .filter((file) => file.endsWith('.onnx'))
  .map((file) => join(models, file));
const { fuzzReader } = await loadFuzzer();
const until = performance.now() + seconds * 1000;
/** @type {Map<string, number>} */
const refusals = new Map();
/** @type {string[]} */
const crashes = [];
let cases = 0;
let accepted = 0;
let slowestMs = 0;
let mostHeapBytes = 0;
for (let seed = firstSeed; performance.now() < until && crashes.length < 20; seed++) {
  const report = fuzzReader(files, casesPerBatch, seed);
  cases += report.cases;
  accepted += report.accepted;
  slowestMs = Math.max(slowestMs, report.slowestMs);
  mostHeapBytes = Math.max(mostHeapBytes, report.mostHeapBytes);
  for (const [code, count] of report.refusals) refusals.set(code, (refusals.get(code) ?? 0) + count);
  crashes.push(...report.crashes);
}
console.log(`${cases} cases from ${files.length} models, seeds from ${firstSeed}: ${accepted} read`);
for (const [code, count] of [...refusals].sort()) console.log(`  ${code}: ${count}`);
console.log(
  `slowest ${slowestMs.toFixed(0)} ms, most heap ${(mostHeapBytes / 1e6).toFixed(0)} MB, ${crashes.length} crashes`,
);
for (const crash of crashes) console.log(crash);
process.exitCode = crashes.length === 0 ? 0 : 1;
