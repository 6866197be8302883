import * as vscode from 'vscode';
import { markdownCellCode, markdownText } from '../../shared/escape/markdown';
import { fillPlaces } from '../../shared/messages/message';
import type { TrialReport } from '../../shared/reports/trial';
import { bandwidthText, durationText, threeDigits } from '../../shared/vocabulary/quantities';
import { showReadOnly } from '../window/readOnly';
import { requireTrust } from '../window/trust';
import { type CommandContext, requireDisk } from './context';
import { longRequest } from './longRequest';
import { sourceOf } from './split';
import { withRuntime } from './withRuntime';

const requests = 30;

/** Runs every tier of a plan on this machine and opens what it took beside what the plan says; none without a runtime. */
export async function runLocally(context: CommandContext, argument: unknown): Promise<TrialReport | undefined> {
  requireDisk();
  requireTrust();
  const sourceUri = sourceOf(context, argument);
  const packageFolder = context.storageUri.fsPath;
  const report = await withRuntime(context, () =>
    longRequest(context, vscode.l10n.t('Running the tiers on this machine'), 'dnnsplit/runLocally', (token) => ({
      ...{ sourceUri, requests, packageFolder, token },
    })),
  );
  if (report !== undefined) await showReadOnly(`${report.model} local run.md`, reportText(report));
  return report;
}

function reportText(report: TrialReport): string {
  const { t } = vscode.l10n;
  const { model, latency, tiers, links, callerMs, yardstick, threads } = report;
  const headings = ['', t('Predicted'), t('Expected here'), t('Measured'), '95 %', t('Off')];
  return [
    `# ${markdownText(t('{0}: {1} measured, {2} predicted', model, durationText(latency.measuredMs), durationText(latency.predictedMs)))}`,
    '',
    `| ${headings.join(' | ')} |`,
    `|---${'|---:'.repeat(headings.length - 1)}|`,
    ...tiers.map((row) => rowText(markdownCellCode(row.tier), row)),
    ...links.map((row) => {
      const place = t('{0} to {1}, {2}', row.from, row.to, bandwidthText(row.bandwidthMbps));
      return rowText(markdownText(place), row);
    }),
    `| ${t('Caller to first tier')} | | | ${durationText(callerMs)} | | |`,
    rowText(t('Total'), latency),
    '',
    fillPlaces(
      t('Medians of {0} requests, one after the other, on {1|# thread|# threads} per tier.'),
      ...[report.requests, threads],
    ),
    t(
      'The whole model took {0} in between; the middle half of its runs lay within {1} %.',
      durationText(yardstick.medianMs),
      threeDigits(yardstick.spreadPercent),
    ),
    ...report.warnings.map((warning) => `\n${markdownText(warning)}`),
    '',
  ].join('\n');
}

interface Compared {
  readonly predictedMs: number;
  readonly expectedMs: number;
  readonly measuredMs: number;
  readonly p95Ms: number;
}

function rowText(name: string, { predictedMs, expectedMs, measuredMs, p95Ms }: Compared): string {
  const off = expectedMs > 0 ? `${(100 * (measuredMs / expectedMs - 1)).toFixed(1)} %` : '';
  const cells = [...[predictedMs, expectedMs, measuredMs, p95Ms].map(durationText), off];
  return `| ${[name, ...cells].join(' | ')} |`;
}
