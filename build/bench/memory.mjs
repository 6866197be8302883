/** What the language server keeps of models that were opened and closed again. */
import { copyFileSync, existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { BenchServer } from './benchServer.mjs';
import { root } from './loadProduct.mjs';
import { sharedModel } from './sharedModel.mjs';
import { figure } from './statistics.mjs';

/** Openings of small models, each under a name of its own, so that no session is joined. */
const cycles = 900;
/** Longer than the server keeps a model that nobody shows. */
const forgottenAfterMs = 7000;
/** What the second half of the openings may add: the heaps of its threads, and the process. */
const most = { heapMB: 2, residentMB: 60 };

/** @param {import('./sections.mjs').Bench} bench */
export async function memory(bench) {
  const { folder, say } = bench;
  const program = join(root, 'dist/server.js');
  if (!existsSync(program)) return say('  left out: there is no dist/server.js; run `npm run build` first');
  if (process.platform !== 'linux') return say('  left out: only Linux tells how much of a process is in memory');
  const server = await BenchServer.start(program, folder);
  const tell = async (/** @type {string} */ after) => {
    await setTimeout(forgottenAfterMs);
    const held = await server.held();
    say(`  ${after.padEnd(34)} ${held.text}`);
    return held;
  };
  try {
    await tell('after the start');
    const large = sharedModel(bench, 'tv_densenet121_raw') ?? join(root, 'test/workspace/resnet152.onnx');
    await server.open(large);
    say(`  ${`with ${basename(large)} open`.padEnd(34)} ${(await server.held()).text}`);
    await server.close(large);
    await tell('closed again');
    const small = join(root, 'test/fixtures/models');
    const models = readdirSync(small).filter((name) => name.endsWith('.onnx'));
    const copies = join(folder, 'opened');
    mkdirSync(copies);
    /** @type {import('./benchServer.mjs').Held[]} */
    const halves = [];
    for (let cycle = 0; cycle < cycles; cycle++) {
      const copy = join(copies, `${cycle}.onnx`);
      copyFileSync(join(small, models[cycle % models.length] ?? ''), copy);
      await server.open(copy);
      await server.close(copy);
      rmSync(copy);
      if ((cycle + 1) % (cycles / 2) === 0) halves.push(await tell(`${cycle + 1} more opened and closed`));
    }
    const [first, second] = halves;
    if (first === undefined || second === undefined) return;
    const grown = { heapMB: second.heapMB - first.heapMB, residentMB: second.residentMB - first.residentMB };
    const isKept = grown.heapMB <= most.heapMB && grown.residentMB <= most.residentMB;
    say(
      `  target ${isKept ? 'kept' : 'MISSED'}: the second half added ${figure(grown.heapMB)} MB to heaps, at most ${most.heapMB}, and ${figure(grown.residentMB)} MB to the process, at most ${most.residentMB}`,
    );
  } finally {
    await server.stop();
  }
}
