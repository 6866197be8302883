/** A workspace of many models under one configuration, all of them open: four times as many may not take sixteen times as long. */
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { BenchServer } from './benchServer.mjs';
import { root } from './loadProduct.mjs';
import { figure, spread } from './statistics.mjs';

const sizes = /** @type {const} */ ([30, 120]);
/** Times that the size may make CPU grow beyond the size itself. */
const slack = 1.5;

/** @param {import('./sections.mjs').Bench} bench */
export async function workspace({ folder, rounds, say }) {
  const program = join(root, 'dist/server.js');
  if (!existsSync(program)) return say('  left out: there is no dist/server.js; run `npm run build` first');
  if (process.platform !== 'linux') return say('  left out: only Linux tells what a process has taken so far');
  /** @type {{ opening: number, planning: number }[]} */
  const medians = [];
  for (const size of sizes) {
    /** @type {Awaited<ReturnType<typeof measure>>[]} */
    const measured = [];
    for (let round = 0; round < rounds; round++) {
      measured.push(await measure(program, mkdtempSync(join(folder, 'workspace-')), size));
    }
    const opening = spread(measured.map((each) => each.openingMs)).median;
    const planning = spread(measured.map((each) => each.planningMs)).median;
    medians.push({ opening, planning });
    say(`  ${size} models: CPU ${figure(opening)} ms to open them, ${figure(planning)} ms to plan all of them again`);
  }
  const [small, large] = medians;
  if (small === undefined || large === undefined) return;
  const most = (slack * sizes[1]) / sizes[0];
  for (const deed of /** @type {const} */ (['opening', 'planning'])) {
    const times = large[deed] / small[deed];
    const verdict = times <= most ? 'kept' : 'MISSED';
    say(`  target ${verdict}: ${figure(times)} times the CPU of ${deed}, at most ${figure(most)}`);
  }
}

/**
 * Opens models beside a configuration that is open too, as is a plan of each, and changes the configuration.
 * @param {string} program @param {string} folder @param {number} size
 */
async function measure(program, folder, size) {
  const models = Array.from({ length: size }, (_, index) => join(folder, `${index}.onnx`));
  for (const model of models) copyFileSync(join(root, 'test/fixtures/models/s_inception1.onnx'), model);
  const configPath = join(folder, 'dnnsplit.json');
  const config = (/** @type {number} */ gflops) => `{ "tiers": [{ "id": "a", "gflops": ${gflops} }, { "id": "b" }] }`;
  writeFileSync(configPath, config(1));
  mkdirSync(join(folder, 'bench'));
  const server = await BenchServer.start(program, join(folder, 'bench'));
  const open = async (/** @type {string} */ path, /** @type {string} */ text) => {
    const textDocument = { uri: pathToFileURL(path).href, languageId: 'jsonc', version: 1, text };
    await server.connection.sendNotification('textDocument/didOpen', { textDocument });
  };
  try {
    await open(configPath, config(1));
    const start = server.cpuMs();
    for (const model of models) {
      const { text } = await server.open(model);
      await open(`${model}.splitplan.json`, text);
    }
    const opened = server.cpuMs();
    writeFileSync(configPath, config(2));
    const changes = [{ uri: pathToFileURL(configPath).href, type: 2 }];
    await server.connection.sendNotification('workspace/didChangeWatchedFiles', { changes });
    await server.connection.sendRequest('dnnsplit/planAgain', { sourceUri: pathToFileURL(configPath).href });
    return { openingMs: opened - start, planningMs: server.cpuMs() - opened };
  } finally {
    await server.stop();
  }
}
