import * as vscode from 'vscode';
import { withValues } from '../../shared/documents/withValues';
import { visibleText } from '../../shared/escape/visible';
import { labelText, notificationText } from '../../shared/escape/workbench';
import type { LinkValues, MeasuredProfile } from '../../shared/protocol/requests';
import type { LinkReport, PlanReport } from '../../shared/reports/reports';
import { bandwidthText, durationText } from '../../shared/vocabulary/quantities';
import { hostsInConfig } from '../model/configText';
import type { ModelEntry } from '../model/modelStore';
import { baseName } from '../window/paths';
import { requireTrust } from '../window/trust';
import { ensureConfig } from './config';
import { type CommandContext, requireDisk, requireModel, requirePlan, rowArgument } from './context';
import { writeWhole } from './files';
import { longRequest } from './longRequest';
import { rewriteDocument } from './rewriteDocument';
import { withRuntime } from './withRuntime';

/** A machine that a person chose: this one, or one that SSH reaches. */
type Machine = { readonly host: string | null };

/** Measures a model where one of its tiers runs, and lets the configuration use the times; one Undo takes that back. */
export async function profileModel(context: CommandContext, argument: unknown): Promise<MeasuredProfile | undefined> {
  const { model, plan } = measurable(context, argument);
  const config = await ensureConfig(model);
  const document = await vscode.workspace.openTextDocument(config);
  const hosts = hostsInConfig(document.getText());
  const index = placeOf(argument, 'tiers') ?? (await pickTier(plan, hosts));
  const tier = index === undefined ? undefined : plan.tiers[index];
  if (index === undefined || tier === undefined) return undefined;
  const machine = await pickMachine(vscode.l10n.t('Measure tier {0}', tier.id), hosts[index], [thisMachine()]);
  if (machine === undefined) return undefined;
  const { host } = machine;
  const title =
    host === null
      ? vscode.l10n.t('Measuring on this machine')
      : notificationText(vscode.l10n.t('Measuring on {0}', host));
  const measure = () =>
    longRequest(context, title, 'dnnsplit/measureModel', (token) => ({
      ...{ modelUri: model.modelUri, tier: tier.id, host, packageFolder: context.storageUri.fsPath, token },
    }));
  // What is missing on another machine is not installed here.
  const measured = host === null ? await withRuntime(context, measure) : await measure();
  if (measured === undefined) return undefined;
  const target = vscode.Uri.joinPath(config, '..', measured.path);
  await vscode.workspace.fs.createDirectory(vscode.Uri.joinPath(target, '..'));
  await writeWhole(target, measured.profileText, { model, overwrite: true });
  await rewriteDocument(document, (before) => withValues(before, [[['tiers', index, 'profile'], measured.path]]));
  tellProfile(measured, tier.id, config);
  return measured;
}

/** Measures the way to a machine at one end of a link, and writes its figures into the configuration. */
export async function measureLinks(context: CommandContext, argument: unknown): Promise<LinkValues | undefined> {
  const { model, plan } = measurable(context, argument);
  const config = await ensureConfig(model);
  const document = await vscode.workspace.openTextDocument(config);
  const hosts = hostsInConfig(document.getText());
  const index = placeOf(argument, 'links') ?? (await pickLink(plan.links));
  const link = index === undefined ? undefined : plan.links[index];
  if (index === undefined || link === undefined) return undefined;
  const end = await pickEnd(link, [hosts[index], hosts[index + 1]]);
  if (end === undefined) return undefined;
  const title = notificationText(vscode.l10n.t('Measuring the way to {0}', end.host));
  const values = await longRequest(context, title, 'dnnsplit/measureLink', (token) => ({ ...end, token }));
  const changes = Object.entries(values).map(([name, value]) => [['links', index, name], value] as const);
  await rewriteDocument(document, (before) =>
    withValues(
      before,
      changes.map(([path, value]) => [[...path], value]),
    ),
  );
  const { bandwidthMbps, downBandwidthMbps, latencyMs } = values;
  void vscode.window.showInformationMessage(
    notificationText(
      vscode.l10n.t(
        '{0} to {1}: {2} up, {3} down, {4} each way. Written to {5}; Undo there takes it back.',
        ...[link.from, link.to, bandwidthText(bandwidthMbps), bandwidthText(downBandwidthMbps)],
        ...[durationText(latencyMs), baseName(config.path)],
      ),
    ),
  );
  return values;
}

/** @throws DnnSplitError in a browser, in a workspace that is not trusted, and where there is no plan to measure for */
function measurable(context: CommandContext, argument: unknown): { model: ModelEntry; plan: PlanReport } {
  requireDisk();
  requireTrust();
  const model = requireModel(context, argument);
  return { model, plan: requirePlan(model) };
}

