/** `npm run bench`: medians and ratios of what has to be fast, in one run. */
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { commandLine } from './commandLine.mjs';
import { excess } from './excess.mjs';
import { families } from './families.mjs';
import { frames } from './frames.mjs';
import { growth } from './growth.mjs';
import { hops } from './hops.mjs';
import { loadProduct } from './loadProduct.mjs';
import { memory } from './memory.mjs';
import { opening } from './opening.mjs';
import { relay } from './relay.mjs';
import { evaluatedPlans, exact, layout, planning, reading, scaling, slider } from './sections.mjs';
import { serving } from './serving.mjs';
import { splitting } from './splitting.mjs';
import { comparing, serverStart } from './waiting.mjs';
import { workspace } from './workspace.mjs';

const sections = new Map([
  ['reading', { title: 'Reading and analyzing, warm', run: reading }],
  ['commandLine', { title: 'The command line, cold', run: commandLine }],
  ['scaling', { title: 'Ten times the nodes', run: scaling }],
  ['excess', { title: 'Far too much of one thing', run: excess }],
  ['growth', { title: 'Four times the sums, readers, bodies, names and nodes, cold', run: growth }],
  ['families', { title: 'Ten and a hundred times the graph, family by family', run: families }],
  ['workspace', { title: 'Four times the models in one workspace', run: workspace }],
  ['memory', { title: 'Models opened and closed again', run: memory }],
  ['exact', { title: 'The exact planner', run: exact }],
  ['planning', { title: 'A plan and what is told of it', run: planning }],
  ['comparing', { title: 'All strategies on five tiers', run: comparing }],
  ['serverStart', { title: 'The language server, cold', run: serverStart }],
  ['slider', { title: 'One bandwidth changes', run: slider }],
  ['evaluatedPlans', { title: 'Plans that are computed', run: evaluatedPlans }],
  ['hops', { title: 'What a relay adds to a request', run: hops }],
  ['splitting', { title: 'Models with many weights split and verified', run: splitting }],
  ['relay', { title: 'A relay beside plain TCP and beside a bare server', run: relay }],
  ['serving', { title: 'A relay as it serves by default', run: serving }],
  ['layout', { title: 'Layout of a large graph', run: layout }],
  ['frames', { title: 'Work per frame of the graph view, in a browser', run: frames }],
  ['opening', { title: 'From the command to the tree and the first picture, in VS Code', run: opening }],
]);

const { values, positionals } = parseArgs({
  options: { rounds: { type: 'string', default: '5' }, help: { type: 'boolean', short: 'h', default: false } },
  allowPositionals: true,
});
const say = (/** @type {string} */ line) => console.log(line);
const unknown = positionals.filter((name) => !sections.has(name));
const rounds = Number(values.rounds);
if (values.help || unknown.length > 0 || !Number.isInteger(rounds) || rounds < 1) {
  say(`npm run bench -- [--rounds N] [SECTION ...]\n\nSections: ${[...sections.keys()].join(', ')}`);
  process.exit(values.help ? 0 : 2);
}

const folder = mkdtempSync(join(tmpdir(), 'dnnsplit-bench-'));
try {
  const product = await loadProduct();
  say(`Node ${process.version}, ${cpus().length} x ${cpus()[0]?.model.trim()}, ${rounds} rounds after one to warm up.`);
  say('Times are least / median / most. CPU time counts every thread of the process, the collector included.');
  for (const [name, { title, run }] of sections) {
    if (positionals.length > 0 && !positionals.includes(name)) continue;
    const [load = 0] = loadavg();
    say(`\n${title} (load of the machine at the start: ${load.toFixed(1)})`);
    await run({ product, folder, rounds, say });
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
