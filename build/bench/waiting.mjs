/** What else people wait for: a comparison of all strategies on many tiers, and the start of the language server. */
import { existsSync, mkdtempSync } from 'node:fs';
import { join } from 'node:path';
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

/** @param {import('./sections.mjs').Bench} bench */
export async function serverStart(bench) {
  const { folder, rounds, say } = bench;
  const program = join(root, 'dist/server.js');
  if (!existsSync(program)) return say('  left out: there is no dist/server.js; run `npm run build` first');
  /** @type {number[][]} */
  const [server, empty] = [[], []];
  for (let round = 0; round <= rounds; round++) {
    const start = performance.now();
    const started = await BenchServer.start(program, mkdtempSync(join(folder, 'start-')));
    const serverMs = performance.now() - start;
    await started.stop();
    const emptyMs = usageOfNode(['-e', '']).wallMs;
    if (round === 0) continue;
    server?.push(serverMs);
    empty?.push(emptyMs);
  }
  say(`  ${'language server, until it answers'.padEnd(46)} wall ${spreadText(spread(server ?? []))} ms`);
  say(`  ${'node that ends at once'.padEnd(46)} wall ${spreadText(spread(empty ?? []))} ms`);
}
