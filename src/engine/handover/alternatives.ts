import { say } from '../../shared/messages/say';
import { type Figures, figuresOf } from '../../shared/metrics';
import { partsOf } from '../../shared/planParts';
import type { PlanParts, PlanReport } from '../../shared/reports';

/** A plan of the report, by its name. */
export interface NamedPlan extends Figures {
  readonly name: string;
  /** Figures that are 0 because nobody states what they count. */
  readonly unstated?: readonly string[];
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
    const unstated = rest.unstated && { unstated: rest.unstated };
    return [{ ...figuresOf(rest), ...unstated, name: of, parts, relative, isChosen: false }];
  });
  return [
    {
      ...figuresOf(plan),
      ...(plan.unstated && { unstated: plan.unstated }),
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
