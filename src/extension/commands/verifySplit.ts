import * as vscode from 'vscode';
import { markdownCellCode, markdownText } from '../../shared/escape/markdown';
import type { RunningDeployment, VerificationReport, VerifiedOutput } from '../../shared/reports/verification';
import { threeDigits } from '../../shared/vocabulary/quantities';
import { showReadOnly } from '../window/readOnly';
import { requireTrust } from '../window/trust';
import { askForServer } from './askForServer';
import { type CommandContext, requireDisk } from './context';
import { longRequest } from './longRequest';
import { sourceOf } from './split';
import { withRuntime } from './withRuntime';

const runs = 3;

/** Compares the whole model with its parts on random inputs and opens a report; none without a runtime to run them. */
export async function verifySplit(context: CommandContext, argument: unknown): Promise<VerificationReport | undefined> {
  requireDisk();
  requireTrust();
  return await verified(context, vscode.l10n.t('Verifying split models'), sourceOf(context, argument));
}

/** Compares the whole model with a deployment that runs, whose address a person gives, and opens a report. */
export async function verifyDeployment(
  context: CommandContext,
  argument: unknown,
): Promise<VerificationReport | undefined> {
  requireDisk();
  requireTrust();
  const sourceUri = sourceOf(context, argument);
  const deployment = await askForServer(
    vscode.l10n.t('Verify Running Deployment'),
    vscode.l10n.t('Address of the first tier'),
  );
  if (deployment === undefined) return undefined;
  return await verified(context, vscode.l10n.t('Verifying the running deployment'), sourceUri, deployment);
}

async function verified(
  context: CommandContext,
  title: string,
  sourceUri: string,
  deployment?: RunningDeployment,
): Promise<VerificationReport | undefined> {
  const packageFolder = context.storageUri.fsPath;
  const report = await withRuntime(context, () =>
    longRequest(context, title, 'dnnsplit/verify', (token) => ({
      sourceUri,
      runs,
      packageFolder,
      token,
      deployment,
    })),
  );
  if (report !== undefined) await showReadOnly(`${report.model} verification.md`, reportText(report));
  return report;
}

function reportText(report: VerificationReport): string {
  const { model, tiers, wire, runs: tried, runtime, outputs } = report;
  const encoded = wire.some((dtype) => dtype !== 'original');
  return [
    `# ${markdownText([model, tiers.join(', ')].filter((part) => part !== '').join(': '))}`,
    '',
    ...verdictLines(report),
    '',
    vscode.l10n.t('Random inputs: {0}. Runtime: {1}, graph optimization off.', tried, markdownText(runtime)),
    ...(encoded
      ? [vscode.l10n.t('Tensors are sent as {0}, which rounds their values.', markdownText(wire.join(', ')))]
      : []),
    '',
    `| ${vscode.l10n.t('Output')} | ${vscode.l10n.t('Type')} | ${vscode.l10n.t('Differing')} | ${vscode.l10n.t('Largest difference')} | ${vscode.l10n.t('Relative')} |`,
    '|---|---|---|---|---|',
    ...outputs.map(outputRow),
    '',
  ].join('\n');
}

function verdictLines({ identical, deployment }: VerificationReport): string[] {
  if (deployment === undefined) {
    return [
      identical
        ? vscode.l10n.t('Outputs are bit-identical to the unsplit model.')
        : vscode.l10n.t('Outputs differ from the unsplit model.'),
    ];
  }
  const url = markdownText(deployment.url);
  const verdict = identical
    ? vscode.l10n.t('Answers of {0} are bit-identical to the unsplit model.', url)
    : vscode.l10n.t(
        'Answers of {0} differ from the unsplit model. Relays optimize their sub-models unless they are started with --exact, which changes the last digits.',
        url,
      );
  if (deployment.sameExport !== false) return [verdict];
  return [verdict, vscode.l10n.t('The deployment serves another export of the model than this plan makes.')];
}

function outputRow({
  name,
  dtype,
  elements,
  differingElements,
  largestAbsolute,
  largestRelative,
}: VerifiedOutput): string {
  const figure = (value: number | null) => (value === null ? '-' : threeDigits(value));
  const cells = [
    markdownCellCode(name),
    markdownText(dtype),
    `${differingElements} / ${elements}`,
    figure(largestAbsolute),
    figure(largestRelative),
  ];
  return `| ${cells.join(' | ')} |`;
}
