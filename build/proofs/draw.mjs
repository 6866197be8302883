/** Random graphs, infrastructures and limits, the same ones for the same seed. */
import { figureNames, figuresOf } from './oracle.mjs';

/**
 * @typedef {import('./oracle.mjs').DrawnGraph} DrawnGraph
 * @typedef {import('./oracle.mjs').DrawnInfrastructure} DrawnInfrastructure
 * @typedef {import('./oracle.mjs').Figures} Figures
 * @typedef {() => number} Random from 0 to 1
 */

/** A random generator (mulberry32). @param {number} seed @returns {Random} */
export function randomFrom(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** @param {Random} random @param {number} least @param {number} most */
const between = (random, least, most) => least + Math.floor(random() * (most - least + 1));

/** Branches between a stem and a join: more cuts than a search looks at. @param {Random} random @param {number} nodes @returns {DrawnGraph} */
export function wideGraph(random, nodes) {
  return drawn(random, nodes, (v) => {
    if (v === 0) return [-1];
    return v === nodes - 1 ? Array.from({ length: nodes - 2 }, (_, branch) => branch + 1) : [0];
  });
}

/** Any graph whose nodes read one to three of the last four tensors. @param {Random} random @param {number} nodes @returns {DrawnGraph} */
export function anyGraph(random, nodes) {
  return drawn(random, nodes, (v) => {
    const count = between(random, 1, 3);
    return [...new Set(Array.from({ length: count }, () => Math.max(-1, v - between(random, 1, 4))))];
  });
}

/** @param {Random} random @param {number} count @param {(v: number) => number[]} readsOf @returns {DrawnGraph} */
function drawn(random, count, readsOf) {
  const nodes = Array.from({ length: count }, (_, v) => ({
    reads: readsOf(v),
    bytes: 4 * between(random, 1, 60),
    macs: between(random, 1, 40),
  }));
  return { inputBytes: 4 * between(random, 20, 80), nodes };
}

/** @param {Random} random @param {number} tierCount @returns {DrawnInfrastructure} */
export function anyInfrastructure(random, tierCount) {
  const rate = () => between(random, 0, 9);
  return {
    tiers: Array.from({ length: tierCount }, () => ({
      gflops: between(random, 1, 20) * 1e-3,
      pricePerHour: rate(),
      watts: rate(),
      replicas: between(random, 1, 2),
    })),
    links: Array.from({ length: tierCount - 1 }, () => ({
      bandwidthMbps: 2 ** between(random, 3, 11),
      latencyMs: [0, 0.001, 0.01][between(random, 0, 2)] ?? 0,
      pricePerGB: rate(),
      joulesPerMB: rate(),
    })),
  };
}

/**
 * Two or three limits around the figures of one random plan.
 * @param {Random} random @param {DrawnGraph} graph @param {DrawnInfrastructure} infrastructure @returns {Partial<Figures>}
 */
export function anyLimits(random, graph, infrastructure) {
  const tierOf = new Uint8Array(graph.nodes.length);
  for (const [v, { reads }] of graph.nodes.entries()) {
    const lowest = Math.max(0, ...reads.map((read) => (read < 0 ? 0 : (tierOf[read] ?? 0))));
    tierOf[v] = between(random, lowest, infrastructure.tiers.length - 1);
  }
  const figures = figuresOf(graph, infrastructure, tierOf);
  const parts = [0.7, 0.9, 1, 1.1, 1.5];
  const limits = figureNames.flatMap((name) => {
    const isLimited = random() < 0.6 && figures[name] > 0;
    return isLimited ? [[name, figures[name] * (parts[between(random, 0, 4)] ?? 1)]] : [];
  });
  return Object.fromEntries(limits);
}
