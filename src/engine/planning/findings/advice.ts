import { inTurn, type Sentence, say } from '../../../shared/messages/say';
import { metricTable } from '../../../shared/vocabulary/metrics';
import { listed } from '../../../shared/vocabulary/quantities';
import type { CostTables } from '../costs/costTables';
import type { Infrastructure } from '../infrastructure/infrastructure';
import { leadingMetric } from '../plan/metrics';
import type { Certificate, Plan } from '../plan/plan';
import { caveatsOf, whyNothingCounts } from './caveats';
import type { Recommendation } from './recommendation';

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
  /** The plan to follow instead, where the best one is not worth its parts. */
  readonly recommended?: Recommendation | undefined;
}

/** What to do: where to split and what it gains over the best single tier, or plainly not to split; then what the figures leave out. */
export function advise(costs: CostTables, plan: Plan, compared: Compared): Sentence {
  const { tiers } = costs.infrastructure;
  if (costs.graph.nodes.length === 0) return say('advice.nothing', {});
  const told = compared.recommended?.plan ?? plan;
  const { remarks, leaveProofOpen } = caveatsOf(costs, told.assignment);
  if (tiers.length === 1) return inTurn(say('advice.oneTier', { tier: tiers[0]?.id ?? '' }), ...remarks);
  const reason = whyNothingCounts(costs.infrastructure);
  if (reason !== undefined) return say('advice.noDifference', { reason });
  const proof = optimality(compared.certificate, leaveProofOpen) ?? '';
  const used = tiers.filter((_, k) => (plan.evaluation.tiers[k]?.nodes ?? 0) > 0);
  const [headline, ...reasons] = compared.recommended
    ? onRecommended(costs, compared.recommended, compared)
    : used.length <= 1
      ? onOneTier(costs, plan, compared, proof)
      : onSeveral(costs, plan, compared, proof);
  return inTurn(headline, ...reasons, ...remarks);
}

type Advice = readonly [headline: Sentence, ...reasons: Sentence[]];

const whyAdvised = {
  fewerTiers: 'advice.fewerTiers',
  fewerBytes: 'advice.fewerBytes',
  noWork: 'advice.noWork',
} as const;

function onRecommended({ infrastructure }: CostTables, recommended: Recommendation, { singles }: Compared): Advice {
  const { plan, reason, percent, minimumGainPercent } = recommended;
  const used = infrastructure.tiers.filter((_, k) => (plan.evaluation.tiers[k]?.nodes ?? 0) > 0);
  const [first] = infrastructure.tiers;
  const why = say(whyAdvised[reason], { percent: short(percent), minimum: minimumGainPercent });
  const text = figure(plan, infrastructure);
  if (used.length <= 1) {
    const tier = used[0]?.id ?? '';
    const stay = say('advice.stay', { tier, figure: text, proof: '' });
    const keep = tier === first?.id ? [] : [say('advice.keepInput', { tier: first?.id ?? '' })];
    return [stay, why, ...keep];
  }
  const split = { tiers: listed(used.map(({ id }) => `\`${id}\``)), figure: text, proof: '' };
  const best = bestOf(singles);
  if (best === undefined) return [say('advice.split', split), why];
  return [say('advice.splitGains', { ...split, ratio: short(ratioOf(best, plan)), single: tierOf(best) }), why];
}

function onOneTier({ infrastructure }: CostTables, plan: Plan, compared: Compared, proof: Sentence | ''): Advice {
  const used = infrastructure.tiers.find((_, k) => (plan.evaluation.tiers[k]?.nodes ?? 0) > 0);
  const everything = { tier: used?.id ?? '', figure: figure(plan, infrastructure) };
  const better = betterThanOneTier(plan, compared);
  return better === undefined
    ? [say('advice.stay', { ...everything, proof })]
    : [say('advice.everything', everything), ...better];
}

function onSeveral({ infrastructure }: CostTables, plan: Plan, compared: Compared, proof: Sentence | ''): Advice {
  const used = infrastructure.tiers.filter((_, k) => (plan.evaluation.tiers[k]?.nodes ?? 0) > 0);
  const split = { tiers: listed(used.map(({ id }) => `\`${id}\``)), figure: figure(plan, infrastructure) };
  const best = bestOf(compared.singles);
  if (best === undefined) return [say('advice.split', { ...split, proof }), say('advice.noSingleTier', {})];
  const ratio = ratioOf(best, plan);
  if (ratio < 1 - tolerance) return [say('advice.split', { ...split, proof: '' }), elsewhere(best, ratio)];
  if (ratio - 1 >= smallGain) {
    return [say('advice.splitGains', { ...split, ratio: short(ratio), single: tierOf(best), proof })];
  }
  const stay = say('advice.stay', { tier: tierOf(best), figure: figure(best, infrastructure), proof: '' });
  const percent = short((ratio - 1) * 100);
  const gain = ratio - 1 > tolerance ? say('advice.smallGain', { percent }) : say('advice.noGain', {});
  const first = infrastructure.tiers[0]?.id ?? '';
  return [stay, gain, ...(tierOf(best) === first ? [] : [say('advice.keepInput', { tier: first })])];
}

/** What would be better than a plan on one tier, where that is known; nothing where this plan is what to do. */
function betterThanOneTier(plan: Plan, { singles, certificate, isGiven }: Compared): Sentence[] | undefined {
  const { gapPercent, isBound } = certificate;
  if (gapPercent <= smallGain * 100) return undefined;
  if (isBound !== true && Number.isFinite(gapPercent)) {
    return [say('advice.anotherPlan', { ratio: short(1 + gapPercent / 100) })];
  }
  if (!isGiven && !plan.strategy.startsWith('single:')) return undefined;
  const best = bestOf(singles);
  const ratio = best === undefined ? 1 : ratioOf(best, plan);
  return best !== undefined && ratio < 1 - tolerance ? [elsewhere(best, ratio)] : [];
}

function elsewhere(single: Plan, ratio: number): Sentence {
  return say('advice.everythingElsewhere', { tier: tierOf(single), ratio: short(1 / ratio) });
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
function optimality({ gapPercent, isBound }: Certificate, leavesOpen: boolean): Sentence | undefined {
  if (!Number.isFinite(gapPercent)) return undefined;
  if (gapPercent <= roundingPercent) return say(leavesOpen ? 'advice.optimalAsKnown' : 'advice.optimal', {});
  return say(isBound ? 'advice.gapBound' : 'advice.gap', { percent: short(gapPercent) });
}

function short(value: number): string {
  return `${Number(value.toPrecision(3))}`;
}
