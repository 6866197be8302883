import { additiveObjective, crossingValue, objectiveWeights, transferSeconds } from './costModel';
import type { CostTables } from './costTables';
import { assignmentOf, type CutFamily } from './cutFamily';
import { type ChainProblem, chainProblem, solveChain } from './familyDp';
import type { Link } from './infrastructure';
import type { Regime } from './plan';
import type { TierBounds } from './tierBounds';

/** The best plan with one cut fixed on the link: its value is a function of x = 1 / bandwidth. */
interface CutLine {
  readonly chosen: readonly number[];
  /** Value of everything but the bytes on the link; for throughput: of the slowest other stage. */
  readonly rest: number;
  /** Growth per x (Mbit/s)^-1. */
  readonly slope: number;
  /** For throughput: the link's time without its bytes. */
  readonly fixed: number;
}

/**
 * The bandwidths of one link at which the best plan of a family changes, exactly, all other figures fixed. With one cut on
 * the link, the best value is a line in x = 1/bandwidth (for throughput, the larger of a constant and a line), so the best
 * plans are the lower envelope of one line per cut. From the slowest link to the fastest. Limits on latency, cost, energy
 * and throughput do not enter, pins and left-out tiers do.
 */
export function bandwidthRegimes(
  costs: CostTables,
  family: CutFamily,
  bounds: TierBounds,
  link: number,
  fits?: (k: number, lower: number, upper: number) => boolean,
): Regime[] {
  const lines = cutLines(costs, family, bounds, link, fits);
  const isWorst = costs.infrastructure.objective === 'throughput';
  const pieces = isWorst ? stepEnvelope(lines) : lineEnvelope(lines);
  return pieces
    .map((piece): Regime => {
      const assignment = assignmentOf(family, piece.line.chosen);
      return {
        fromMbps: 1 / piece.untilX,
        toMbps: 1 / piece.fromX,
        assignment,
        latencyMs: latencyAt(costs, family, piece.line.chosen, link, 1 / piece.untilX, 1 / piece.fromX),
      };
    })
    .reverse();
}

/** Index of the regime that holds a measured bandwidth, in O(log n); regimes from the slowest to the fastest. */
export function regimeAt(regimes: readonly Regime[], bandwidthMbps: number): number {
  let low = 0;
  let high = regimes.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((regimes[middle]?.fromMbps ?? 0) <= bandwidthMbps) low = middle;
    else high = middle - 1;
  }
  return low;
}

/**
 * The regime to use next: the current one until the bandwidth has left it by the given fraction of its border, so that a
 * bandwidth that wavers around a border does not move the cut back and forth.
 */
export function nextRegime(
  regimes: readonly Regime[],
  current: number,
  bandwidthMbps: number,
  hysteresis: number,
): number {
  const regime = regimes[current];
  if (regime === undefined) return regimeAt(regimes, bandwidthMbps);
  const stays =
    bandwidthMbps >= regime.fromMbps * (1 - hysteresis) && bandwidthMbps <= regime.toMbps * (1 + hysteresis);
  return stays ? current : regimeAt(regimes, bandwidthMbps);
}

function cutLines(
  costs: CostTables,
  family: CutFamily,
  bounds: TierBounds,
  link: number,
  fits?: (k: number, lower: number, upper: number) => boolean,
): CutLine[] {
  const { infrastructure } = costs;
  const one = infrastructure.links[link];
  if (one === undefined) return [];
  const problem = chainProblem(costs, family, bounds, infrastructure.objective, fits);
  const latencyWeight = objectiveWeights(infrastructure.objective)?.latency ?? 1;
  return [...family.cuts.keys()].flatMap((cut): CutLine[] => {
    const bytes = family.bytes[link]?.[cut] ?? 0;
    if (bytes === Number.POSITIVE_INFINITY) return [];
    const found = solveChain(
      family,
      fixedOn(problem, link, cut, () => 0),
      infrastructure.links.length,
    );
    if (found === undefined) return [];
    const fixed = bytes === 0 ? 0 : one.latencyMs * 1e-3;
    const besides = problem.combine === 'sum' ? fixedPart(costs, link, bytes) : 0;
    return [{ chosen: found.chosen, rest: found.value + besides, slope: (latencyWeight * 8 * bytes) / 1e6, fixed }];
  });
}

