import * as vscode from 'vscode';
import { DisposableStore, type Releasable } from '../disposables';
import type { ModelEntry, ModelStore } from '../model/modelStore';
import { baseName } from '../model/paths';
import type { Selection, SelectionHub } from '../model/selection';
import { modelRows, RowIndex } from './modelRows';
import { rowText, type TreeRow } from './row';
import { escapeMarkdown } from './words';

export const splitTreeView = 'dnnsplit.splits';

/** The tree of the active model in the side bar. */
export class SplitTree implements vscode.TreeDataProvider<TreeRow>, Releasable {
  readonly #disposables = new DisposableStore();
  readonly #changed = this.#disposables.add(new vscode.EventEmitter<undefined>());
  readonly #view: vscode.TreeView<TreeRow>;
  #index = new RowIndex([]);
  #shownRevision: string | undefined;

  readonly onDidChangeTreeData = this.#changed.event;

  constructor(
    private readonly models: ModelStore,
    private readonly selection: SelectionHub,
  ) {
    this.#view = this.#disposables.add(
      vscode.window.createTreeView(splitTreeView, { treeDataProvider: this, showCollapseAll: true }),
    );
    this.#disposables.add(models.onDidChangeActive((model) => this.#refresh(model)));
    this.#disposables.add(
      models.onDidChange((model) => {
        if (model === models.active) this.#refresh(model);
      }),
    );
    this.#disposables.add(this.#view.onDidChangeSelection(({ selection: [row] }) => this.#announce(row)));
    this.#disposables.add(
      selection.onDidSelect((selected) => {
        if (selected.source !== this && selected.modelUri === models.active?.modelUri) void this.#follow(selected);
      }),
    );
    this.#refresh(models.active);
  }

  /** The rows as they are shown now. */
  get roots(): readonly TreeRow[] {
    return this.#index.roots;
  }

  getChildren(row?: TreeRow): TreeRow[] {
    return [...(row?.children ?? this.roots)];
  }

  getParent(row: TreeRow): TreeRow | undefined {
    return this.#index.parentOf(row);
  }

  getTreeItem(row: TreeRow): vscode.TreeItem {
    const state =
      row.children.length === 0
        ? vscode.TreeItemCollapsibleState.None
        : row.expanded
          ? vscode.TreeItemCollapsibleState.Expanded
          : vscode.TreeItemCollapsibleState.Collapsed;
    const item = new vscode.TreeItem(row.label, state);
    item.id = `${this.models.active?.modelUri ?? ''}#${row.id}`;
    item.description = row.description;
    item.iconPath = new vscode.ThemeIcon(
      row.icon,
      row.color === undefined ? undefined : new vscode.ThemeColor(row.color),
    );
    item.contextValue = row.kind;
    item.accessibilityInformation = { label: row.spoken ?? rowText(row) };
    return item;
  }

  resolveTreeItem(item: vscode.TreeItem, row: TreeRow): vscode.TreeItem {
    item.tooltip = new vscode.MarkdownString(row.tooltip?.() ?? escapeMarkdown(rowText(row)));
    return item;
  }

  dispose(): void {
    this.#disposables.dispose();
  }

  #refresh(model: ModelEntry | undefined): void {
    this.#view.description = model ? baseName(decodeURIComponent(model.modelUri)) : '';
    const { snapshot } = model ?? {};
    const shown = snapshot && `${snapshot.modelUri} ${snapshot.revision} ${snapshot.state}`;
    if (shown === this.#shownRevision) return;
    this.#shownRevision = shown;
    this.#index = new RowIndex(modelRows(snapshot, vscode.l10n.t));
    this.#changed.fire(undefined);
  }

  #announce(row: TreeRow | undefined): void {
    const modelUri = this.models.active?.modelUri;
    if (modelUri === undefined || !row?.nodeIds) return;
    const { nodeIds, place } = row;
    this.selection.select({ modelUri, nodeIds, ...(place && { place }), source: this });
  }

  /** Shows what was selected elsewhere, where the tree has it and is on the screen. */
  async #follow({ nodeIds, place }: Selection): Promise<void> {
    const row = place ? this.#index.rowOf(place) : this.#index.candidateAfter(nodeIds);
    if (row && this.#view.visible) await this.#view.reveal(row, { select: true, focus: false });
  }
}
