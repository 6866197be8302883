/** What `npm run bench` measures, section by section. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import onnxProto from 'onnx-proto';
import { root } from './loadProduct.mjs';
import { sharedModel } from './sharedModel.mjs';
import { figure, spreadText, timeInTurn } from './statistics.mjs';
import { writeMaskedTransformer, writeResidualNetwork, writeWithWeightsInside } from './writeModels.mjs';

/**
 * @typedef {{ product: any, folder: string, rounds: number, say: (line: string) => void }} Bench
 * @typedef {import('./statistics.mjs').Timing} Timing
 */

export const resnet = join(root, 'test/workspace/resnet152.onnx');

/** @param {Bench} bench @param {readonly Timing[]} timings */
function sayTimings({ say }, timings) {
  for (const { name, wallMs, cpuMs } of timings) {
    say(`  ${name.padEnd(46)} wall ${spreadText(wallMs).padEnd(24)} CPU ${spreadText(cpuMs)} ms`);
  }
}

/** States a target and whether the figure keeps it. @param {Pick<Bench, 'say'>} bench @param {string} what @param {number} value @param {number} target @param {string} [unit] */
export function sayTarget({ say }, what, value, target, unit = 'ms') {
  const verdict = value <= target ? 'kept' : 'MISSED';
  say(`  target ${verdict}: ${what} ${figure(value)}, at most ${figure(target)} ${unit}`);
}

/** @param {Timing | undefined} timing */
const medianCpu = (timing) => timing?.cpuMs.median ?? Number.NaN;

/** The file's size must not count: the same graph with 241 MB of weights, with 20 GB, and beside a decoder of everything. @param {Bench} bench */
export async function reading(bench) {
  const { product, folder, rounds } = bench;
  const plain = join(folder, 'resnet152.onnx');
  const huge = join(folder, 'resnet152-20GB.onnx');
  const megabytes = writeWithWeightsInside(resnet, plain) / 1e6;
  const gigabytes = writeWithWeightsInside(resnet, huge, 20e9) / 1e9;
  const [own, large, decoder] = await timeInTurn(
    [
      { name: `analyze ResNet152, ${figure(megabytes)} MB`, run: () => product.analyzeFile(plain, {}) },
      { name: `analyze the same graph, ${figure(gigabytes)} GB`, run: () => product.analyzeFile(huge, {}) },
      {
        name: 'onnx-proto: decode the 241 MB, nothing else',
        run: () => onnxProto.onnx.ModelProto.decode(readFileSync(plain)),
      },
    ],
    rounds,
  );
  if (!own || !large || !decoder) return;
  sayTimings(bench, [own, large, decoder]);
  sayTarget(bench, '20 GB over 241 MB, CPU', large.cpuMs.median / own.cpuMs.median, 1.25, 'times');
  bench.say(
    `  decoding everything takes ${figure(decoder.cpuMs.median / own.cpuMs.median)} times the CPU of the analysis`,
  );
}

/** Ten times the nodes must cost little more than ten times as much. @param {Bench} bench */
export async function scaling(bench) {
  const { product, folder, rounds } = bench;
  const paths = [10_000, 100_000].map((count) => {
    const path = join(folder, `network-${count}.onnx`);
    writeResidualNetwork(path, count);
    return path;
  });
  const [small, large] = await timeInTurn(
    [
      { name: 'read, infer, split, candidates: 10,000 nodes', run: () => product.analyzeFile(paths[0], {}) },
      { name: 'read, infer, split, candidates: 100,000 nodes', run: () => product.analyzeFile(paths[1], {}) },
    ],
    rounds,
  );
  if (!small || !large) return;
  sayTimings(bench, [small, large]);
  sayStages(bench, String(paths[1]));
  sayTarget(bench, '100,000 nodes, least wall', large.wallMs.least, 2000);
  sayTarget(bench, '100,000 over 10,000 nodes, CPU', medianCpu(large) / medianCpu(small), 12, 'times');
}

