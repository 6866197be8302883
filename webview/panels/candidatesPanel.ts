import { outcomeOfCandidate } from '../../src/shared/reports/candidateOutcome';
import type { CandidateOutcome, CandidateReport } from '../../src/shared/reports/reports';
import type { Controller } from '../control/controller';
import type { State } from '../model/state';
import { element } from '../page/dom';
import { longTable } from '../page/table';
import { partCostText } from '../text/figureText';
import { formatBytes, formatCount, formatMacs, formatMs } from '../text/format';
import { text } from '../text/strings';
import { type Panel, whenChanged } from './panel';

interface Row {
  readonly candidate: CandidateReport;
  readonly outcome: CandidateOutcome | undefined;
}

const place = ({ candidate }: Row) => candidate.after ?? text('candidates.input');

/** The place; the chosen one says so by word and sign. */
function placeCell(row: Row): HTMLElement {
  const mark = row.outcome?.chosen === true ? [chosenSign()] : [];
  return element('span', { title: row.candidate.rulesOut }, ...mark, place(row));
}

function chosenSign(): HTMLElement {
  const name = text('candidates.chosen');
  return element('span', { class: 'chosen-sign', role: 'img', 'aria-label': name, title: name }, '\u25c6 ');
}

function rowsOf({ analysis, plan }: State): Row[] {
  return (analysis?.candidates ?? []).map((candidate, rank) => ({
    candidate,
    outcome: outcomeOfCandidate(plan?.candidates ?? [], candidate, rank),
  }));
}

/** Every candidate with its bytes and what cutting there gives; the chosen ones are marked by word. */
export function createCandidatesPanel(controller: Controller): Panel {
  const grid = longTable<Row>(
    text('candidates.caption'),
    [
      { header: text('column.place'), cell: placeCell },
      { header: text('column.position'), numeric: true, cell: ({ candidate }) => formatCount(candidate.position) },
      { header: text('column.bytes'), numeric: true, cell: ({ candidate }) => formatBytes(candidate.bytes) },
      { header: text('column.latency'), numeric: true, cell: ({ outcome }) => formatMs(outcome?.latencyMs ?? null) },
      {
        header: text('column.cost'),
        numeric: true,
        cell: ({ outcome }) => partCostText(outcome ?? { costPerRequest: null }),
      },
      { header: text('column.macsBefore'), numeric: true, cell: ({ candidate }) => formatMacs(candidate.macsBefore) },
    ],
    ({ candidate }) => {
      if (candidate.afterNodeId !== null) controller.select([candidate.afterNodeId]);
    },
  );
  const none = element('p', { class: 'hint' }, text('candidates.none'));
  const root = element('div', { class: 'fill' }, grid.element, none);
  const update = whenChanged(
    ({ analysis, plan, selection }) => [analysis, plan, selection],
    (state) => {
      const rows = rowsOf(state);
      const selected = state.selection.at(-1);
      const marked = rows.findIndex(({ candidate }) => selected !== undefined && candidate.afterNodeId === selected);
      none.hidden = rows.length > 0;
      grid.element.hidden = rows.length === 0;
      grid.show(rows, marked, ({ outcome }) => (outcome?.chosen === true ? 'chosen' : ''));
    },
  );
  return { element: root, update };
}
