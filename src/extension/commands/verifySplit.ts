import * as vscode from 'vscode';
import { markdownCellCode, markdownText } from '../../shared/escape/markdown';
import { threeDigits } from '../../shared/quantities';
import type { VerificationReport, VerifiedOutput } from '../../shared/verification';
import { showReadOnly } from '../window/readOnly';
import { requireTrust } from '../window/trust';
import type { CommandContext } from './context';
import { longRequest } from './longRequest';
import { sourceOf } from './split';
import { withRuntime } from './withRuntime';

const runs = 3;

/** Compares the whole model with its parts on random inputs and opens a report; none without a runtime to run them. */
export async function verifySplit(context: CommandContext, argument: unknown): Promise<VerificationReport | undefined> {
  requireTrust();
  const sourceUri = sourceOf(context, argument);
  const packageFolder = context.storageUri.fsPath;
  const report = await withRuntime(context, () =>
    longRequest(context, vscode.l10n.t('Verifying split models'), 'dnnsplit/verify', (token) => ({
      sourceUri,
      runs,
      packageFolder,
      token,
    })),
  );
  if (report !== undefined) await showReadOnly(`${report.model} verification.md`, reportText(report));
  return report;
}

function reportText({ model, tiers, wire, runs: tried, runtime, identical, outputs }: VerificationReport): string {
  const verdict = identical
    ? vscode.l10n.t('Outputs are bit-identical to the unsplit model.')
    : vscode.l10n.t('Outputs differ from the unsplit model.');
  const encoded = wire.some((dtype) => dtype !== 'original');
  return [
    `# ${markdownText(`${model}: ${tiers.join(', ')}`)}`,
    '',
    verdict,
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
