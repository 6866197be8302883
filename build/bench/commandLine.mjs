/** The command line from a cold start, as a script sees it, over a Node.js that ends at once and beside its peers. */
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { pythonHas, usageOfNode, usageOfPython } from './childUsage.mjs';
import { root } from './loadProduct.mjs';
import { resnet, sayTarget } from './sections.mjs';
import { sharedModel } from './sharedModel.mjs';
import { figure, spread, spreadText } from './statistics.mjs';
import { writeWithWeightsInside } from './writeModels.mjs';

/** @typedef {import('./childUsage.mjs').Usage} Usage */
/** @typedef {{ readonly name: string, readonly run: () => Usage }} Cold */

/** Most CPU beyond the empty start, and how many times as long Python may take at least. */
const models = [
  { name: 'ResNet50', shared: 'tv_resnet50', mostAboveMs: 50, leastTimes: 6 },
  { name: 'Swin-T', shared: 'tv_swin_t', mostAboveMs: 130, leastTimes: 4 },
  { name: 'ResNet152', path: resnet, leastTimes: 10 },
];

/** @param {import('./sections.mjs').Bench} bench */
export async function commandLine(bench) {
  const { folder, rounds, say } = bench;
  const cli = join(root, 'dist/cli.js');
  if (!existsSync(cli)) return say('  left out: there is no dist/cli.js; run `npm run build` first');
  const hasPython = pythonHas('onnx');
  if (!hasPython) say('  Python onnx: left out, python3 has no module onnx here');
  for (const { name, shared, path, mostAboveMs, leastTimes } of models) {
    const from = path ?? sharedModel(bench, shared ?? '');
    if (from === undefined) continue;
    const model = join(folder, `${name}.onnx`);
    const megabytes = writeWithWeightsInside(from, model) / 1e6;
    const quoted = JSON.stringify(model);
    const decode = `require('onnx-proto').onnx.ModelProto.decode(require('fs').readFileSync(${quoted}))`;
    const infer = `import onnx; onnx.shape_inference.infer_shapes(onnx.load(${quoted}))`;
    /** @type {Cold[]} */
    const cases = [
      {
        name: `dnnsplit analyze ${name}, ${figure(megabytes)} MB`,
        run: () => usageOfNode([cli, 'analyze', model, '--json']),
      },
      { name: 'node that ends at once', run: () => usageOfNode(['-e', '']) },
      { name: 'onnx-proto decode', run: () => usageOfNode(['-e', decode]) },
      ...(hasPython ? [{ name: 'Python onnx.load and infer_shapes', run: () => usageOfPython(infer) }] : []),
    ];
    const [own, floor, , python] = measured(bench, cases, rounds);
    rmSync(model);
    if (own === undefined || floor === undefined) continue;
    if (mostAboveMs !== undefined)
      sayTarget(bench, `${name}, CPU above the empty start`, own.cpuMs - floor.cpuMs, mostAboveMs);
    if (python !== undefined)
      sayTarget(bench, `${name}, of the time that Python takes`, own.wallMs / python.wallMs, 1 / leastTimes, 'of it');
  }
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
