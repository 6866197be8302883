import { say } from '../../shared/messages/say';
import { partsOf } from '../../shared/reports/planParts';
import type { PlanParts, PlanReport } from '../../shared/reports/reports';
import { type StatedFigures, statedFiguresOf } from '../../shared/vocabulary/unstatedText';

/** A plan of the report, by its name. */
export interface NamedPlan extends StatedFigures {
  readonly name: string;
  readonly parts: PlanParts;
  readonly relative: number | null;
  readonly isChosen: boolean;
}

/** The plan, the recommended one where it is another, everything on each tier, and the best plan that cuts elsewhere. */
export function alternativesOf(plan: PlanReport): NamedPlan[] {
  const name = say('handover.thisPlan', {}).text;
  const { withoutTried, runnerUp } = plan;
  const singles = plan.baselines.flatMap(({ strategy, parts, unavailable, relative, ...rest }): NamedPlan[] => {
    if (parts === undefined || unavailable !== undefined) return [];
    const tier = strategy.slice('single:'.length);
    const of = say('handover.singleTier', { tier }).text;
    return [{ ...statedFiguresOf(rest), name: of, parts, relative, isChosen: false }];
  });
  return [
    {
      ...statedFiguresOf(plan),
      name,
      parts: partsOf(plan),
      relative: 1,
      isChosen: true,
    },
    ...(withoutTried ? [{ ...withoutTried, name: say('handover.recommended', {}).text, isChosen: false }] : []),
    ...singles,
    ...(runnerUp
      ? [{ ...runnerUp, name: say('handover.runnerUp', { place: runnerUp.after ?? '' }).text, isChosen: false }]
      : []),
  ];
}
