import * as vscode from 'vscode';
import { hasOverrides } from '../../shared/protocol/overrides';
import { DisposableStore, type Releasable } from '../window/disposables';
import { defaultObjective } from '../window/settings';
import type { ModelEntry, ModelStore } from './modelStore';

/** Applies the objective of the settings to models without a `dnnsplit.json`. */
export class DefaultObjective implements Releasable {
  readonly #disposables = new DisposableStore();

  constructor(
    models: ModelStore,
    private readonly report: (thrown: unknown) => void,
  ) {
    this.#disposables.add(
      models.onDidStartOpening(({ modelUri, settled }) => {
        void settled.then(() => {
          const model = models.get(modelUri);
          if (model && !hasOverrides(model.overrides)) this.#apply(models, model);
        });
      }),
    );
    this.#disposables.add(
      vscode.workspace.onDidChangeConfiguration((change) => {
        if (!change.affectsConfiguration('dnnsplit.plan.defaultObjective')) return;
        for (const model of models.models) this.#apply(models, model);
      }),
    );
  }

  dispose(): void {
    this.#disposables.dispose();
  }

  #apply(models: ModelStore, { modelUri, overrides, snapshot }: ModelEntry): void {
    if (snapshot?.state !== 'ready' || snapshot.configUri !== undefined) return;
    const objective = defaultObjective(vscode.Uri.parse(modelUri, true));
    if (objective === overrides.objective) return;
    const { objective: _before, ...others } = overrides;
    const wanted = objective === undefined ? others : { ...others, objective };
    models.override(modelUri, wanted).catch(this.report);
  }
}