/** The problem with one cut fixed on a link that is free to use. */
function fixedOn(problem: ChainProblem, link: number, cut: number, freeValue: () => number): ChainProblem {
  return {
    ...problem,
    isAllowed: (l, c) => (l !== link || c === cut) && problem.isAllowed(l, c),
    linkValue: (l, c) => (l === link ? freeValue() : problem.linkValue(l, c)),
  };
}

/** Value on the link that does not depend on its bandwidth. */
function fixedPart(costs: CostTables, link: number, bytes: number): number {
  const links: Link[] = costs.infrastructure.links.map((other) => ({
    ...other,
    bandwidthMbps: Number.POSITIVE_INFINITY,
  }));
  const additive = additiveObjective({ tiers: costs.infrastructure.tiers, links }, costs.infrastructure.objective);
  return additive === undefined ? 0 : crossingValue(additive, link, bytes);
}

interface Piece {
  readonly line: CutLine;
  readonly fromX: number;
  readonly untilX: number;
}

/** Lower envelope of lines over x in (0, infinity), by increasing x: steep lines with a low rest first. */
function lineEnvelope(lines: readonly CutLine[]): Piece[] {
  const crossing = (a: CutLine, b: CutLine) => (b.rest - a.rest) / (a.slope - b.slope);
  const hull: CutLine[] = [];
  for (const line of efficient(lines)) {
    for (;;) {
      const last = hull.at(-1);
      const before = hull.at(-2);
      if (last === undefined || before === undefined || crossing(last, line) > crossing(before, last)) break;
      hull.pop();
    }
    hull.push(line);
  }
  return piecesBetween(hull, crossing);
}

/** Lower envelope of max(rest, fixed + slope x): the next line takes over where the one before reaches its rest. */
function stepEnvelope(lines: readonly CutLine[]): Piece[] {
  const kept: CutLine[] = [];
  for (const line of efficient(lines)) if (line.rest > (kept.at(-1)?.rest ?? -1)) kept.push(line);
  return piecesBetween(kept, (a, b) => Math.max(0, (b.rest - a.fixed) / a.slope));
}

/** Lines that no other line matches or beats in rest and slope, by rising rest and falling slope. */
function efficient(lines: readonly CutLine[]): CutLine[] {
  const sorted = [...lines].sort((a, b) => a.rest - b.rest || a.slope - b.slope);
  const kept: CutLine[] = [];
  for (const line of sorted) if (line.slope < (kept.at(-1)?.slope ?? Number.POSITIVE_INFINITY)) kept.push(line);
  return kept;
}

function piecesBetween(lines: readonly CutLine[], crossing: (a: CutLine, b: CutLine) => number): Piece[] {
  const pieces: Piece[] = [];
  let fromX = 0;
  for (const [index, line] of lines.entries()) {
    const next = lines[index + 1];
    const untilX = next === undefined ? Number.POSITIVE_INFINITY : crossing(line, next);
    if (untilX > fromX) pieces.push({ line, fromX, untilX });
    fromX = Math.max(fromX, untilX);
  }
  return pieces;
}

/** Latency at the link's own bandwidth where the regime holds it, else at the border nearest to it. */
function latencyAt(
  costs: CostTables,
  family: CutFamily,
  chosen: readonly number[],
  link: number,
  fromMbps: number,
  toMbps: number,
): number {
  const { links } = costs.infrastructure;
  let seconds = 0;
  for (const [k, below] of family.secondsBelow.entries()) {
    const lower = chosen[k - 1];
    const upper = chosen[k] ?? family.cuts.length - 1;
    seconds += Math.max(0, (below[upper] ?? 0) - (lower === undefined ? 0 : (below[lower] ?? 0)));
  }
  for (const [l, one] of links.entries()) {
    const bandwidthMbps = Math.min(Math.max(one.bandwidthMbps, fromMbps), toMbps);
    seconds += transferSeconds(family.bytes[l]?.[chosen[l] ?? 0] ?? 0, l === link ? { ...one, bandwidthMbps } : one);
  }
  return seconds * 1e3;
}