/** Where the tier or link of a row stands in its list. */
function placeOf(argument: unknown, list: 'tiers' | 'links'): number | undefined {
  const place = rowArgument(argument)?.place;
  return place?.list === list ? place.index : undefined;
}

async function pickTier({ tiers }: PlanReport, hosts: readonly (string | undefined)[]): Promise<number | undefined> {
  const items = tiers.map(({ id, nodes, measuredNodes }, index) => ({
    label: labelText(id),
    description: hosts[index] === undefined ? '' : labelText(hosts[index] ?? ''),
    detail:
      nodes === 0
        ? vscode.l10n.t('idle in this plan')
        : vscode.l10n.t('{0} measured, {1} estimated', measuredNodes, nodes - measuredNodes),
    index,
  }));
  const placeHolder = vscode.l10n.t('Select the tier whose machine runs the model');
  return (await vscode.window.showQuickPick(items, { placeHolder }))?.index;
}

async function pickLink(links: readonly LinkReport[]): Promise<number | undefined> {
  const items = links.map(({ from, to, bandwidthMbps }, index) => ({
    label: labelText(vscode.l10n.t('{0} to {1}', from, to)),
    description: bandwidthMbps === undefined ? '' : bandwidthText(bandwidthMbps),
    index,
  }));
  return (await vscode.window.showQuickPick(items, { placeHolder: vscode.l10n.t('Select the link to measure') }))
    ?.index;
}

interface MachineItem extends vscode.QuickPickItem {
  readonly choose: () => Promise<Machine | undefined>;
}

function thisMachine(): MachineItem {
  return {
    label: vscode.l10n.t('This machine'),
    detail: vscode.l10n.t('Where the tier runs on a machine like this one'),
    choose: async () => ({ host: null }),
  };
}

/** Asks for a machine; one that the file names is connected to only once a person has agreed to its name. */
async function pickMachine(
  placeHolder: string,
  named: string | undefined,
  others: readonly MachineItem[],
): Promise<Machine | undefined> {
  const items: MachineItem[] = [
    ...(named === undefined ? [] : [namedMachine(named)]),
    ...others,
    { label: vscode.l10n.t('Another machine over SSH…'), choose: askForMachine },
  ];
  const [first] = items;
  const chosen = items.length === 1 ? first : await vscode.window.showQuickPick(items, { placeHolder });
  return await chosen?.choose();
}

function namedMachine(host: string): MachineItem {
  return {
    label: labelText(host),
    detail: vscode.l10n.t('Over SSH, as the configuration says'),
    choose: async () => ((await mayConnect(host)) ? { host } : undefined),
  };
}

async function askForMachine(): Promise<Machine | undefined> {
  const host = await vscode.window.showInputBox({
    title: vscode.l10n.t('Another machine over SSH'),
    prompt: vscode.l10n.t('Machine as ssh knows it: host, or user@host'),
    ignoreFocusOut: true,
  });
  return host === undefined || host.trim() === '' ? undefined : { host: host.trim() };
}

async function mayConnect(host: string): Promise<boolean> {
  const connect = vscode.l10n.t('Connect');
  const answer = await vscode.window.showWarningMessage(
    notificationText(vscode.l10n.t('Connect to {0}?', visibleText(host))),
    {
      modal: true,
      detail: vscode.l10n.t(
        'dnnsplit.json names this machine. A measuring program, and the model where one is measured, are copied there over SSH, run, and removed again.',
      ),
    },
    connect,
  );
  return answer === connect;
}

/** Which end of a link is reached from here, and how. */
async function pickEnd(
  { from, to }: LinkReport,
  [lower, upper]: readonly [string | undefined, string | undefined],
): Promise<{ readonly host: string; readonly isLower: boolean } | undefined> {
  const ends = [
    { label: labelText(to), description: labelText(upper ?? ''), isLower: false, named: upper },
    { label: labelText(from), description: labelText(lower ?? ''), isLower: true, named: lower },
  ];
  const placeHolder = vscode.l10n.t('Select the end of the link that is not this machine');
  const end = await vscode.window.showQuickPick(ends, { placeHolder });
  if (end === undefined) return undefined;
  const machine = await pickMachine(vscode.l10n.t('Measure the way to {0}', end.label), end.named, []);
  return machine === undefined || machine.host === null ? undefined : { host: machine.host, isLower: end.isLower };
}

function tellProfile(
  { nodes, measuredNodes, device, runMs, warnings }: MeasuredProfile,
  tier: string,
  config: vscode.Uri,
) {
  const told = vscode.l10n.t(
    '{0} of {1} nodes measured for tier {2} on {3}, {4} per run. {5} uses the times; Undo there takes that back.',
    ...[measuredNodes, nodes, tier, device, durationText(runMs), baseName(config.path)],
  );
  void vscode.window.showInformationMessage([told, ...warnings].map(notificationText).join(' '));
}
