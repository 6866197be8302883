import { visibleText } from '../../shared/escape/visible';
import type { TrialReport } from '../../shared/reports/trial';
import { counted, durationText, rateText, threeDigits } from '../../shared/vocabulary/quantities';
import { tableText } from './table';

/** A run beside its prediction, for reading in a terminal. */
export function trialText(report: TrialReport): string {
  const { latency, yardstick, requests, threads, callerMs } = report;
  const columns = ['', 'predicted', 'expected here', 'measured', '95 %', 'off'].map((heading, index) => ({
    heading,
    numeric: index > 0,
  }));
  const rows = [
    ...report.tiers.map((row) => [`tier ${visibleText(row.tier)}`, ...figures(row)]),
    ...report.links.map((row) => [`link ${visibleText(row.from)} to ${visibleText(row.to)}`, ...figures(row)]),
    ['caller to first tier', '', '', durationText(callerMs), '', ''],
    ['total', ...figures(latency)],
  ];
  const hops = report.links.filter(({ hopMs }) => hopMs > 0).map(({ hopMs }) => durationText(hopMs));
  return [
    headline(report),
    '',
    tableText(columns, rows),
    '',
    `Medians of ${counted(requests, 'request')}, one after the other, on ${counted(threads, 'thread')} per tier, graph optimization all.`,
    `The whole model took ${durationText(yardstick.medianMs)} in between; the middle half of ${counted(yardstick.runs, 'run')} lay within ${threeDigits(yardstick.spreadPercent)} %.`,
    ...(hops.length > 0
      ? [`A hop by itself took ${hops.join(', ')}; as "hopMs" of the links in dnnsplit.json, plans count it.`]
      : []),
    ...rateLines(report),
  ].join('\n');
}

function headline({ model, latency }: TrialReport): string {
  const { measuredMs, predictedMs, expectedErrorPercent } = latency;
  const off = expectedErrorPercent === null ? '' : `; ${offText(expectedErrorPercent)} expected here`;
  return `${visibleText(model)}: ${durationText(measuredMs)} measured, ${durationText(predictedMs)} predicted${off}.`;
}

function offText(percent: number): string {
  if (Math.abs(percent) < 0.05) return 'as';
  return `${threeDigits(Math.abs(percent))} % ${percent > 0 ? 'above' : 'below'} what was`;
}

interface Compared {
  readonly predictedMs: number;
  readonly expectedMs: number;
  readonly measuredMs: number;
  readonly p95Ms: number;
}

function figures({ predictedMs, expectedMs, measuredMs, p95Ms }: Compared): string[] {
  const off = expectedMs > 0 ? 100 * (measuredMs / expectedMs - 1) : undefined;
  return [
    ...[predictedMs, expectedMs, measuredMs, p95Ms].map(durationText),
    off === undefined ? '' : `${off > 0 ? '+' : ''}${off.toFixed(1)} %`,
  ];
}

function rateLines({ rate }: TrialReport): string[] {
  if (rate === undefined) return [];
  const { perSecond, answeredPerSecond, predictedPerSecond, measuredMs, p95Ms, failed } = rate;
  const predicted = predictedPerSecond === null ? '' : `, of at most ${rateText(predictedPerSecond)} predicted`;
  return [
    `At ${rateText(perSecond)}: ${rateText(answeredPerSecond)} answered${predicted}; latency ${durationText(measuredMs)} (median), ${durationText(p95Ms)} (95 %), ${failed} failed.`,
  ];
}