/** One more pass, stage by stage. @param {Bench} bench @param {string} path */
function sayStages({ product, say }, path) {
  const source = product.openFileSource(path);
  /** @type {string[]} */
  const parts = [];
  const timed = (/** @type {string} */ name, /** @type {() => any} */ run) => {
    const start = performance.now();
    const result = run();
    parts.push(`${name} ${figure(performance.now() - start)}`);
    return result;
  };
  const model = timed('read', () => product.readModel(source));
  const inferred = timed('infer', () => product.inferModel(model, {}));
  const graph = timed('split', () => product.buildSplitGraph(inferred));
  timed('candidates', () => product.findCandidates(graph));
  source.close();
  say(`  of which, in one pass: ${parts.join(', ')} ms wall`);
}

/** @param {Bench} bench @param {string} path */
function tables({ product }, path) {
  const { graph, candidates } = product.analyzeFile(path, {});
  const { infrastructure } = product.resolveConfig(product.defaultConfig, path, new Map());
  return { graph, candidates, infrastructure, costs: product.createCostTables(graph, infrastructure) };
}

/** The exact planner on three tiers. @param {Bench} bench */
export async function exact(bench) {
  const { product, folder, rounds } = bench;
  const masked = join(folder, 'transformer-20000.onnx');
  writeMaskedTransformer(masked, 20_000);
  const residual = join(folder, 'network-20000.onnx');
  writeResidualNetwork(residual, 20_000);
  const wanted = [
    { name: 'swin_t', path: sharedModel(bench, 'tv_swin_t'), target: 250 },
    { name: 'scale_20k', path: sharedModel(bench, 'scale_20k'), target: 1000 },
    { name: '20,000-node residual network', path: residual, target: 1000 },
    { name: '20,000-node transformer, one mask', path: masked, target: 1000 },
  ];
  const cases = wanted.flatMap(({ name, path, target }) => {
    if (path === undefined) return [];
    const { costs, infrastructure } = tables(bench, path);
    // What plans of one graph keep for each other is kept by its topology: each round starts with nothing.
    const run = () => product.exactPlan({ ...costs, topology: { ...costs.topology } }, infrastructure);
    return [{ name: `exact, three tiers: ${name}`, target, run }];
  });
  const timings = await timeInTurn(cases, rounds);
  sayTimings(bench, timings);
  for (const [index, timing] of timings.entries()) {
    sayTarget(bench, `${timing.name}, CPU`, medianCpu(timing), cases[index]?.target ?? 0);
  }
}

/** A plan with all that is told of it, over the plan and its proof alone. @param {Bench} bench */
export async function planning(bench) {
  const { product, rounds, say } = bench;
  for (const name of ['tv_resnet50', 'tv_swin_t', 'hf_bert_base', 'keras_NASNetMobile']) {
    const path = sharedModel(bench, name);
    if (path === undefined) continue;
    const { graph, candidates } = product.analyzeFile(path, {});
    for (const objective of ['latency', 'cost', 'throughput']) {
      const config = { ...product.defaultConfig, objective };
      const { infrastructure, minimumGainPercent } = product.resolveConfig(config, path, new Map());
      // What plans of one graph keep for each other is kept by the graph: each round starts with nothing.
      const planned = (/** @type {object} */ options) =>
        product.planModel({ ...graph }, candidates, infrastructure, { strategy: 'dnnsplit', ...options });
      const timings = await timeInTurn(
        [
          { name: `${name}, ${objective}, all told`, run: () => planned({ minimumGainPercent }) },
          { name: `${name}, ${objective}, the plan alone`, run: () => planned({ skipRegimes: true }) },
        ],
        rounds,
      );
      sayTimings(bench, timings);
      say(
        `  all that is told takes ${figure(medianCpu(timings[0]) / medianCpu(timings[1]))} times the CPU of the plan alone`,
      );
    }
  }
}

