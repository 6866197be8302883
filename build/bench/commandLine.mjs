/** The command line from a cold start, as a script sees it, over a Node.js that ends at once and beside its peers. */
import { existsSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { pythonHas, usageOfNode, usageOfPython } from './childUsage.mjs';
import { root } from './loadProduct.mjs';
import { resnet, sayTarget } from './sections.mjs';
import { sharedModel } from './sharedModel.mjs';
import { figure, spread, spreadText } from './statistics.mjs';
import { writeWithWeightsInside } from './writeModels.mjs';

/** @typedef {import('./childUsage.mjs').Usage} Usage */
/** @typedef {{ readonly name: string, readonly run: () => Usage }} Cold */

/** What an empty start took on the machine that the goals in milliseconds were set on. */
const startOfGoalsMs = 59;
/** Each of the first runs keeps what it compiles for those after it. */
const runsThatKeep = 3;

/** Most CPU beyond the empty start there, and how many times as long Python may take at least. */
const models = [
  { name: 'ResNet50', shared: 'tv_resnet50', mostAboveMs: 50, leastTimes: 6 },
  { name: 'Swin-T', shared: 'tv_swin_t', mostAboveMs: 130, leastTimes: 4 },
  { name: 'ResNet152', path: resnet, leastTimes: 10 },
  { name: 'ViT-B/16', shared: 'tv_vit_b_16', leastTimes: 14 },
];

/** @param {import('./sections.mjs').Bench} bench */
export async function commandLine(bench) {
  const { folder, rounds, say } = bench;
  const cli = join(root, 'dist/cli.js');
  if (!existsSync(cli)) return say('  left out: there is no dist/cli.js; run `npm run build` first');
  const hasPython = pythonHas('onnx');
  if (!hasPython) say('  Python onnx: left out, python3 has no module onnx here');
  // Not where the person's own runs keep theirs.
  const caches = join(folder, 'caches');
  const keeping = { HOME: folder, XDG_CACHE_HOME: caches, LOCALAPPDATA: caches };
  for (const { name, shared, path, mostAboveMs, leastTimes } of models) {
    const from = path ?? sharedModel(bench, shared ?? '');
    if (from === undefined) continue;
    const model = join(folder, basename(from));
    const megabytes = writeWithWeightsInside(from, model) / 1e6;
    const quoted = JSON.stringify(model);
    const decode = `require('onnx-proto').onnx.ModelProto.decode(require('fs').readFileSync(${quoted}))`;
    const infer = `import onnx; onnx.shape_inference.infer_shapes(onnx.load(${quoted}))`;
    const analyze = [cli, 'analyze', model, '--json'];
    /** @type {Cold[]} */
    const cases = [
      { name: `dnnsplit analyze ${name}, ${figure(megabytes)} MB`, run: () => usageOfNode(analyze, keeping) },
      { name: 'node that ends at once', run: () => usageOfNode(['-e', '']) },
      { name: 'the same, nothing kept', run: () => usageOfNode(analyze, { NODE_DISABLE_COMPILE_CACHE: '1' }) },
      { name: 'onnx-proto decode', run: () => usageOfNode(['-e', decode]) },
      ...(hasPython ? [{ name: 'Python onnx.load and infer_shapes', run: () => usageOfPython(infer) }] : []),
    ];
    for (let run = 0; run < runsThatKeep; run++) usageOfNode(analyze, keeping);
    const [own, floor, , , python] = measured(bench, cases, rounds);
    rmSync(model);
    if (own === undefined || floor === undefined) continue;
    if (mostAboveMs !== undefined) sayAboveStart(bench, name, own, floor, mostAboveMs);
    if (python !== undefined)
      sayTarget(bench, `${name}, of the time that Python takes`, own.wallMs / python.wallMs, 1 / leastTimes, 'of it');
  }
}

/** A machine that starts an empty program half as fast works half as fast too: the goal in starts is the same on each. @param {import('./sections.mjs').Bench} bench @param {string} name @param {Usage} own @param {Usage} floor @param {number} mostMs */
function sayAboveStart(bench, name, own, floor, mostMs) {
  const aboveMs = own.cpuMs - floor.cpuMs;
  const what = `${name}, CPU above the empty start`;
  sayTarget(bench, what, aboveMs, mostMs);
  sayTarget(bench, `${what}, in empty starts`, aboveMs / floor.cpuMs, mostMs / startOfGoalsMs, 'of them');
}

/** Runs cases in turn and tells what they take. @param {import('./sections.mjs').Bench} bench @param {readonly Cold[]} cases @param {number} rounds @returns {Usage[]} medians */
function measured({ say }, cases, rounds) {
  const samples = cases.map(() => /** @type {Usage[]} */ ([]));
  for (let round = 0; round <= rounds; round++) {
    for (const [index, { run }] of cases.entries()) {
      const usage = run();
      if (round > 0) samples[index]?.push(usage);
    }
  }
  return samples.map((usages, index) => {
    const of = (/** @type {keyof Usage} */ key) => spread(usages.map((usage) => usage[key]));
    const [wall, cpu, memory] = [of('wallMs'), of('cpuMs'), of('mostMemoryMB').median];
    say(
      `  ${(cases[index]?.name ?? '').padEnd(46)} wall ${spreadText(wall).padEnd(24)} CPU ${spreadText(cpu)} ms, most memory ${figure(memory)} MB`,
    );
    return { wallMs: wall.median, cpuMs: cpu.median, mostMemoryMB: memory };
  });
}
