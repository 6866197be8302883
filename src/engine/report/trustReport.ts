import { messageOf, type Sentence, say } from '../../shared/messages/say';
import type { TrustReport } from '../../shared/reports/marginReports';
import type { PlanReport } from '../../shared/reports/reports';
import { listed } from '../../shared/vocabulary/quantities';
import type { Margins } from '../planning/bandwidths/margins';
import type { Doubt, Trust } from '../planning/bandwidths/trust';
import type { CostTables } from '../planning/costs/costTables';
import { placement } from './placement';

/** Whether the plan holds within the errors that are stated, in figures and in words; nothing where none is stated. */
export function trustReport(costs: CostTables, { margins, gainPercent, trust }: Margins): Pick<PlanReport, 'trust'> {
  if (trust === undefined) return {};
  const { tiers } = costs.infrastructure;
  const withinFactors = tiers.flatMap(({ id }, k) => {
    const withinFactor = trust.withinFactors[k];
    return withinFactor === undefined ? [] : [{ tier: id, withinFactor }];
  });
  const unknown = tiers.flatMap(({ id }, k) => (trust.withinFactors[k] === undefined ? [id] : []));
  const common = { withinFactors, ...(unknown.length > 0 && { unknown }) };
  if (trust.worst === undefined) {
    return { trust: { holds: true, ...common, ...told(holdsText(withinFactors, unknown, gainPercent)) } };
  }
  const measure = tiersToMeasure(margins, trust, trust.worst).map((k) => tiers[k]?.id ?? '');
  const times = movedTiers(trust.worst).map((k) => ({
    tier: tiers[k]?.id ?? '',
    factor: trust.worst?.factors[k] ?? 1,
  }));
  const { gainPercent: gain, better } = trust.worst;
  const worst = { times, gainPercent: Number.isFinite(gain) ? gain : null, ...placement(costs, better) };
  return { trust: { holds: false, ...common, worst, measure, ...told(doubtText(costs, worst, trust.worst, measure)) } };
}

function told(sentence: Sentence): Pick<TrustReport, 'text' | 'textSaid'> {
  return { text: sentence.text, textSaid: messageOf(sentence) };
}

function holdsText(known: TrustReport['withinFactors'], unknown: readonly string[], gainPercent: number): Sentence {
  const errors = joined(
    known.map(({ tier, withinFactor }) => say('trust.error', { tier, factor: short(withinFactor) })),
  );
  const holds =
    gainPercent > 0 ? say('trust.holdsWithin', { errors, percent: gainPercent }) : say('trust.holds', { errors });
  if (unknown.length === 0) return holds;
  return say('trust.unknown', { holds, tiers: quoted(unknown) });
}

function doubtText(
  costs: CostTables,
  { times, gainPercent }: NonNullable<TrustReport['worst']>,
  { better }: Doubt,
  measure: readonly string[],
): Sentence {
  const where = joined(times.map(({ tier, factor }) => say('trust.takes', { tier, factor: short(factor) })));
  const tiers = quoted(measure);
  if (gainPercent === null) return say('trust.breaks', { where, tiers });
  return say('trust.fails', { where, better: otherPlan(costs, better), percent: short(gainPercent), tiers });
}

function otherPlan({ graph, infrastructure }: CostTables, assignment: Doubt['better']): Sentence {
  const used = infrastructure.tiers.flatMap((_, k) => (assignment.includes(k) ? [k] : []));
  const ends = used.slice(0, -1).map((k) => graph.nodes[assignment.lastIndexOf(k)]?.label ?? '');
  if (ends.length > 0) return say('trust.otherSplit', { places: quoted(ends) });
  return say('verdict.everythingOn', { tier: infrastructure.tiers[used[0] ?? 0]?.id ?? '' });
}

/** Those whose own error is more than the plan bears, or where only all errors together are, those with the largest one. */
function tiersToMeasure(margins: Margins['margins'], { withinFactors }: Trust, worst: Doubt): number[] {
  const factorOf = (k: number) => withinFactors[k] ?? 1;
  const moved = movedTiers(worst);
  const alone = moved.filter((k) => {
    const margin = margins.find(({ of }) => of.kind === 'tier' && of.index === k);
    return margin !== undefined && (margin.fromFactor > 1 / factorOf(k) || margin.toFactor < factorOf(k));
  });
  const largest = moved.reduce((most, k) => Math.max(most, factorOf(k)), 1);
  return alone.length > 0 ? alone : moved.filter((k) => factorOf(k) === largest);
}

function movedTiers({ factors }: Doubt): number[] {
  return [...factors.keys()].filter((k) => factors[k] !== 1);
}

/** One, one and another, or one, another and a third. */
function joined(sentences: readonly Sentence[]): Sentence | '' {
  return sentences.reduce<Sentence | ''>((all, second, index) => {
    if (index === 0) return second;
    return say(index === sentences.length - 1 ? 'change.and' : 'trust.also', { first: all, second });
  }, '');
}

function quoted(names: readonly string[]): string {
  return listed(names.map((name) => `\`${name}\``));
}

function short(value: number): string {
  return `${Number(value.toPrecision(2))}`;
}
