/**
 * What the graph says of the node under the pointer when a context menu opens: `data-vscode-context` of its element, from
 * which VS Code makes keys for `when` clauses, and the argument of the command that is chosen.
 */
export interface GraphMenuContext {
  /** Editing of text has no meaning in a graph. */
  readonly preventDefaultContextMenuItems: true;
  readonly dnnsplitNode?: string;
  /** Index of the tier that runs it; the first, where a fold runs on several. */
  readonly dnnsplitTier?: number;
  readonly dnnsplitKind?: 'node' | 'fold' | 'input' | 'output';
  /** There is something to fold or unfold. */
  readonly dnnsplitFoldable?: boolean;
  /** There are graphs inside of it that can be opened. */
  readonly dnnsplitBodies?: boolean;
  /** It is inside of such a graph, so that no plan moves it. */
  readonly dnnsplitInside?: boolean;
  /** A plan can be cut after it. */
  readonly dnnsplitCuttable?: boolean;
  /** A pin of it is tried, so that it can be lifted. */
  readonly dnnsplitPinned?: boolean;
}
