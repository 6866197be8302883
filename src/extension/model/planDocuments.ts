import * as vscode from 'vscode';
import { isReadable } from '../../files/editorFiles';
import { DisposableStore, type Releasable } from '../window/disposables';
import type { ModelStore } from './modelStore';
import { PlanText, placeAt } from './planPlaces';
import type { Selection, SelectionHub } from './selection';

/**
 * Ties plan documents to the graph and the tree: the cursor in a tier or link selects it there, and what is selected
 * there is shown in the document.
 */
export class PlanDocuments implements Releasable {
  readonly #disposables = new DisposableStore();
  #lastPlace = '';

  constructor(
    private readonly models: ModelStore,
    private readonly selection: SelectionHub,
  ) {
    this.#disposables.add(vscode.window.onDidChangeTextEditorSelection((change) => this.#announce(change)));
    this.#disposables.add(selection.onDidSelect((selected) => this.#follow(selected)));
  }

  dispose(): void {
    this.#disposables.dispose();
  }

  #announce({ textEditor, kind, selections: [cursor] }: vscode.TextEditorSelectionChangeEvent): void {
    const { document } = textEditor;
    // Only what a person did: moves by programs have no kind, and would come back to where they began.
    if (kind === undefined || !cursor || !isPlan(document)) return;
    const text = document.getText();
    const place = placeAt(text, document.offsetAt(cursor.active));
    const placeKey = `${document.uri}#${document.version}#${place?.list}#${place?.index}`;
    if (placeKey === this.#lastPlace) return;
    this.#lastPlace = placeKey;
    if (!place) return;
    const plan = new PlanText(text);
    const modelUri = modelOf(document, plan);
    if (modelUri === undefined || !this.models.get(modelUri)) return;
    this.selection.select({ modelUri, nodeIds: plan.nodesOf(place), place, source: this });
  }

  #follow({ modelUri, nodeIds, place, source }: Selection): void {
    if (source === this) return;
    this.#lastPlace = '';
    for (const editor of vscode.window.visibleTextEditors) {
      if (!isPlan(editor.document)) continue;
      const plan = new PlanText(editor.document.getText());
      if (modelOf(editor.document, plan) !== modelUri) continue;
      const shown = place ?? plan.placeOf(nodeIds);
      const range = shown && plan.rangeOf(shown);
      if (range) show(editor, range);
    }
  }
}

function show(editor: vscode.TextEditor, { offset, length }: { offset: number; length: number }): void {
  const start = editor.document.positionAt(offset);
  editor.selection = new vscode.Selection(start, start);
  const range = new vscode.Range(start, editor.document.positionAt(offset + length));
  editor.revealRange(range, vscode.TextEditorRevealType.InCenterIfOutsideViewport);
}

function isPlan({ uri }: vscode.TextDocument): boolean {
  return isReadable(uri) && uri.path.endsWith('.splitplan.json');
}

function modelOf({ uri }: vscode.TextDocument, { modelFile }: PlanText): string | undefined {
  return modelFile === undefined ? undefined : vscode.Uri.joinPath(uri, '..', modelFile).toString();
}
