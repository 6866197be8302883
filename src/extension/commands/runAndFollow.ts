import { createServer } from 'node:net';
import * as vscode from 'vscode';
import { planPathOf } from '../window/paths';
import { requireTrust } from '../window/trust';
import { type CommandContext, requireDisk, requireModel, requirePlan } from './context';
import { followAt } from './followRelay';

/**
 * Runs every tier of the plan that is shown in a terminal, over a link whose bandwidth a person or a trace moves, asks with
 * random inputs, and shows in the graph how the tiers follow.
 */
export async function runAndFollow(context: CommandContext, argument: unknown): Promise<void> {
  requireDisk();
  requireTrust();
  const model = requireModel(context, argument);
  const { linkRegimes } = requirePlan(model);
  const { modelUri } = model;
  const asked = await askForBandwidths();
  if (asked === undefined) return;
  const planPath = await writeScratchPlan(context, modelUri);
  const port = await freePort();
  // Where the same cut is best at every bandwidth there is nothing to adapt.
  const follows = (linkRegimes[0] ?? []).length > 1 ? ['--adaptive'] : [];
  const { fsPath: program } = vscode.Uri.joinPath(context.extensionUri, 'dist', 'cli.js');
  const terminal = vscode.window.createTerminal({
    name: vscode.l10n.t('Running Tiers'),
    iconPath: new vscode.ThemeIcon('pulse'),
    shellPath: process.execPath,
    shellArgs: [program, 'run', planPath, ...follows, '--port', String(port), ...asked],
    env: { ELECTRON_RUN_AS_NODE: '1', DNNSPLIT_RUNTIME_FOLDER: context.storageUri.fsPath },
  });
  terminal.show(true);
  context.graphs.show(vscode.Uri.parse(modelUri, true), vscode.ViewColumn.Beside);
  const isTyped = asked.includes('--ask');
  await followAt(context, modelUri, `http://127.0.0.1:${port}`, {
    emulate: isTyped ? (mbps) => terminal.sendText(String(mbps)) : undefined,
    end: () => terminal.dispose(),
  });
}

/** Options of the program; nothing where a person decides otherwise. */
async function askForBandwidths(): Promise<string[] | undefined> {
  const byHand = vscode.l10n.t('Move the Bandwidth by Hand');
  const byTrace = vscode.l10n.t('Follow a Trace File…');
  const title = vscode.l10n.t('Run Locally and Follow');
  const placeHolder = vscode.l10n.t('What the bandwidth between the first two tiers does');
  const chosen = await vscode.window.showQuickPick([byHand, byTrace], { title, placeHolder });
  if (chosen !== byTrace) return chosen === undefined ? undefined : ['--ask'];
  const filters = { [vscode.l10n.t('Bandwidth traces with the line seconds,mbps')]: ['csv'] };
  const [trace] = (await vscode.window.showOpenDialog({ title: byTrace, filters })) ?? [];
  return trace === undefined ? undefined : ['--trace', trace.fsPath];
}

/** The plan that is shown, outside of the workspace. @returns its path */
async function writeScratchPlan({ server, storageUri }: CommandContext, modelUri: string): Promise<string> {
  const { path } = vscode.Uri.parse(modelUri, true);
  const planUri = vscode.Uri.joinPath(storageUri, 'running', planPathOf(path).split('/').at(-1) ?? '');
  const { text } = await server.request('dnnsplit/exportPlan', { modelUri, planUri: planUri.toString() });
  await vscode.workspace.fs.writeFile(planUri, new TextEncoder().encode(text));
  return planUri.fsPath;
}

function freePort(): Promise<number> {
  return new Promise((done, fail) => {
    const server = createServer().once('error', fail);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => done(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}
