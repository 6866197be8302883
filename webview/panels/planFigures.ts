import type { PlanReport } from '../../src/shared/reports/reports';
import { metrics, metricTable } from '../../src/shared/vocabulary/metrics';
import { element } from '../page/dom';
import { figureText } from '../text/figureText';
import { formatSignificant, unknownNumber } from '../text/format';
import { text, translated } from '../text/strings';

/** What a plan gives, in large figures. */
export function planFigures(plan: PlanReport): HTMLElement {
  const gap = plan.exact.gapPercent;
  const facts: (readonly [string, string])[] = [
    ...metrics.map((metric) => [translated(metricTable[metric].shortLabel), figureText(plan, metric)] as const),
    [text('plan.gap'), gapText(gap, plan.exact.unavailable)],
  ];
  return element(
    'dl',
    { class: 'figures' },
    ...facts.map(([label, value]) => element('div', {}, element('dt', {}, label), element('dd', {}, value))),
  );
}

function gapText(gap: number | null, unavailable: string | undefined): string {
  if (gap === null) return unavailable ?? unknownNumber;
  const percent = gap < 0.0005 ? '0 %' : `${formatSignificant(gap)} %`;
  return unavailable === undefined ? percent : `≤ ${percent}`;
}
