import type { PlanReport } from '../../src/shared/reports/reports';
import { element, withCode } from '../page/dom';

/** What the bandwidth regimes leave out, where they are shown and leave something out. */
export function regimesHint(plan: PlanReport | null): HTMLElement[] {
  const isShown = plan?.linkRegimes.some((regimes) => regimes.length > 0) === true;
  if (!isShown || plan.regimesNote === undefined) return [];
  return [element('p', { class: 'hint' }, ...withCode(plan.regimesNote))];
}
