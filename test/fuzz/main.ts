/** Fuzzes the reader for as long as wanted: `main <models folder> <cases> [seed]`, after bundling with esbuild. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fuzzReader } from './fuzzReader';

const [folder = 'test/fixtures/models', cases = '100000', seed = '1'] = process.argv.slice(2);
const files = readdirSync(folder)
  .filter((file) => file.endsWith('.onnx'))
  .map((file) => join(folder, file));
const report = fuzzReader(files, Number(cases), Number(seed));
console.log({ ...report, refusals: Object.fromEntries(report.refusals) });
process.exitCode = report.crashes.length === 0 ? 0 : 1;
