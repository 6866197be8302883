import type { Event } from 'vscode';
import type { Releasable } from '../window/disposables';
import { Emitter } from '../window/emitter';
import type { PlanPlace } from './planPlaces';

/** Nodes that a person selected somewhere, to be shown everywhere else. */
export interface Selection {
  readonly modelUri: string;
  readonly nodeIds: readonly string[];
  /** The tier or link of the plan that was meant, where one was. */
  readonly place?: PlanPlace;
  /** Who selected; that one does not follow its own selection. */
  readonly source: object;
}

/** Carries selections between the tree and the graph views. */
export class SelectionHub implements Releasable {
  readonly #changed = new Emitter<Selection>();
  #last: Selection | undefined;

  readonly onDidSelect: Event<Selection> = this.#changed.event;

  /** What is selected in a model now. */
  selectedIn(modelUri: string): readonly string[] {
    return this.#last?.modelUri === modelUri ? this.#last.nodeIds : [];
  }

  select(selection: Selection): void {
    this.#last = selection;
    this.#changed.fire(selection);
  }

  dispose(): void {
    this.#changed.dispose();
  }
}
