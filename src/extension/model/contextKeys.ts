import * as vscode from 'vscode';
import { seesEditorFiles } from '../../files/editorFiles';
import { hasOverrides } from '../../shared/protocol/overrides';
import { DisposableStore, type Releasable } from '../window/disposables';
import type { ModelEntry, ModelStore } from './modelStore';

/** Keeps the `when` clauses of the manifest informed about the active model. */
export class ContextKeys implements Releasable {
  readonly #disposables = new DisposableStore();
  readonly #values = new Map<string, unknown>();

  constructor(models: ModelStore) {
    this.#disposables.add(models.onDidChangeActive((model) => this.#update(model)));
    this.#disposables.add(
      models.onDidChange((model) => {
        if (model === models.active) this.#update(model);
      }),
    );
    this.#set('dnnsplit.disk', !seesEditorFiles);
    this.#update(models.active);
  }

  dispose(): void {
    this.#disposables.dispose();
  }

  #update(model: ModelEntry | undefined): void {
    const { snapshot } = model ?? {};
    this.#set('dnnsplit.model', stateOf(model));
    this.#set('dnnsplit.planned', snapshot?.plan !== undefined);
    this.#set('dnnsplit.overridden', model !== undefined && hasOverrides(model.overrides));
    const { openDimensions = [], madeDimensions = [] } = snapshot?.analysis ?? {};
    this.#set('dnnsplit.openDimensions', openDimensions.length + madeDimensions.length > 0);
  }

  #set(key: string, value: unknown): void {
    if (this.#values.get(key) === value) return;
    this.#values.set(key, value);
    void vscode.commands.executeCommand('setContext', key, value);
  }
}

function stateOf(model: ModelEntry | undefined): 'none' | 'analyzing' | 'ready' | 'failed' | 'canceled' {
  if (!model) return 'none';
  const { snapshot, busy } = model;
  if (snapshot?.state === 'ready') return 'ready';
  if (snapshot?.state !== 'failed' || busy) return 'analyzing';
  return snapshot.error?.code === 'canceled' ? 'canceled' : 'failed';
}
