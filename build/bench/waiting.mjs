/** What else people wait for: a comparison of all strategies on many tiers, and the start of the language server. */
import { existsSync, mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { BenchServer } from './benchServer.mjs';
import { usageOfNode } from './childUsage.mjs';
import { graphFamilies } from './graphFamilies.mjs';
import { root } from './loadProduct.mjs';
import { sayTarget } from './sections.mjs';
import { sharedModel } from './sharedModel.mjs';
import { spread, spreadText } from './statistics.mjs';
import { writeFamily } from './writeFamily.mjs';

const fiveTiers = ['--tiers', 'raspberry-pi-4,jetson-nano,cpu-i5-2500,cpu-i7-6700k,v100'];
const mostComparedMs = 2000;
const nodesOfFamilies = 2000;

/** @param {import('./sections.mjs').Bench} bench */
export async function comparing(bench) {
  const cli = join(root, 'dist/cli.js');
  if (!existsSync(cli)) return bench.say('  left out: there is no dist/cli.js; run `npm run build` first');
  const models = [{ name: 'scale_20k', path: sharedModel(bench, 'scale_20k') }];
  for (const { name, draw } of graphFamilies) {
    const path = join(bench.folder, `comparing-${models.length}.onnx`);
    writeFamily(path, draw(nodesOfFamilies));
    models.push({ name: `${name}, ${nodesOfFamilies} nodes`, path });
  }
  for (const { name, path } of models) {
    if (path === undefined) continue;
    const run = () => usageOfNode([cli, 'plan', path, ...fiveTiers, '--compare', '--json']).cpuMs;
    const cpu = spread(Array.from({ length: bench.rounds }, run));
    bench.say(`  ${`plan --compare, 5 tiers: ${name}`.padEnd(46)} CPU ${spreadText(cpu)} ms`);
    sayTarget(bench, `plan --compare, ${name}, CPU`, cpu.median, mostComparedMs);
  }
}

/** An empty start and the server's took 59 and 108 ms on the machine that the goals in milliseconds were set on. */
const mostServerStarts = 108 / 59;
/** Longer than the server takes until it keeps its compiled programs. */
const keptAfterMs = 9000;

/** @param {import('./sections.mjs').Bench} bench */
export async function serverStart(bench) {
  const { folder, rounds, say } = bench;
  const program = join(root, 'dist/server.js');
  if (!existsSync(program)) return say('  left out: there is no dist/server.js; run `npm run build` first');
  const keeping = ['--code-folder', mkdtempSync(join(folder, 'code-'))];
  const first = await BenchServer.startAlone(program, keeping);
  await setTimeout(keptAfterMs);
  await first.stop();
  const startedMs = async (/** @type {readonly string[]} */ args) => {
    const start = performance.now();
    const started = await BenchServer.startAlone(program, args);
    const tookMs = performance.now() - start;
    await started.stop();
    return tookMs;
  };
  const cases = [
    { name: 'language server, until it answers', run: () => startedMs(keeping) },
    { name: 'the same, nothing kept', run: () => startedMs([]) },
    { name: 'node that ends at once', run: async () => usageOfNode(['-e', '']).wallMs },
  ];
  const samples = cases.map(() => /** @type {number[]} */ ([]));
  for (let round = 0; round <= rounds; round++) {
    for (const [index, { run }] of cases.entries()) {
      const tookMs = await run();
      if (round > 0) samples[index]?.push(tookMs);
    }
  }
  const spreads = samples.map(spread);
  for (const [index, wall] of spreads.entries())
    say(`  ${(cases[index]?.name ?? '').padEnd(46)} wall ${spreadText(wall)} ms`);
  const [server, , empty] = spreads;
  if (server === undefined || empty === undefined) return;
  sayTarget(bench, 'language server, in empty starts', server.median / empty.median, mostServerStarts, 'of them');
}
