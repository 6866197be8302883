import * as vscode from 'vscode';
import { labelText } from '../../shared/escape/workbench';
import { RelayWatch, type Trouble } from '../live/relayWatch';
import { requireTrust } from '../window/trust';
import { type CommandContext, requireDisk, requireModel } from './context';

/** By the address: asked for once, and forgotten with the window. */
const tokens = new Map<string, string>();
let lastAddress = 'http://127.0.0.1:8000';

/** Shows what running tiers of a model do in its graph; asks for the address of the first one, and for a token where it wants one. */
export async function followRelay(context: CommandContext, argument: unknown): Promise<void> {
  requireDisk();
  requireTrust();
  const { modelUri } = requireModel(context, argument);
  const given = await vscode.window.showInputBox({
    title: vscode.l10n.t('Follow Running Tiers'),
    prompt: vscode.l10n.t('Address of the relay of the first tier'),
    value: lastAddress,
    ignoreFocusOut: true,
    validateInput: (text) => (originOf(text) === undefined ? vscode.l10n.t('Enter an http or https address.') : null),
  });
  const address = given && originOf(given);
  if (!address) return;
  lastAddress = address;
  context.graphs.show(vscode.Uri.parse(modelUri, true), vscode.ViewColumn.Beside);
  if ((await follow(context, modelUri, address)) !== 'token') return;
  const token = await vscode.window.showInputBox({
    title: labelText(address),
    prompt: vscode.l10n.t('Token of the relay'),
    password: true,
    ignoreFocusOut: true,
  });
  if (!token) return;
  tokens.set(address, token);
  await follow(context, modelUri, address);
}

/** @returns what came in the way of the first look */
function follow({ live }: CommandContext, modelUri: string, address: string): Promise<Trouble | undefined> {
  const watch = new RelayWatch({
    address,
    token: tokens.get(address),
    fetch,
    now: Date.now,
    everyMs: 1000,
    sentence: (trouble) => sentenceOf(trouble, address),
    show: (view) => live.show(modelUri, watch, view),
  });
  live.follow(modelUri, watch);
  return watch.look();
}

function sentenceOf(trouble: Trouble, address: string): string {
  switch (trouble) {
    case 'token':
      return vscode.l10n.t('The relay at {0} wants a token. Follow it again to enter one.', address);
    case 'noRelay':
      return vscode.l10n.t('What answers at {0} is not a DNNSplit relay. Check the address.', address);
    case 'unreachable':
      return vscode.l10n.t('No relay answers at {0}. Check that it runs; it is asked again every second.', address);
  }
}

function originOf(text: string): string | undefined {
  if (!/^https?:\/\//i.test(text.trim()) || !URL.canParse(text.trim())) return undefined;
  const { origin, pathname } = new URL(text.trim());
  return `${origin}${pathname.replace(/\/$/, '')}`;
}
