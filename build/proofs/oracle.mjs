/** What plans take, and the best of all plans by trying every one: written down again, so that it is no part of what it judges. */

/**
 * @typedef {{ reads: number[], bytes: number, macs: number }} DrawnNode
 * @typedef {{ inputBytes: number, nodes: DrawnNode[] }} DrawnGraph Node v makes tensor v; -1 is the input.
 * @typedef {{ gflops: number, pricePerHour: number, watts: number, replicas: number }} DrawnTier
 * @typedef {{ bandwidthMbps: number, latencyMs: number, pricePerGB: number, joulesPerMB: number }} DrawnLink
 * @typedef {{ tiers: DrawnTier[], links: DrawnLink[] }} DrawnInfrastructure
 * @typedef {{ latency: number, cost: number, energy: number, throughput: number }} Figures
 *   Seconds, dollars, joules and seconds of the slowest stage: of each, less is better.
 */

/** @type {readonly (keyof Figures)[]} */
export const figureNames = ['latency', 'cost', 'energy', 'throughput'];

/** @param {DrawnGraph} graph @param {DrawnInfrastructure} infrastructure @param {ArrayLike<number>} tierOf @returns {Figures} */
export function figuresOf({ inputBytes, nodes }, { tiers, links }, tierOf) {
  const busy = tiers.map(() => 0);
  const bytes = links.map(() => 0);
  const reach = new Map([[-1, 0]]);
  for (const [v, { macs, reads }] of nodes.entries()) {
    const tier = tierOf[v] ?? 0;
    busy[tier] = (busy[tier] ?? 0) + (2 * macs) / ((tiers[tier]?.gflops ?? 1) * 1e9);
    reach.set(v, Math.max(reach.get(v) ?? 0, tier));
    for (const read of reads) reach.set(read, Math.max(reach.get(read) ?? 0, tier));
  }
  for (const [tensor, to] of reach) {
    const from = tensor < 0 ? 0 : (tierOf[tensor] ?? 0);
    const size = tensor < 0 ? inputBytes : (nodes[tensor]?.bytes ?? 0);
    for (let link = from; link < to; link++) bytes[link] = (bytes[link] ?? 0) + size;
  }
  const transfers = links.map(({ bandwidthMbps }, l) => (8 * (bytes[l] ?? 0)) / (bandwidthMbps * 1e6));
  const delays = links.map(({ latencyMs }, l) => (bytes[l] === 0 ? 0 : latencyMs * 1e-3));
  const sum = (/** @type {number[]} */ values) => values.reduce((all, one) => all + one, 0);
  const [first, firstLink] = [tiers[0], links[0]];
  return {
    latency: sum(busy) + sum(transfers) + sum(delays),
    cost:
      sum(busy.map((seconds, k) => (seconds * (tiers[k]?.pricePerHour ?? 0)) / 3600)) +
      sum(bytes.map((size, l) => (size * (links[l]?.pricePerGB ?? 0)) / 1e9)),
    energy: (busy[0] ?? 0) * (first?.watts ?? 0) + ((bytes[0] ?? 0) * (firstLink?.joulesPerMB ?? 0)) / 1e6,
    throughput: Math.max(...busy.map((seconds, k) => seconds / (tiers[k]?.replicas ?? 1)), ...transfers),
  };
}

/**
 * Figures of every plan in which nothing flows back down.
 * @param {DrawnGraph} graph @param {DrawnInfrastructure} infrastructure @returns {Figures[]}
 */
export function everyFigures(graph, infrastructure) {
  const tierOf = new Uint8Array(graph.nodes.length);
  /** @type {Figures[]} */
  const all = [];
  const from = (/** @type {number} */ v) => {
    if (v === tierOf.length) {
      all.push(figuresOf(graph, infrastructure, tierOf));
      return;
    }
    const lowest = Math.max(0, ...(graph.nodes[v]?.reads ?? []).map((read) => (read < 0 ? 0 : (tierOf[read] ?? 0))));
    for (let tier = lowest; tier < infrastructure.tiers.length; tier++) {
      tierOf[v] = tier;
      from(v + 1);
    }
  };
  from(0);
  return all;
}

/** How many sets of nodes are closed under what they read. @param {DrawnGraph} graph */
export function countCuts(graph) {
  const tiers = Array.from({ length: 2 }, () => ({ gflops: 1, pricePerHour: 0, watts: 0, replicas: 1 }));
  const links = [{ bandwidthMbps: 1, latencyMs: 0, pricePerGB: 0, joulesPerMB: 0 }];
  return everyFigures(graph, { tiers, links }).length;
}

/**
 * The points that no other one matches in every figure; equal ones once.
 * @param {Figures[]} points
 */
export function frontOf(points) {
  const sorted = [...points].sort(
    (a, b) => a.latency - b.latency || a.cost - b.cost || a.energy - b.energy || a.throughput - b.throughput,
  );
  /** @type {Figures[]} */
  const kept = [];
  for (const point of sorted) if (!kept.some((other) => isAsGood(other, point))) kept.push(point);
  return kept;
}

/** @param {Figures} one @param {Figures} other */
export function isAsGood(one, other) {
  return figureNames.every((name) => one[name] <= other[name] * (1 + 1e-9) + 1e-18);
}
