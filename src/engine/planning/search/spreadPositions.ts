import { brokenBonds } from '../../split/brokenBonds';
import type { CostTables } from '../costs/costTables';

/**
 * Positions of the order: all of them where there are few enough, else in each of equal parts of the work the one at which
 * the fewest bytes cross, of equal ones one that breaks no kernel. Work counts as its share of a tier's time, on average over
 * the tiers.
 * @param most how many there may be; the two ends come besides.
 */
export function spreadPositions(costs: CostTables, most: number): number[] {
  const n = costs.graph.nodes.length;
  if (n + 1 <= most) return Array.from({ length: n + 1 }, (_, position) => position);
  const shareOf = workShares(costs);
  const chosen: number[] = [];
  let part = -1;
  for (let position = 1; position < n; position++) {
    const now = Math.min(most - 1, Math.floor(shareOf(position) * most));
    const before = chosen.at(-1);
    if (now > part || before === undefined) chosen.push(position);
    else if (isBetter(costs, position, before)) chosen[chosen.length - 1] = position;
    part = now;
  }
  return [0, ...chosen, n];
}

/** Part of all work below a position, between 0 and 1; the number of nodes counts a little, for models without any. */
function workShares({ tiers, graph }: CostTables): (position: number) => number {
  const n = graph.nodes.length;
  const totals = tiers.map(({ prefixSeconds }) => prefixSeconds[n] ?? 0);
  return (position) => {
    let share = position / n;
    for (const [k, { prefixSeconds }] of tiers.entries()) {
      const total = totals[k] ?? 0;
      share += total > 0 ? (prefixSeconds[position] ?? 0) / total : position / n;
    }
    return share / (tiers.length + 1);
  };
}

function isBetter(costs: CostTables, position: number, before: number): boolean {
  const [own, other] = [bytesAt(costs, position), bytesAt(costs, before)];
  if (own !== other) return own < other;
  const breaks = (at: number) => brokenBonds(costs.bonds).by({ position: at }).length > 0;
  return breaks(before) && !breaks(position);
}

function bytesAt({ wires }: CostTables, position: number): number {
  return wires.reduce((sum, wire) => sum + (wire.positionBytes[position] ?? 0), 0);
}
