import * as vscode from 'vscode';
import { markdownText } from '../../shared/escape/markdown';
import { visibleText } from '../../shared/escape/visible';
import type { ModelEntry, ModelStore } from '../model/modelStore';
import type { Selection, SelectionHub } from '../model/selection';
import { DisposableStore, type Releasable } from '../window/disposables';
import { baseName } from '../window/paths';
import { modelRows, RowIndex } from './modelRows';
import { RefreshWatch } from './refreshWatch';
import { rowText, type TreeRow } from './row';
import { type ShownRow, ShownRows } from './shownRows';

export const splitTreeView = 'dnnsplit.splits';

/** The tree of the active model in the side bar. */
export class SplitTree implements vscode.TreeDataProvider<ShownRow>, Releasable {
  readonly #disposables = new DisposableStore();
  readonly #changed = this.#disposables.add(new vscode.EventEmitter<ShownRow[] | undefined>());
  readonly #view: vscode.TreeView<ShownRow>;
  readonly #rows = new ShownRows();
  readonly #watch: RefreshWatch;
  #index = new RowIndex([]);
  #shownRevision: string | undefined;
  #shownModel: string | undefined;
  /** Rows that are being selected here because they were elsewhere: by the time they are, something else may be. */
  readonly #following = new Set<ShownRow>();

  /**
   * Nothing is selected, or a row that the workbench is asking for anew: then it cannot say which one, and says nothing again
   * when it can.
   */
  #isSelectionOpen = false;

  readonly onDidChangeTreeData = this.#changed.event;

  constructor(
    private readonly models: ModelStore,
    private readonly selection: SelectionHub,
  ) {
    this.#view = this.#disposables.add(
      vscode.window.createTreeView(splitTreeView, { treeDataProvider: this, showCollapseAll: true }),
    );
    this.#watch = this.#disposables.add(
      new RefreshWatch(
        () => this.#view.visible,
        () => this.#changed.fire(undefined),
      ),
    );
    this.#disposables.add(this.#view.onDidChangeVisibility(() => this.#watch.shown()));
    this.#disposables.add(models.onDidChangeActive((model) => this.#refresh(model)));
    this.#disposables.add(
      models.onDidChange((model) => {
        if (model === models.active) this.#refresh(model);
      }),
    );
    this.#disposables.add(
      this.#view.onDidChangeSelection(({ selection: [shown] }) => {
        this.#isSelectionOpen = shown === undefined;
        if (shown !== undefined && !this.#following.has(shown)) this.#announce(shown.row);
      }),
    );
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

  getChildren(shown?: ShownRow): ShownRow[] {
    if (shown === undefined) this.#watch.askedForRoots();
    return (shown?.row.children ?? this.roots).map((row) => this.#rows.of(row));
  }

  getParent({ row }: ShownRow): ShownRow | undefined {
    const parent = this.#index.parentOf(row);
    return parent && this.#rows.of(parent);
  }

  getTreeItem({ row }: ShownRow): vscode.TreeItem {
    this.#watch.askedForRow(row.id);
    if (this.#isSelectionOpen) setTimeout(() => this.#settleSelection());
    const state =
      row.children.length === 0
        ? vscode.TreeItemCollapsibleState.None
        : row.expanded
          ? vscode.TreeItemCollapsibleState.Expanded
          : vscode.TreeItemCollapsibleState.Collapsed;
    const item = new vscode.TreeItem(visibleText(row.label), state);
    item.id = `${this.models.active?.modelUri ?? ''}#${row.id}`;
    item.description = visibleText(row.description);
    item.iconPath = new vscode.ThemeIcon(
      row.icon,
      row.color === undefined ? undefined : new vscode.ThemeColor(row.color),
    );
    item.contextValue = row.kind;
    if (row.command !== undefined) item.command = { command: `dnnsplit.${row.command}`, title: row.label };
    item.accessibilityInformation = { label: visibleText(row.spoken ?? rowText(row)) };
    return item;
  }

  resolveTreeItem(item: vscode.TreeItem, { row }: ShownRow): vscode.TreeItem {
    item.tooltip = new vscode.MarkdownString(row.tooltip?.() ?? markdownText(rowText(row)));
    return item;
  }

  dispose(): void {
    this.#disposables.dispose();
  }

  #refresh(model: ModelEntry | undefined): void {
    this.#view.description = model ? visibleText(baseName(decodeURIComponent(model.modelUri))) : '';
    const { snapshot } = model ?? {};
    const shown = snapshot && `${snapshot.modelUri} ${snapshot.revision} ${snapshot.state}`;
    if (shown === this.#shownRevision) return;
    this.#shownRevision = shown;
    this.#index = new RowIndex(modelRows(snapshot, vscode.l10n.t));
    const changed = this.#rows.update(this.roots);
    // Rows of two models have ids in common, but nothing else.
    const isSameModel = this.#shownModel === snapshot?.modelUri;
    this.#shownModel = snapshot?.modelUri;
    if (changed === undefined || !isSameModel) {
      this.#watch.told('roots');
      this.#changed.fire(undefined);
    } else if (changed.length > 0) {
      this.#watch.told(changed.map(({ row }) => row.id));
      this.#changed.fire([...changed]);
    }
  }

  /** Tells of the row that was selected while it was asked for anew, once there is one. */
  #settleSelection(): void {
    const [shown] = this.#view.selection;
    if (!this.#isSelectionOpen || shown === undefined) return;
    this.#isSelectionOpen = false;
    if (!this.#following.has(shown)) this.#announce(shown.row);
  }

  #announce(row: TreeRow): void {
    const modelUri = this.models.active?.modelUri;
    if (modelUri === undefined || !row.nodeIds) return;
    const { nodeIds, place } = row;
    this.selection.select({ modelUri, nodeIds, ...(place && { place }), source: this });
  }

  /** Shows what was selected elsewhere, where the tree has it and is on the screen. */
  async #follow({ nodeIds, place }: Selection): Promise<void> {
    const row = place ? this.#index.rowOf(place) : this.#index.candidateAfter(nodeIds);
    if (row === undefined || !this.#view.visible) return;
    const shown = this.#rows.of(row);
    this.#following.add(shown);
    try {
      await this.#view.reveal(shown, { select: true, focus: false });
    } finally {
      this.#following.delete(shown);
    }
  }
}
