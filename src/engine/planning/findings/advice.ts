import { metricTable } from '../../../shared/metrics';
import { listed } from '../../../shared/quantities';
import type { CostTables } from '../costs/costTables';
import type { Infrastructure } from '../infrastructure/infrastructure';
import { leadingMetric } from '../plan/metrics';
import type { Certificate, Plan } from '../plan/plan';
import { caveatsOf, whyNothingCounts } from './caveats';

/** Gains below this are not worth a second machine. */
const smallGain = 0.01;
/** Gaps below this, in percent, are rounding. */
const roundingPercent = 1e-7;
/** Relative difference below which two values count as equal. */
const tolerance = 1e-9;

/** What is known of a plan besides its figures. */
export interface Compared {
  /** The plans that run everything on one tier and keep the constraints. */
  readonly singles: readonly Plan[];
  readonly certificate: Certificate;
  /** True where the plan was given, so that it is no finding that it does or does not split. */
  readonly isGiven: boolean;
}

/** What to do, in one sentence: where to split and what it gains over the best single tier, or plainly not to split. */
export function advise(costs: CostTables, plan: Plan, compared: Compared): string {
  const { infrastructure } = costs;
  const { remarks, leaveProofOpen } = caveatsOf(costs);
  const proof = optimality(compared.certificate, leaveProofOpen);
  const used = infrastructure.tiers.filter((_, k) => (plan.evaluation.tiers[k]?.nodes ?? 0) > 0);
  const [first] = infrastructure.tiers;
  if (costs.graph.nodes.length === 0) return 'There is nothing to split: the model computes nothing from its inputs.';
  if (infrastructure.tiers.length === 1)
    return `There is one tier, \`${first?.id}\`, so everything runs there${remarks}.`;
  const nothingCounts = whyNothingCounts(infrastructure);
  if (nothingCounts !== '') return `There is nothing to choose by: ${nothingCounts}.`;
  const taken = figure(plan, infrastructure);
  if (used.length <= 1) {
    const everything = `\`${used[0]?.id}\`, ${taken}`;
    const instead = betterThanOneTier(plan, compared);
    return instead === undefined
      ? `Do not split: run everything on ${everything}${proof}${remarks}.`
      : `Everything runs on ${everything}${instead}${remarks}.`;
  }
  const split = `Split between ${listed(used.map((tier) => `\`${tier.id}\``))}, ${taken}`;
  const best = bestOf(compared.singles);
  if (best === undefined) return `${split}; no single tier keeps the constraints${proof}${remarks}.`;
  const ratio = ratioOf(best, plan);
  const single = `everything on \`${tierOf(best)}\``;
  if (ratio < 1 - tolerance) return `${split}; ${single} would be ${short(1 / ratio)}x better${remarks}.`;
  if (ratio - 1 < smallGain) {
    const gain = ratio - 1 > tolerance ? `only ${short((ratio - 1) * 100)} %` : 'nothing';
    const unless = tierOf(best) === first?.id ? '' : ` unless the raw input must stay on \`${first?.id}\``;
    return `A split gains ${gain} over ${single}, ${figure(best, infrastructure)}: prefer that${unless}${remarks}.`;
  }
  return `${split}: ${short(ratio)}x better than ${single}${proof}${remarks}.`;
}

/** What would be better than a plan on one tier, as far as that is known; nothing where this plan is what to do. */
function betterThanOneTier(plan: Plan, { singles, certificate, isGiven }: Compared): string | undefined {
  const { gapPercent, isBound } = certificate;
  if (gapPercent <= smallGain * 100) return undefined;
  if (isBound !== true && Number.isFinite(gapPercent)) {
    return `; another plan is ${short(1 + gapPercent / 100)}x better`;
  }
  if (!isGiven && !plan.strategy.startsWith('single:')) return undefined;
  const best = bestOf(singles);
  const ratio = best === undefined ? 1 : ratioOf(best, plan);
  return ratio < 1 - tolerance ? `; everything on \`${tierOf(best)}\` would be ${short(1 / ratio)}x better` : '';
}

function bestOf(plans: readonly Plan[]): Plan | undefined {
  const [best] = [...plans].sort((a, b) => a.evaluation.objectiveValue - b.evaluation.objectiveValue);
  return Number.isFinite(best?.evaluation.objectiveValue) ? best : undefined;
}

function tierOf(single: Plan | undefined): string {
  return single?.strategy.slice('single:'.length) ?? '';
}

function ratioOf(a: Plan, b: Plan): number {
  const [x, y] = [a.evaluation.objectiveValue, b.evaluation.objectiveValue];
  return x === y ? 1 : x / y;
}

function figure({ evaluation }: Plan, { objective }: Infrastructure): string {
  const { figure: name, words } = metricTable[leadingMetric(objective)];
  return words(evaluation[name]);
}

/** How good the plan is proven to be; what is unknown takes nothing, which proves nothing of it. */
function optimality({ gapPercent, isBound }: Certificate, leavesOpen: boolean): string {
  if (!Number.isFinite(gapPercent)) return '';
  if (gapPercent <= roundingPercent) return leavesOpen ? ' (the best as far as it is known)' : ' (proven optimal)';
  return ` (${isBound ? 'at most ' : ''}${short(gapPercent)} % worse than the optimum)`;
}

function short(value: number): string {
  return `${Number(value.toPrecision(3))}`;
}
