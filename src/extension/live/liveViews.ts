import type { LiveView } from '../../shared/reports/live';
import type { Releasable } from '../window/disposables';
import { Emitter } from '../window/emitter';

/** The running chains that graphs follow, one per model at most; a graph that is closed ends what it follows. */
export class LiveViews implements Releasable {
  readonly #followed = new Map<string, { readonly watch: Releasable; view: LiveView | null }>();
  readonly #changed = new Emitter<{ readonly modelUri: string; readonly view: LiveView | null }>();
  readonly onDidChange = this.#changed.event;

  /** What is followed for a model. */
  get(modelUri: string): LiveView | null {
    return this.#followed.get(modelUri)?.view ?? null;
  }

  /** Follows a chain instead of the one before. */
  follow(modelUri: string, watch: Releasable): void {
    this.#followed.get(modelUri)?.watch.dispose();
    this.#followed.set(modelUri, { watch, view: null });
  }

  /** Shows what a watch has seen, unless it has been replaced. */
  show(modelUri: string, watch: Releasable, view: LiveView): void {
    const followed = this.#followed.get(modelUri);
    if (followed?.watch !== watch) return;
    followed.view = view;
    this.#changed.fire({ modelUri, view });
  }

  stop(modelUri: string): void {
    const followed = this.#followed.get(modelUri);
    if (followed === undefined) return;
    this.#followed.delete(modelUri);
    followed.watch.dispose();
    this.#changed.fire({ modelUri, view: null });
  }

  dispose(): void {
    for (const modelUri of [...this.#followed.keys()]) this.stop(modelUri);
    this.#changed.dispose();
  }
}
