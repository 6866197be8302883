import { durationText } from '../../protocol/quantities';
import { objectiveWeights } from './costModel';
import type { CostTables } from './costTables';
import type { Infrastructure } from './infrastructure';
import type { Certificate, Plan } from './plan';

/** Gains below this are not worth a second machine. */
const smallGain = 0.01;

/**
 * What to do, in one sentence: where to split and what it gains over the best single tier, or plainly not to split.
 * @param singles the plans that run everything on one tier and keep the constraints.
 */
export function advise(costs: CostTables, plan: Plan, singles: readonly Plan[], certificate: Certificate): string {
  const { infrastructure } = costs;
  const used = infrastructure.tiers.filter((_, k) => (plan.evaluation.tiers[k]?.nodes ?? 0) > 0);
  const unknown = `${unknownCosts(costs)}${missingRates(costs)}`;
  const proof = optimality(certificate, unknown !== '');
  if (costs.graph.nodes.length === 0) return 'There is nothing to split: the model computes nothing from its inputs.';
  if (infrastructure.tiers.length === 1)
    return `There is one tier, \`${infrastructure.tiers[0]?.id}\`, so everything runs there${unknown}.`;
  if (used.length <= 1) {
    return `Do not split: run everything on \`${used[0]?.id}\`, ${figure(plan, infrastructure)}${proof}${unknown}.`;
  }
  const names = listed(used.map((tier) => `\`${tier.id}\``));
  const best = [...singles].sort((a, b) => a.evaluation.objectiveValue - b.evaluation.objectiveValue)[0];
  const split = `Split between ${names}, ${figure(plan, infrastructure)}`;
  if (best === undefined || !Number.isFinite(best.evaluation.objectiveValue)) {
    return `${split}; no single tier keeps the constraints${proof}${unknown}.`;
  }
  const ratio = best.evaluation.objectiveValue / plan.evaluation.objectiveValue;
  const single = `everything on \`${best.strategy.slice('single:'.length)}\``;
  if (ratio < 1) return `${split}; ${single} would be ${short(1 / ratio)}x better${unknown}.`;
  if (ratio - 1 < smallGain) {
    return `A split gains only ${short((ratio - 1) * 100)} % over ${single}: prefer that unless the raw input must stay${unknown}.`;
  }
  return `${split}: ${short(ratio)}x better than ${single}${proof}${unknown}.`;
}

function unknownCosts({ unknownTimes }: CostTables): string {
  if (unknownTimes === 0) return '';
  const layers = unknownTimes === 1 ? '1 layer has' : `${unknownTimes} layers have`;
  return ` (${layers} no known cost; bind the open dimensions)`;
}

/** A tier without rates and measured times would look infinitely fast. */
function missingRates({ tiers }: CostTables): string {
  const without = tiers.filter(
    ({ tier, measured }) => tier.gflops === undefined && tier.memoryGBps === undefined && !measured.includes(1),
  );
  if (without.length === 0) return '';
  const names = listed(without.map(({ tier }) => `\`${tier.id}\``));
  return ` (${names} ${without.length === 1 ? 'has' : 'have'} neither rates nor measured times, so layers take no time there; state \`gflops\` or a \`preset\`)`;
}

function figure(plan: Plan, infrastructure: Infrastructure): string {
  const { evaluation } = plan;
  const weights = objectiveWeights(infrastructure.objective);
  if (weights === undefined) return `${short(evaluation.throughputPerSecond)} requests per second`;
  if (weights.latency > 0) return `${durationText(evaluation.latencyMs)} per request`;
  if (weights.cost > 0) return `$${short(evaluation.costPerRequest)} per request`;
  return `${short(evaluation.energyJ)} J per request on the first tier`;
}

/** Gaps below this, in percent, are rounding. */
const roundingPercent = 1e-7;

/** How good the plan is proven to be; what is unknown takes no time, which proves nothing of it. */
function optimality({ gapPercent, isBound }: Certificate, hasUnknown: boolean): string {
  if (!Number.isFinite(gapPercent)) return '';
  if (gapPercent <= roundingPercent) return hasUnknown ? ' (the best as far as it is known)' : ' (proven optimal)';
  if (isBound) return ` (at most ${short(gapPercent)} % from the optimum)`;
  return ` (within ${short(gapPercent)} % of the optimum)`;
}

/** `a`, `a and b`, `a, b and c`. */
function listed(names: readonly string[]): string {
  const last = names.at(-1) ?? '';
  return names.length <= 1 ? last : `${names.slice(0, -1).join(', ')} and ${last}`;
}

function short(value: number): string {
  return `${Number(value.toPrecision(3))}`;
}
