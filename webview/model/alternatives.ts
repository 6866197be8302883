import { conditionsOf, decidesPlan } from '../../src/shared/protocol/overrides';
import type { PlanOverrides } from '../../src/shared/protocol/requests';
import { partsOf } from '../../src/shared/reports/planParts';
import type { AlternativeReport, PlanParts, PlanReport } from '../../src/shared/reports/reports';
import { type StatedFigures, statedFiguresOf } from '../../src/shared/vocabulary/unstatedText';

/** A plan that was tried out, as it was when it was. */
export interface TriedPlan {
  readonly overrides: PlanOverrides;
  /** Label of the last node on the lowest tier that it uses; `null` where it uses one alone. */
  readonly after: string | null;
  readonly figures: StatedFigures;
  readonly parts: PlanParts;
}

/** One plan among those that are held against one another. */
export interface Alternative {
  readonly kind: 'shown' | 'recommended' | 'runnerUp' | 'single' | 'tried';
  /** The tier of a single one, or the label of the node after which the plan cuts first. */
  readonly name: string | null;
  readonly figures: StatedFigures;
  readonly parts: PlanParts;
  /** What to try for this plan to be shown; nothing for the one that is. */
  readonly overrides: PlanOverrides | null;
}

/** Tried plans that are remembered. */
const mostTried = 4;

/** Label of the last node on the lowest tier that a plan uses, where it uses several. */
export function firstCut({ tiers }: PlanReport): string | null {
  const used = tiers.filter(({ nodes }) => nodes > 0);
  return used.length < 2 ? null : (used[0]?.lastNode ?? null);
}

const sameOverrides = (a: PlanOverrides, b: PlanOverrides) => JSON.stringify(a) === JSON.stringify(b);

/** The tried plans with the one that has just come, the newest first; what only changes conditions is none. */
export function withTried(tried: readonly TriedPlan[], plan: PlanReport, overrides: PlanOverrides): TriedPlan[] {
  if (!decidesPlan(overrides)) return [...tried];
  const now = { overrides, after: firstCut(plan), figures: statedFiguresOf(plan), parts: partsOf(plan) };
  return [now, ...tried.filter((one) => !sameOverrides(one.overrides, overrides))].slice(0, mostTried);
}

/** What makes the planner give this plan under the same conditions. */
function overridesFor({ cuts, nodes }: AlternativeReport, conditions: PlanOverrides): PlanOverrides {
  return nodes === undefined ? { ...conditions, cuts } : { ...conditions, placement: nodes };
}

/** The shown plan, the recommended one where it is another, every single tier, the next best cut, and what was tried. */
export function alternativesOf(plan: PlanReport, overrides: PlanOverrides, tried: readonly TriedPlan[]): Alternative[] {
  const conditions = conditionsOf(overrides);
  const { withoutTried, runnerUp } = plan;
  const shown: Alternative = {
    kind: 'shown',
    name: firstCut(plan),
    figures: statedFiguresOf(plan),
    parts: partsOf(plan),
    overrides: null,
  };
  const singles = plan.baselines.flatMap((baseline): Alternative[] => {
    const { strategy, parts, unavailable } = baseline;
    if (parts === undefined || unavailable !== undefined || strategy === plan.strategy) return [];
    const name = strategy.replace(/^single:/, '');
    return [
      { kind: 'single', name, figures: statedFiguresOf(baseline), parts, overrides: { ...conditions, strategy } },
    ];
  });
  const sameConditions = (one: TriedPlan) => sameOverrides(conditionsOf(one.overrides), conditions);
  const others = tried.filter((one) => sameConditions(one) && !sameOverrides(one.overrides, overrides));
  return [
    shown,
    ...alternative('recommended', withoutTried, conditions),
    ...singles,
    ...alternative('runnerUp', runnerUp, runnerUp && overridesFor(runnerUp, conditions)),
    ...others.map(
      ({ after, figures, parts, overrides: wanted }): Alternative => ({
        kind: 'tried',
        name: after,
        figures,
        parts,
        overrides: wanted,
      }),
    ),
  ];
}

function alternative(
  kind: 'recommended' | 'runnerUp',
  report: AlternativeReport | undefined,
  overrides: PlanOverrides | undefined,
): Alternative[] {
  if (report === undefined || overrides === undefined) return [];
  return [{ kind, name: report.after, figures: statedFiguresOf(report), parts: report.parts, overrides }];
}
