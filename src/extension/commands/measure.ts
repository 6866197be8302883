import * as vscode from 'vscode';
import { withValues } from '../../shared/documents/withValues';
import { visibleText } from '../../shared/escape/visible';
import { labelText, notificationText } from '../../shared/escape/workbench';
import type { LinkValues, MeasuredDevice, MeasuredProfile, WayValues } from '../../shared/protocol/requests';
import type { LinkReport, PlanReport } from '../../shared/reports/reports';
import type { RunningDeployment } from '../../shared/reports/verification';
import { bandwidthText, durationText } from '../../shared/vocabulary/quantities';
import { hostsInConfig } from '../model/configText';
import type { ModelEntry } from '../model/modelStore';
import { baseName } from '../window/paths';
import { requireTrust } from '../window/trust';
import { askForServer } from './askForServer';
import { calibrateTier, type TierPlace } from './calibrateTier';
import { ensureConfig } from './config';
import { type CommandContext, requireDisk, requireModel, requirePlan, rowArgument } from './context';
import { writeWhole } from './files';
import { longRequest } from './longRequest';
import { rewriteDocument } from './rewriteDocument';
import { withRuntime } from './withRuntime';

/** A machine that SSH reaches. */
interface SshMachine {
  readonly host: string;
}

/** A machine that a person chose: this one, or one that SSH reaches. */
type Machine = SshMachine | { readonly host: null };

/** The end of a link that is not this machine; its upper end may be a relay that runs. */
type LinkEnd = (SshMachine & { readonly isLower: boolean }) | { readonly relay: RunningDeployment };

/** Measures a model where one of its tiers runs, and lets the configuration use the times; one Undo takes that back. */
export async function profileModel(context: CommandContext, argument: unknown): Promise<MeasuredProfile | undefined> {
  const { model, plan } = measurable(context, argument);
  const config = await ensureConfig(model);
  const document = await vscode.workspace.openTextDocument(config);
  const hosts = hostsInConfig(document.getText());
  const index = placeOf(argument, 'tiers') ?? (await pickTier(plan, hosts));
  const tier = index === undefined ? undefined : plan.tiers[index];
  if (index === undefined || tier === undefined) return undefined;
  const place: TierPlace = { document, index, tier: tier.id };
  const devices = await context.server.request('dnnsplit/measuredDevices', { modelUri: model.modelUri });
  const machine = await pick(vscode.l10n.t('Measure tier {0}', tier.id), [
    ...machineItems(hosts[index], [thisMachine()]),
    ...devices.map((device) => measuredItem(device, () => calibrateTier(context, model, place, device))),
  ]);
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
  const others = devices.find(({ device }) => device === measured.device);
  const offer = others && { ...others, use: () => calibrateTier(context, model, place, others) };
  tellProfile(context, measured, place, offer);
  return measured;
}

/** Measures the way to a machine or a relay at one end of a link, and writes its figures into the configuration. */
export async function measureLinks(
  context: CommandContext,
  argument: unknown,
): Promise<LinkValues | WayValues | undefined> {
  const { model, plan } = measurable(context, argument);
  const config = await ensureConfig(model);
  const document = await vscode.workspace.openTextDocument(config);
  const hosts = hostsInConfig(document.getText());
  const index = placeOf(argument, 'links') ?? (await pickLink(plan.links));
  const link = index === undefined ? undefined : plan.links[index];
  if (index === undefined || link === undefined) return undefined;
  const end = await pickEnd(link, [hosts[index], hosts[index + 1]]);
  if (end === undefined) return undefined;
  const values = await valuesOf(context, end);
  const changes = Object.entries(values).map(([name, value]) => [['links', index, name], value] as const);
  await rewriteDocument(document, (before) =>
    withValues(
      before,
      changes.map(([path, value]) => [[...path], value]),
    ),
  );
  const { bandwidthMbps, latencyMs } = values;
  const down = 'downBandwidthMbps' in values ? bandwidthText(values.downBandwidthMbps) : vscode.l10n.t('not measured');
  void vscode.window.showInformationMessage(
    notificationText(
      vscode.l10n.t(
        '{0} to {1}: {2} up, {3} down, {4} each way. Written to {5}; Undo there takes it back.',
        ...[link.from, link.to, bandwidthText(bandwidthMbps), down, durationText(latencyMs), baseName(config.path)],
      ),
    ),
  );
  return values;
}

