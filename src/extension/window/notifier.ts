import * as vscode from 'vscode';
import { visibleLines } from '../../shared/escape/visible';
import { notificationText } from '../../shared/escape/workbench';
import type { DnnSplitError } from '../../shared/work/errors';
import { readableError } from './readableError';
import { requestError } from './requestErrors';
import { notTrusted } from './trust';

/** Tells a person about failures: one sentence, once, with the way to the log. Everything else is for the log alone. */
export class Notifier {
  readonly #onScreen = new Set<string>();
  readonly #told: string[] = [];

  constructor(private readonly log: vscode.LogOutputChannel) {}

  /** The sentences that were shown so far. */
  get told(): readonly string[] {
    return this.#told;
  }

  /** Shows an error unless the same sentence is on the screen; what a person canceled is no error. */
  report(thrown: unknown): void {
    const error = requestError(thrown);
    const { code, detail } = error;
    if (code === 'canceled') return;
    this.log.error(visibleLines(detail === undefined ? error.message : `${error.message}\n${detail}`));
    const message = notificationText(readableError(error.toData()).message);
    if (this.#onScreen.has(message)) return;
    this.#onScreen.add(message);
    this.#told.push(message);
    void this.#show(error, message).finally(() => this.#onScreen.delete(message));
  }

  /** Runs work whose failure a person shall see; nothing when it failed. */
  async attempt<T>(work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await work();
    } catch (thrown) {
      this.report(thrown);
      return undefined;
    }
  }

  async #show({ code, detail }: DnnSplitError, message: string): Promise<void> {
    const showLog = vscode.l10n.t('Show Log');
    const restart = vscode.l10n.t('Restart Server');
    const trust = vscode.l10n.t('Manage Workspace Trust');
    const ways = detail === notTrusted ? [trust] : [showLog];
    const buttons = code === 'worker-crashed' ? [restart, ...ways] : ways;
    const show = code === 'infeasible' ? vscode.window.showWarningMessage : vscode.window.showErrorMessage;
    const chosen = await show(message, ...buttons);
    if (chosen === showLog) this.log.show();
    if (chosen === trust) await vscode.commands.executeCommand('workbench.trust.manage');
    if (chosen === restart) await vscode.commands.executeCommand('dnnsplit.restartServer');
  }
}
