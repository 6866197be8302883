/** The questions that planning is asked, and how its answers compare with those of the oracle. */
import { existsSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { root } from '../bench/loadProduct.mjs';
import { studiedModels } from '../experiments/study.mjs';
import { anyGraph, anyInfrastructure, anyLimits, randomFrom, wideGraph } from './draw.mjs';
import { countCuts, everyFigures, figureNames, frontOf, isAsGood } from './oracle.mjs';

/**
 * @typedef {import('./oracle.mjs').DrawnGraph} DrawnGraph
 * @typedef {import('./oracle.mjs').DrawnInfrastructure} DrawnInfrastructure
 * @typedef {import('./oracle.mjs').Figures} Figures
 * @typedef {{ name: string, graph: any, candidates: readonly any[] }} Model
 */

const limitNames = {
  latency: 'maxLatencyMs',
  cost: 'maxCostPerRequest',
  energy: 'maxEnergyJ',
  throughput: 'minThroughputPerSecond',
};
/** A figure as limits state it, and as results do. @param {keyof Figures} name @param {number} value */
const stated = (name, value) => (name === 'latency' ? value * 1e3 : name === 'throughput' ? 1 / value : value);

/** @param {any} product @param {DrawnGraph} drawn */
function graphOf(product, { inputBytes, nodes }) {
  const list = nodes.map(({ reads, bytes, macs }, v) => ({
    ...{ name: `n${v}`, bytes, macs },
    reads: reads.map((read) => (read < 0 ? 'input' : `n${read}`)),
  }));
  return product.syntheticGraph({ input: inputBytes }, list);
}

/** @param {any} product @param {any} graph @param {any} infrastructure @param {object} options */
function attempt(product, graph, infrastructure, options) {
  try {
    return product.planModel(graph, product.findCandidates(graph), infrastructure, { skipRegimes: true, ...options });
  } catch (error) {
    if (/** @type {{ code?: string }} */ (error).code === 'infeasible') return String(error);
    throw error;
  }
}

/**
 * Random graphs under random limits against all plans: how many answers are worse than the best, refuse a plan that there
 * is, or relax a limit by more than the least that is enough alone.
 * @param {any} product @param {number} rounds
 */
export function limitsAgainstEveryPlan(product, rounds) {
  const random = randomFrom(15);
  const seen = { ...nothingSeen };
  for (let round = 0; round < rounds; round++) {
    const isWide = round % 2 === 0;
    const tierCount = isWide ? 2 : 2 + (round % 3);
    const nodes = tierCount === 2 ? 14 + (round % 4 === 0 ? 1 : 0) : 8;
    const drawn = isWide ? wideGraph(random, nodes) : anyGraph(random, nodes);
    const infrastructure = anyInfrastructure(random, tierCount);
    const limits = anyLimits(random, drawn, infrastructure);
    if (isWide) seen.mostCuts = Math.max(seen.mostCuts, countCuts(drawn));
    askUnderLimits(product, { drawn, infrastructure, limits, objective: figureNames[round % 4] ?? 'latency' }, seen);
  }
  return seen;
}

const nothingSeen = {
  ...{ cases: 0, possible: 0, mostCuts: 0, suboptimal: 0, refused: 0 },
  ...{ unproven: 0, impossible: 0, notLeast: 0 },
};

/**
 * @param {any} product
 * @param {{ drawn: DrawnGraph, infrastructure: DrawnInfrastructure, limits: Partial<Figures>, objective: keyof Figures }} question
 * @param {typeof nothingSeen} seen
 */
function askUnderLimits(product, { drawn, infrastructure, limits, objective }, seen) {
  const all = everyFigures(drawn, infrastructure);
  const least = Math.min(...all.filter((one) => keeps(one, limits)).map((one) => one[objective]));
  const isLimited = (/** @type {keyof Figures} */ name) => limits[name] !== undefined;
  const constraints = Object.fromEntries(
    figureNames.filter(isLimited).map((name) => [limitNames[name], stated(name, limits[name] ?? 0)]),
  );
  const planned = product.plainInfrastructure(infrastructure.tiers, infrastructure.links, { objective, constraints });
  for (const strategy of ['dnnsplit', 'exact']) {
    const result = attempt(product, graphOf(product, drawn), planned, { strategy, deadlineMs: 0 });
    seen.cases++;
    if (!Number.isFinite(least)) {
      seen.impossible++;
      if (typeof result !== 'string' || !isLeastTold(result, limits, all)) seen.notLeast++;
      continue;
    }
    seen.possible++;
    if (typeof result === 'string') {
      seen.refused++;
      continue;
    }
    // Without limits `dnnsplit` looks at candidates and positions alone, and its certificate says what that misses.
    const isExact = strategy === 'exact' || figureNames.some(isLimited) || objective === 'throughput';
    const tolerance = strategy === 'exact' ? 3e-9 : 1.001e-4;
    const { plan, certificate } = result;
    const isWorse = isExact && plan.evaluation.objectiveValue > least * (1 + tolerance) + 1e-18;
    if (isWorse || certificate.exactValue > least * (1 + 1e-8) + 1e-18) seen.suboptimal++;
    if (certificate.isBound) seen.unproven++;
  }
}

/** @param {Figures} one @param {Partial<Figures>} limits */
function keeps(one, limits) {
  return figureNames.every((name) => one[name] <= (limits[name] ?? Number.POSITIVE_INFINITY) * (1 + 1e-9));
}

/**
 * Whether a refusal names, of each limit that alone could be raised, the least value that is enough.
 * @param {string} message @param {Partial<Figures>} limits @param {Figures[]} all
 */
function isLeastTold(message, limits, all) {
  const first = /`(\w+)`/.exec(message)?.[1];
  return figureNames.every((name) => {
    if (limits[name] === undefined) return true;
    const { [name]: _, ...others } = limits;
    const least = Math.min(...all.filter((one) => keeps(one, others)).map((one) => one[name]));
    const own = first === limitNames[name] ? '(?:it|`\\w+`)' : `\`${limitNames[name]}\``;
    const told = new RegExp(`(?:raise|lower) ${own} to ([\\d.e+-]*\\d)`).exec(message)?.[1];
    if (!Number.isFinite(least)) return true;
    return told !== undefined && Math.abs(stated(name, least) / Number(told) - 1) <= 1.1e-3;
  });
}

/** Fronts of random graphs, point by point against all plans. @param {any} product @param {number} rounds */
export function frontsAgainstEveryPlan(product, rounds) {
  const random = randomFrom(16);
  const seen = { fronts: 0, points: 0, missing: 0, dominated: 0, incomplete: 0 };
  for (let round = 0; round < rounds; round++) {
    const drawn = round % 4 === 0 ? wideGraph(random, 11) : anyGraph(random, 8);
    const { tiers, links } = anyInfrastructure(random, round % 4 === 0 ? 2 : 2 + (round % 3));
    const front = frontOf(everyFigures(drawn, { tiers, links }));
    const infrastructure = product.plainInfrastructure(tiers, links);
    const options = { strategy: 'dnnsplit', skipCertificate: true, pareto: true };
    const { pareto } = attempt(product, graphOf(product, drawn), infrastructure, options);
    /** @type {Figures[]} */
    const found = pareto.plans.map((/** @type {any} */ one) => ({
      latency: one.latencyMs * 1e-3,
      cost: one.costPerRequest,
      energy: one.energyJ,
      throughput: 1 / one.throughputPerSecond,
    }));
    seen.fronts++;
    seen.points += front.length;
    if (!pareto.isComplete) seen.incomplete++;
    for (const point of front) if (!found.some((one) => isAsGood(one, point))) seen.missing++;
    for (const one of found) if (front.some((point) => isAsGood(point, one) && !isAsGood(one, point))) seen.dominated++;
  }
  return seen;
}

/** Two or three tiers for real models. @param {any} product @param {number} tierCount @param {string} objective @param {object} [constraints] */
function realInfrastructure(product, tierCount, objective, constraints = {}) {
  const tiers = [
    { id: 'device', preset: 'raspberry-pi-4', pricePerHour: 0.006, electricityPerKWh: 0.15 },
    { id: 'edge', preset: 'cpu-i7-6700k', pricePerHour: 0.1 },
    { id: 'cloud', preset: 'a10g' },
  ];
  const links = [
    { bandwidthMbps: 30, latencyMs: 5 },
    { bandwidthMbps: 1000, latencyMs: 15, pricePerGB: 0.09 },
  ];
  const config = {
    tiers: tierCount === 3 ? tiers : [tiers[0], tiers[2]],
    links: tierCount === 3 ? links : [links[0]],
    ...{ objective, constraints },
  };
  return product.resolveConfig(config, 'model.onnx', new Map()).infrastructure;
}

/**
 * Models on two tiers with limits on latency and cost that are the figures of plans which cut the order once.
 * @param {any} product @param {number} casesPerModel
 */
export function realModelsUnderTwoLimits(product, casesPerModel) {
  const seen = { models: 0, cases: 0, refused: 0, unproven: 0, slowestMs: 0 };
  for (const { graph, candidates } of studiedModels(product)) {
    seen.models++;
    const free = realInfrastructure(product, 2, 'latency');
    const options = { strategy: 'exhaustive', top: graph.nodes.length + 1, skipRegimes: true, skipCertificate: true };
    const { ranked } = product.planModel(graph, candidates, free, options);
    for (let index = 0; index < casesPerModel; index++) {
      const { evaluation } = ranked[Math.floor((index * (ranked.length - 1)) / Math.max(1, casesPerModel - 1))];
      const limits = { maxLatencyMs: evaluation.latencyMs, maxCostPerRequest: evaluation.costPerRequest };
      const objective = figureNames[index % 4] ?? 'latency';
      const infrastructure = realInfrastructure(product, 2, objective, limits);
      const start = performance.now();
      const result = attempt(product, graph, infrastructure, { strategy: 'dnnsplit' });
      seen.slowestMs = Math.max(seen.slowestMs, performance.now() - start);
      seen.cases++;
      if (typeof result === 'string') seen.refused++;
      else if (result.certificate.isBound) seen.unproven++;
    }
  }
  return seen;
}

/** All models that are at hand: those beside the checkout too, where there are any. @param {any} product @returns {Model[]} */
function allModels(product) {
  const folder = resolve(root, '../shared/models/graphs');
  if (!existsSync(folder)) return studiedModels(product);
  const names = readdirSync(folder).filter((name) => name.endsWith('.onnx'));
  return names.map((name) => ({ name, ...product.analyzeFile(join(folder, name), {}) }));
}

/**
 * Throughput on three tiers, without and with a limit on latency of 1.2 times the least.
 * @param {any} product @param {number} deadlineMs
 */
export function realThroughput(product, deadlineMs) {
  const seen = { runs: 0, proven: 0, largestGapPercent: 0, slowestMs: 0 };
  for (const { graph, candidates } of allModels(product)) {
    const quick = { strategy: 'exact', skipRegimes: true, skipCertificate: true };
    const { plan } = product.planModel(graph, candidates, realInfrastructure(product, 3, 'latency'), quick);
    const maxLatencyMs = plan.evaluation.latencyMs * 1.2;
    for (const constraints of [{}, { maxLatencyMs }]) {
      const infrastructure = realInfrastructure(product, 3, 'throughput', constraints);
      const start = performance.now();
      const result = attempt(product, graph, infrastructure, { strategy: 'dnnsplit', deadlineMs });
      seen.slowestMs = Math.max(seen.slowestMs, performance.now() - start);
      if (typeof result === 'string') throw new Error(result);
      const { isBound, gapPercent } = result.certificate;
      seen.runs++;
      if (!isBound) seen.proven++;
      else seen.largestGapPercent = Math.max(seen.largestGapPercent, gapPercent);
    }
  }
  return seen;
}

/**
 * Milliseconds of processor time per plan with its proof, the median of some rounds after the first one.
 * @param {any} product @param {number} rounds
 */
export function times(product, rounds) {
  return studiedModels(product).map(({ name, graph, candidates }) => {
    const medians = ['latency', 'cost', 'throughput'].map((objective) => {
      const infrastructure = realInfrastructure(product, 3, objective);
      const samples = Array.from({ length: rounds + 1 }, () => {
        const before = process.cpuUsage();
        product.planModel(graph, candidates, infrastructure, { strategy: 'dnnsplit', skipRegimes: true });
        return process.cpuUsage(before).user / 1e3;
      });
      const sorted = samples.slice(1).sort((a, b) => a - b);
      return [objective, (sorted[sorted.length >> 1] ?? 0).toFixed(1)];
    });
    return { name, ...Object.fromEntries(medians) };
  });
}
