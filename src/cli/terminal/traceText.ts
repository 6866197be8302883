import type { TraceReport } from '../../shared/reports/bandwidthReports';
import { bandwidthEnds, bandwidthText, bytesText, counted, durationText } from '../../shared/vocabulary/quantities';
import { tableText } from './table';

const goals = { mean: 'mean latency', p95: '95th percentile', missed: 'number of late answers' } as const;

/** Ways to follow a bandwidth trace, for reading in a terminal: their figures, the cuts, and the table made for it. */
export function traceTexts(report: TraceReport): string[] {
  const { link, goal, requests, everyS, switchMs, lateMs, cuts, rows, table } = report;
  const columns = [
    { heading: 'cut of each request' },
    { heading: 'mean', numeric: true },
    { heading: '95 %', numeric: true },
    ...(lateMs === undefined ? [] : [{ heading: 'late', numeric: true }]),
    { heading: 'switches', numeric: true },
  ];
  const figures = rows.map(({ name, meanMs, p95Ms, missed, switches }) => [
    nameOf(name, cuts),
    durationText(meanMs),
    durationText(p95Ms),
    ...(lateMs === undefined ? [] : [String(missed)]),
    String(switches),
  ]);
  const settings = [
    `${counted(requests, 'request')}, one every ${everyS} s`,
    ...(switchMs > 0 ? [`${durationText(switchMs)} more with every switch`] : []),
    ...(lateMs === undefined ? [] : [`late after ${durationText(lateMs)}`]),
  ];
  const steps = table.map(({ before, fromMbps, toMbps, cut }) => [
    `cut ${before + 1}`,
    rangeText(fromMbps, toMbps),
    cut === before ? 'stay' : `cut ${cut + 1}`,
  ]);
  return [
    `link ${link} over the trace: ${settings.join(', ')}\n${tableText(columns, figures)}`,
    `table for the least ${goals[goal]} over this very trace\n${tableText([{ heading: 'before' }, { heading: 'bandwidth' }, { heading: 'next' }], steps)}`,
  ];
}

function rangeText(fromMbps: number, toMbps: number | null): string {
  if (toMbps !== null) return bandwidthEnds(fromMbps, toMbps).join(' to ');
  return fromMbps === 0 ? 'any' : `from ${bandwidthText(fromMbps)}`;
}

function nameOf(name: string, cuts: TraceReport['cuts']): string {
  if (name === 'regimes') return 'regimes, as relays follow them';
  if (name === 'table') return 'table below';
  if (name === 'oracle') return 'whoever knows the future';
  const cut = cuts[Number(name.replace('cut ', '')) - 1];
  return cut === undefined ? name : `${name}: ${cut.summary}, ${bytesText(cut.bytes)}`;
}
