import { lowestPieces } from '../../../src/engine/planning/bandwidths/convexPieces';
import type { RegionMapReport } from '../../../src/shared/reports/bandwidthReports';
import { type Network, planOf } from './residualNet';

const range = { fromMbps: 0.1, toMbps: 10_000 };

/**
 * The map of the network's plans over both bandwidths, as the product makes it of planes; with a limit on latency in
 * milliseconds, the part where no plan keeps it.
 */
export function regionsOf(network: Network, maxLatencyMs?: number): RegionMapReport {
  const { analysis } = planOf(network, {});
  const positions = [...analysis.candidates.map(({ position }) => position), network.operators.length];
  const most = (maxLatencyMs ?? Number.POSITIVE_INFINITY) / 1e3;
  const surfaces = positions.flatMap((first) =>
    positions
      .filter((second) => second >= first)
      .map((second) => {
        const { plan } = planOf(network, { cuts: [first, second], bandwidthMbps: [1, 1] });
        const slopes = plan.links.map(({ bytes }) => (8 * bytes) / 1e6);
        const [a = 0, b = 0] = slopes;
        const term = { constant: plan.latencyMs / 1e3 - a - b, slopes: [a, b] as const };
        const within = Number.isFinite(most) ? [{ ...term, constant: term.constant - most }] : [];
        const nodesPerTier = plan.tiers.map(({ nodes }) => nodes);
        const starts = ['device', 'edge', 'cloud'].filter((_, tier) => (nodesPerTier[tier] ?? 0) > 0);
        const at = [0, first, second];
        const summary =
          starts.length === 1
            ? `all on ${starts[0]}`
            : starts
                .map(
                  (tier) => `${tier} from ${network.operators[at[['device', 'edge', 'cloud'].indexOf(tier)] ?? 0]?.id}`,
                )
                .join(', ');
        return { terms: [term], within, nodesPerTier, summary };
      }),
  );
  const { pieces, uncovered } = lowestPieces(surfaces, { low: 1 / range.toMbps, high: 1 / range.fromMbps });
  const inMbps = (corners: readonly (readonly [number, number])[]) => corners.map(([x, y]) => [1 / x, 1 / y] as const);
  const shown = [...new Set(pieces.map(({ surface }) => surface))];
  return {
    links: [0, 1],
    ...range,
    regions: pieces.map(({ surface, term, corners }) => ({
      plan: shown.indexOf(surface),
      nodesPerTier: surface.nodesPerTier,
      summary: surface.summary,
      constant: term.constant,
      slopes: term.slopes,
      cornersMbps: inMbps(corners),
    })),
    ...(uncovered.length > 0 && {
      infeasible: uncovered.map(inMbps),
      infeasibleReason: `No plan keeps \`maxLatencyMs\` ${maxLatencyMs}: raise it to 781 at 100 kbit/s.`,
    }),
  };
}
