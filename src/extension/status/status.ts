import * as vscode from 'vscode';
import { markdownText } from '../../shared/escape/markdown';
import type { ModelEntry, ModelStore } from '../model/modelStore';
import { DisposableStore, type Releasable } from '../window/disposables';
import { baseName } from '../window/paths';
import { statusText } from './statusText';

/** What to do next, as commands with their titles. */
const nextSteps = (): readonly (readonly [string, string])[] => [
  ['dnnsplit.openGraph', vscode.l10n.t('Open Graph')],
  ['dnnsplit.selectObjective', vscode.l10n.t('Select Objective')],
  ['dnnsplit.exportPlan', vscode.l10n.t('Export Plan')],
  ['dnnsplit.openConfig', vscode.l10n.t('Open Configuration')],
  ['dnnsplit.showLog', vscode.l10n.t('Show Log')],
];

/** One entry of the status bar while a model is active: its plan in one line. */
export class PlanStatus implements Releasable {
  readonly #disposables = new DisposableStore();
  readonly #item: vscode.StatusBarItem;

  constructor(private readonly models: ModelStore) {
    this.#item = this.#disposables.add(
      vscode.window.createStatusBarItem('dnnsplit.plan', vscode.StatusBarAlignment.Left, 0),
    );
    this.#item.name = vscode.l10n.t('DNNSplit Plan');
    this.#item.command = 'dnnsplit.splits.focus';
    this.#disposables.add(models.onDidChangeActive((model) => this.#update(model)));
    this.#disposables.add(
      models.onDidChange((model) => {
        if (model === this.models.active) this.#update(model);
      }),
    );
  }

  /** What the entry says; nothing while it is hidden. */
  get text(): string | undefined {
    return this.models.active && this.#item.text;
  }

  dispose(): void {
    this.#disposables.dispose();
  }

  #update(model: ModelEntry | undefined): void {
    if (!model) {
      this.#item.hide();
      return;
    }
    this.#item.text = statusText(model, vscode.l10n.t);
    this.#item.tooltip = this.#tooltip(model);
    this.#item.accessibilityInformation = {
      label: this.#item.text.replace(/(?<!\\)\$\([^)]*\) ?/g, '').replaceAll('\\$(', '$('),
    };
    this.#item.show();
  }

  #tooltip({ modelUri, snapshot, progress }: ModelEntry): vscode.MarkdownString {
    const said =
      snapshot?.configError?.message ?? snapshot?.error?.message ?? progress?.stage ?? snapshot?.plan?.advice;
    const links = nextSteps().map(([command, title]) => `[${title}](command:${command})`);
    const tooltip = new vscode.MarkdownString(
      [
        `**${markdownText(baseName(decodeURIComponent(modelUri)))}**`,
        markdownText(said?.replaceAll('`', '') ?? ''),
        links.join(' | '),
      ].join('\n\n'),
    );
    tooltip.isTrusted = { enabledCommands: nextSteps().map(([command]) => command) };
    return tooltip;
  }
}
