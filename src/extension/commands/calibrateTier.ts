import * as vscode from 'vscode';
import { withValues } from '../../shared/documents/withValues';
import { visibleText } from '../../shared/escape/visible';
import { notificationText } from '../../shared/escape/workbench';
import type { MeasuredDevice, OfferedCalibration } from '../../shared/protocol/requests';
import { threeDigits } from '../../shared/vocabulary/quantities';
import type { ModelEntry } from '../model/modelStore';
import { baseName } from '../window/paths';
import type { CommandContext } from './context';
import { longRequest } from './longRequest';
import { rewriteDocument } from './rewriteDocument';

/** A tier of a configuration that is open as a document. */
export interface TierPlace {
  readonly document: vscode.TextDocument;
  readonly index: number;
  readonly tier: string;
}

/** Lets a tier be described by models that were measured, once a person has seen how well they predict each other; one Undo takes that back. */
export async function calibrateTier(
  context: CommandContext,
  { modelUri }: Pick<ModelEntry, 'modelUri'>,
  { document, index, tier }: TierPlace,
  { device }: MeasuredDevice,
): Promise<void> {
  const title = notificationText(vscode.l10n.t('Fitting tier {0}', tier));
  const offered = await longRequest(context, title, 'dnnsplit/calibrate', (token) => ({
    ...{ modelUri, tier, device, token },
  }));
  if (!(await agrees(offered, tier))) return;
  const changes = Object.entries(offered.values);
  await rewriteDocument(document, (before) =>
    withValues(
      before,
      changes.map(([name, value]) => [['tiers', index, name], value]),
    ),
  );
  const told = vscode.l10n.t(
    'Tier {0} is described by {1} models measured on {2}. {3} holds the figures; Undo there takes that back.',
    ...[tier, offered.models.length, device, baseName(document.uri.path)],
  );
  void vscode.window.showInformationMessage(notificationText(told));
}

async function agrees(
  { device, models, values, medianErrorPercent, warnings }: OfferedCalibration,
  tier: string,
): Promise<boolean> {
  const use = vscode.l10n.t('Use');
  const error = threeDigits(medianErrorPercent);
  const question = vscode.l10n.t(
    '{0} models measured on {1}: use them for tier {2}, within {3} %?',
    ...[models.length, visibleText(device), visibleText(tier), error],
  );
  const detail = [
    vscode.l10n.t(
      'Each model was predicted from the others: half of them within {0} %, nine of ten within {1} times. Nodes with measured times keep them.',
      ...[error, String(values['withinFactor'] ?? '')],
    ),
    models.map(visibleText).join(', '),
    ...warnings.map(visibleText),
  ].join('\n\n');
  return (await vscode.window.showInformationMessage(question, { modal: true, detail }, use)) === use;
}
