import type { PricedBound } from './pricedBound';

/** Parts of a mixture this small are rounding. */
const tolerance = 1e-9;
const mostLevels = 6;

/**
 * Assignments near the cheapest mixture: at each link, the nodes that the mixture puts below it with more than some share.
 * The cuts of a mixture are closed under predecessors, and so is what many of them agree on.
 */
export function roundings({ columns, mixture }: PricedBound, tierCount: number): Uint8Array[] {
  const used = columns.flatMap(({ tierOfNode }, c) => {
    const share = mixture[c] ?? 0;
    return share > tolerance ? [{ tierOfNode, share }] : [];
  });
  const whole = used.reduce((sum, { share }) => sum + share, 0);
  if (used.length < 2) return [];
  const [first] = used;
  const nodeCount = first?.tierOfNode.length ?? 0;
  const below = Array.from({ length: tierCount - 1 }, (_, link) => {
    const shares = new Float64Array(nodeCount);
    for (const { tierOfNode, share } of used) {
      for (let node = 0; node < nodeCount; node += 1) {
        if ((tierOfNode[node] ?? 0) <= link) shares[node] = (shares[node] ?? 0) + share / whole;
      }
    }
    return shares;
  });
  const levels = [...new Set(below.flatMap((shares) => [...new Set(shares)]))]
    .filter((share) => share > tolerance && share < 1 - tolerance)
    .sort((a, b) => a - b);
  const step = Math.max(1, Math.ceil(levels.length / mostLevels));
  return levels
    .filter((_, index) => index % step === 0)
    .map((level) => {
      const rounded = new Uint8Array(nodeCount);
      for (const shares of below) {
        for (let node = 0; node < nodeCount; node += 1) {
          if ((shares[node] ?? 0) < level - tolerance) rounded[node] = (rounded[node] ?? 0) + 1;
        }
      }
      return rounded;
    });
}
