import * as vscode from 'vscode';
import type { RunningDeployment } from '../../shared/reports/verification';

/** Asks for the address of a tier that runs and for the token that it wants. */
export async function askForServer(title: string, prompt: string): Promise<RunningDeployment | undefined> {
  const url = await vscode.window.showInputBox({
    ...{ title, prompt, value: 'http://localhost:8000', ignoreFocusOut: true },
  });
  if (url === undefined || url.trim() === '') return undefined;
  const token = await vscode.window.showInputBox({
    ...{ title, prompt: vscode.l10n.t('Token that it wants; leave it empty for none'), ignoreFocusOut: true },
    password: true,
  });
  if (token === undefined) return undefined;
  return { url: url.trim(), ...(token !== '' && { token }) };
}