/** Measures the way to an end of a link. */
async function valuesOf(context: CommandContext, end: LinkEnd): Promise<LinkValues | WayValues> {
  const titleFor = (name: string) => notificationText(vscode.l10n.t('Measuring the way to {0}', name));
  if ('host' in end) {
    return await longRequest(context, titleFor(end.host), 'dnnsplit/measureLink', (token) => ({ ...end, token }));
  }
  const { url: address, token: accessToken } = end.relay;
  return await longRequest(context, titleFor(address), 'dnnsplit/measureWay', (token) => ({
    ...{ address, token },
    ...(accessToken !== undefined && { accessToken }),
  }));
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

/** Something to choose, and what is to be asked next once it is. */
interface Item<Chosen> extends vscode.QuickPickItem {
  readonly choose: () => Promise<Chosen | undefined>;
}

/** Lets a person choose, unless there is nothing to choose from. */
async function pick<Chosen>(placeHolder: string, items: readonly Item<Chosen>[]): Promise<Chosen | undefined> {
  const [first] = items;
  const chosen = items.length === 1 ? first : await vscode.window.showQuickPick(items, { placeHolder });
  return await chosen?.choose();
}

/** Other models instead of this one. */
function measuredItem({ device, models }: MeasuredDevice, use: () => Promise<void>): Item<never> {
  return {
    label: labelText(vscode.l10n.t('{0} models measured on {1}', models.length, device)),
    detail: vscode.l10n.t('Use their times for this model instead of measuring it'),
    choose: async () => {
      await use();
      return undefined;
    },
  };
}

function thisMachine(): Item<Machine> {
  return {
    label: vscode.l10n.t('This machine'),
    detail: vscode.l10n.t('Where the tier runs on a machine like this one'),
    choose: async () => ({ host: null }),
  };
}

/** Machines to choose from; one that the file names is connected to only once a person has agreed to its name. */
function machineItems<Chosen>(
  named: string | undefined,
  others: readonly Item<Chosen>[],
): readonly Item<Chosen | SshMachine>[] {
  return [
    ...(named === undefined ? [] : [namedMachine(named)]),
    ...others,
    { label: vscode.l10n.t('Another machine over SSH…'), choose: askForMachine },
  ];
}

function namedMachine(host: string): Item<SshMachine> {
  return {
    label: labelText(host),
    detail: vscode.l10n.t('Over SSH, as the configuration says'),
    choose: async () => ((await mayConnect(host)) ? { host } : undefined),
  };
}

async function askForMachine(): Promise<SshMachine | undefined> {
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
): Promise<LinkEnd | undefined> {
  const ends = [
    { label: labelText(to), description: labelText(upper ?? ''), isLower: false, named: upper },
    { label: labelText(from), description: labelText(lower ?? ''), isLower: true, named: lower },
  ];
  const placeHolder = vscode.l10n.t('Select the end of the link that is not this machine');
  const end = await vscode.window.showQuickPick(ends, { placeHolder });
  if (end === undefined) return undefined;
  const { isLower } = end;
  // A relay tells how what is sent to it arrives, not the other way round.
  const relays = isLower ? [] : [runningRelay(to)];
  const chosen = await pick(vscode.l10n.t('Measure the way to {0}', end.label), machineItems(end.named, relays));
  return chosen && ('host' in chosen ? { ...chosen, isLower } : chosen);
}

function runningRelay(tier: string): Item<{ readonly relay: RunningDeployment }> {
  return {
    label: vscode.l10n.t('A relay that runs there'),
    detail: vscode.l10n.t('Without SSH: the way up alone, as the relay sees it'),
    choose: async () => {
      const title = visibleText(vscode.l10n.t('Relay of tier {0}', tier));
      const relay = await askForServer(title, vscode.l10n.t('Address of the relay'));
      return relay && { relay };
    },
  };
}

interface CalibrationOffer extends MeasuredDevice {
  readonly use: () => Promise<void>;
}

/** Tells what was measured, and offers the models that were measured there before to describe the tier for all others. */
function tellProfile(
  { notifier }: CommandContext,
  { nodes, measuredNodes, device, runMs, warnings }: MeasuredProfile,
  { tier, document }: TierPlace,
  offer: CalibrationOffer | undefined,
): void {
  const told = vscode.l10n.t(
    '{0} of {1} nodes measured for tier {2} on {3}, {4} per run. {5} uses the times; Undo there takes that back.',
    ...[measuredNodes, nodes, tier, device, durationText(runMs), baseName(document.uri.path)],
  );
  const text = [told, ...warnings].map(notificationText).join(' ');
  if (offer === undefined) {
    void vscode.window.showInformationMessage(text);
    return;
  }
  const use = vscode.l10n.t('Use {0} Models for Others…', offer.models.length);
  void vscode.window.showInformationMessage(text, use).then((chosen) => {
    if (chosen === use) void notifier.attempt(offer.use);
  });
}
