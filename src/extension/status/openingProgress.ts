import * as vscode from 'vscode';
import { notificationText } from '../../shared/escape/workbench';
import type { ModelStore, OpeningModel } from '../model/modelStore';
import { splitTreeView } from '../tree/splitTree';
import { DisposableStore, type Releasable } from '../window/disposables';
import { baseName } from '../window/paths';

/** From here on a notification offers to cancel; shorter work only shows in the view. */
const patienceMs = 2000;

/** Shows that a model is being opened: in the side bar at once, as a notification when it takes long. */
export class OpeningProgress implements Releasable {
  readonly #disposables = new DisposableStore();

  constructor(private readonly models: ModelStore) {
    this.#disposables.add(models.onDidStartOpening((opening) => this.#watch(opening)));
  }

  dispose(): void {
    this.#disposables.dispose();
  }

  #watch(opening: OpeningModel): void {
    void vscode.window.withProgress({ location: { viewId: splitTreeView } }, () => opening.settled);
    const timer = setTimeout(() => this.#notify(opening), patienceMs);
    const watch = this.#disposables.add({ dispose: () => clearTimeout(timer) });
    void opening.settled.finally(() => this.#disposables.release(watch));
  }

  #notify({ modelUri, settled }: OpeningModel): void {
    const title = notificationText(vscode.l10n.t('Analyzing {0}', baseName(decodeURIComponent(modelUri))));
    const options = { location: vscode.ProgressLocation.Notification, title, cancellable: true };
    void vscode.window.withProgress(options, async (progress, token) => {
      let percent = 0;
      const parts = new DisposableStore();
      parts.add(token.onCancellationRequested(() => this.models.cancel(modelUri)));
      parts.add(
        this.models.onDidChange((model) => {
          if (model.modelUri !== modelUri || !model.progress) return;
          const { stage, fraction } = model.progress;
          const next = Math.round(100 * (fraction ?? 0));
          progress.report({ message: stage, increment: Math.max(0, next - percent) });
          percent = Math.max(percent, next);
        }),
      );
      await settled.finally(() => parts.dispose());
    });
  }
}