/** A bandwidth slider moves: with everything that a plan carries, and through the server's functions. @param {Bench} bench */
export async function slider(bench) {
  const { product, folder, rounds } = bench;
  const path = join(folder, 'network-10000.onnx');
  if (!existsSync(path)) writeResidualNetwork(path, 10_000);
  const { graph, candidates, infrastructure } = tables(bench, path);
  const functions = product.createAnalysisFunctions(folder, () => 'anywhere');
  let bandwidthMbps = 1;
  let last = product.planModel(graph, candidates, infrastructure, { strategy: 'dnnsplit' });
  const steps = 20;
  const repeat = (/** @type {() => unknown} */ step) => () => {
    for (let count = 0; count < steps; count++) {
      bandwidthMbps = (bandwidthMbps * 1.37) % 900;
      step();
    }
  };
  const moved = () => ({
    ...infrastructure,
    links: infrastructure.links.map((/** @type {object} */ link, /** @type {number} */ index) =>
      index === 0 ? { ...link, bandwidthMbps } : link,
    ),
  });
  const timings = await timeInTurn(
    [
      {
        name: 'plan, certificate and regimes again',
        run: repeat(() => {
          last = product.planModel(graph, candidates, moved(), { strategy: 'dnnsplit', previousCosts: last.costs });
        }),
      },
      {
        name: 'the same without what did not change kept',
        run: repeat(() => product.planModel(graph, candidates, moved(), { strategy: 'dnnsplit' })),
      },
      {
        name: "the server's answer to an override",
        run: repeat(() =>
          functions.state(
            { modelPath: path, compare: false, overrides: { bandwidthMbps: [bandwidthMbps, null] } },
            product.unwatched,
          ),
        ),
      },
    ],
    rounds,
  );
  const perStep = timings.map(({ name, wallMs, cpuMs }) => ({
    name: `${name}, per step`,
    wallMs: divided(wallMs, steps),
    cpuMs: divided(cpuMs, steps),
  }));
  sayTimings(bench, perStep);
  for (const index of [0, 2]) {
    const timing = perStep[index];
    if (timing) sayTarget(bench, `${timing.name}, 10,000 nodes, CPU`, medianCpu(timing), 16);
  }
}

/** @param {import('./statistics.mjs').Spread} values @param {number} by */
function divided({ least, median, most }, by) {
  return { least: least / by, median: median / by, most: most / by };
}

/** Plans whose value is computed, over candidates and over all positions. @param {Bench} bench */
export async function evaluatedPlans(bench) {
  const { product, say } = bench;
  const { graph, candidates, infrastructure } = tables(bench, resnet);
  const byStrategy = ['dnnsplit', 'exhaustive'].map((strategy) => {
    const options = { strategy, skipRegimes: true, skipCertificate: true };
    return product.planModel(graph, candidates, infrastructure, options).plan;
  });
  const [few, all] = byStrategy;
  say(
    `  ResNet152, three tiers: ${few.evaluatedPlans} plans over candidates, ${all.evaluatedPlans} over all positions`,
  );
  const [a, b] = [few, all].map((plan) => plan.evaluation.objectiveValue);
  say(`  best value ${a} s and ${b} s: ${Math.abs(a - b) <= 1e-12 * b ? 'the same' : 'NOT the same'}`);
  sayTarget(bench, 'plans over candidates, of all', few.evaluatedPlans / all.evaluatedPlans, 0.01, 'of them');
}

/** Layout of a large graph with its repeats folded. @param {Bench} bench */
export async function layout(bench) {
  const { product, folder, rounds } = bench;
  const generated = join(folder, 'transformer-20000.onnx');
  if (!existsSync(generated)) writeMaskedTransformer(generated, 20_000);
  const elk = product.createElkEngine();
  const models = [
    { name: '20,000-node transformer', path: generated },
    { name: 'scale_20k', path: sharedModel(bench, 'scale_20k') },
  ];
  const cases = models.flatMap(({ name, path }) => {
    if (path === undefined) return [];
    const { graph } = tables(bench, path);
    return [{ name: `layout, folded: ${name}`, run: () => product.buildScene(graph, { folded: null }, elk) }];
  });
  sayTimings(bench, await timeInTurn(cases, rounds));
}
