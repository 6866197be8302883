import { movedNodes } from '../../src/engine/picture/displayList/tiers';
import type { PlanReport } from '../../src/shared/reports/reports';
import { figureOf, metrics, metricTable } from '../../src/shared/vocabulary/metrics';
import type { Controller } from '../control/controller';
import type { State } from '../model/state';
import { element } from '../page/dom';
import { table } from '../page/table';
import { button } from '../page/toolkit';
import { formatBytes, formatCount, formatFigure } from '../text/format';
import { text, translated } from '../text/strings';

interface Row {
  readonly name: string;
  readonly own: number;
  readonly other: number;
  readonly format: (value: number) => string;
}

/** The figures in which two plans can be held against one another. */
function rowsOf(own: PlanReport, other: PlanReport): Row[] {
  return [
    ...metrics.map((metric) => ({
      name: translated(metricTable[metric].shortLabel),
      own: figureOf(own, metric),
      other: figureOf(other, metric),
      format: (figure: number) => formatFigure(metric, figure),
    })),
    ...own.tiers.map(({ id, nodes }, tier) => ({
      name: text('compare.nodes', id),
      own: nodes,
      other: other.tiers[tier]?.nodes ?? 0,
      format: formatCount,
    })),
    ...own.links.map(({ from, to, bytes }, link) => ({
      name: text('compare.bytes', from, to),
      own: bytes,
      other: other.links[link]?.bytes ?? 0,
      format: formatBytes,
    })),
  ];
}

/** `+12.0 ms`, `−12.0 ms`, nothing where both are equal. */
function difference({ own, other, format }: Row): string {
  if (own === other) return '';
  return `${other > own ? '+' : '−'}${format(Math.abs(other - own))}`;
}

/** What the other plan does differently, and what that costs; nothing while there is no other plan. */
export function comparisonView(state: State, controller: Controller): HTMLElement | undefined {
  const { comparison, plan, overlay } = state;
  if (comparison === null || plan === null || overlay === null) return undefined;
  const moved = movedNodes(overlay, comparison.overlay);
  const rows = rowsOf(plan, comparison.plan).filter(({ own, other }) => own !== 0 || other !== 0);
  return element(
    'section',
    { class: 'comparison' },
    element('h3', {}, text('compare.caption', comparison.strategy)),
    element(
      'p',
      { class: 'hint' },
      moved === 0
        ? text('compare.same')
        : text('compare.moved', formatCount(moved), formatCount(overlay.tierOfNode.length)),
    ),
    table(
      text('compare.caption', comparison.strategy),
      [
        { header: text('compare.figure'), cell: ({ name }) => name },
        { header: text('plan.this'), numeric: true, cell: ({ own, format }) => format(own) },
        { header: comparison.strategy, numeric: true, cell: ({ other, format }) => format(other) },
        { header: text('compare.difference'), numeric: true, cell: difference },
      ],
      rows,
    ),
    element(
      'div',
      { class: 'actions' },
      button({ label: text('compare.stop'), onClick: () => controller.compare(null) }),
    ),
  );
}
