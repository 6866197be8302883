import { DnnSplitError } from '../../shared/work/errors';
import { DisposableStore, type Releasable } from '../window/disposables';
import type { ModelStore } from './modelStore';

/**
 * Tells what is wrong with a configuration once, when it becomes wrong; the last good plan stays on the screen. What is
 * still or newly wrong at the saves after that is in the problems, the tree and the status bar.
 */
export class ConfigProblems implements Releasable {
  readonly #disposables = new DisposableStore();
  /** Configurations that are wrong now, and the models that say so. */
  readonly #wrong = new Map<string, Set<string>>();

  constructor(models: ModelStore, report: (error: DnnSplitError) => void) {
    this.#disposables.add(
      models.onDidChange(({ modelUri, snapshot }) => {
        if (snapshot?.configUri === undefined) return;
        const { configUri, configError } = snapshot;
        // A model that was closed says nothing any more.
        const saying = new Set([...(this.#wrong.get(configUri) ?? [])].filter((uri) => models.get(uri)));
        this.#wrong.set(configUri, saying);
        if (!configError) saying.delete(modelUri);
        else {
          if (saying.size === 0) report(DnnSplitError.fromData(configError));
          saying.add(modelUri);
        }
      }),
    );
  }

  dispose(): void {
    this.#disposables.dispose();
  }
}
