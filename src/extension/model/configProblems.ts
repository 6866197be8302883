import { DnnSplitError } from '../../protocol/errors';
import { DisposableStore, type Releasable } from '../disposables';
import type { ModelStore } from './modelStore';

/** Tells what is wrong with a configuration once, when it becomes wrong; the last good plan stays on the screen. */
export class ConfigProblems implements Releasable {
  readonly #disposables = new DisposableStore();
  /** The sentence of each configuration that is wrong now. */
  readonly #wrong = new Map<string, string>();

  constructor(models: ModelStore, report: (error: DnnSplitError) => void) {
    this.#disposables.add(
      models.onDidChange(({ snapshot }) => {
        if (snapshot?.configUri === undefined) return;
        const { configUri, configError } = snapshot;
        const before = this.#wrong.get(configUri);
        if (!configError) this.#wrong.delete(configUri);
        else if (before !== configError.message) {
          this.#wrong.set(configUri, configError.message);
          report(DnnSplitError.fromData(configError));
        }
      }),
    );
  }

  dispose(): void {
    this.#disposables.dispose();
  }
}
