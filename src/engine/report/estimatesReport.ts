import type { TierEstimate } from '../../shared/reports/estimates';
import type { EstimateReport, PlanReport } from '../../shared/reports/reports';
import { listed } from '../../shared/vocabulary/quantities';
import { statedError } from '../planning/bandwidths/trust';
import type { PlanningResult } from '../planning/planModel';

/**
 * What the times of the tiers rest on, in figures and in one line, and the range that nine of ten latencies lie in; nothing
 * where nobody knows how good they are.
 */
export function estimatesReport(
  result: PlanningResult,
): Pick<PlanReport, 'estimates' | 'estimatesText' | 'latencyRangeMs'> {
  const { costs, plan } = result;
  const estimates = costs.tiers.flatMap((table): EstimateReport[] => {
    const estimate: TierEstimate | undefined = statedError(table) === 1 ? { basis: 'measured' } : table.tier.estimate;
    return estimate === undefined ? [] : [{ tier: table.tier.id, ...estimate }];
  });
  if (estimates.length === 0) return {};
  const range = latencyRange(plan.evaluation, costs.tiers.map(statedError));
  return {
    estimates,
    estimatesText: listed(estimates.map((one) => `${one.tier} ${basisText(one)}`)),
    ...(range && { latencyRangeMs: range }),
  };
}

/** How far the times of a tier are to be trusted, in words. */
export function basisText({ basis, withinFactor, models, within13 }: TierEstimate): string {
  switch (basis) {
    case 'fitted': {
      const compared = models === undefined ? '' : ` (${within13} of ${models} published models within 1.3x)`;
      return `within ${Number((withinFactor ?? 1).toPrecision(2))}x${compared}`;
    }
    case 'peak':
      return 'peak figures only';
    case 'published':
      return 'one published figure only';
    case 'stated':
      return 'as stated';
    case 'measured':
      return 'measured';
  }
}

/**
 * Errors of one tier's times are of one kind, so that they grow with their sum; those of several tiers are independent,
 * so that their squares add up.
 */
function latencyRange(
  { tiers, latencyMs }: PlanningResult['plan']['evaluation'],
  withinFactors: readonly (number | undefined)[],
): readonly [number, number] | undefined {
  let [down, up] = [0, 0];
  for (const [k, { computeMs, nodes }] of tiers.entries()) {
    if (nodes === 0) continue;
    const factor = withinFactors[k];
    if (factor === undefined) return undefined;
    down += (computeMs * (1 - 1 / factor)) ** 2;
    up += (computeMs * (factor - 1)) ** 2;
  }
  return [latencyMs - Math.sqrt(down), latencyMs + Math.sqrt(up)];
}
