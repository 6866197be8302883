/**
 * Figures of somebody else's for the nodes of a model, as a file of Model Explorer has them, by the place of each node in
 * the order of the split graph.
 */
export interface NodeData {
  readonly name: string;
  readonly values: readonly (number | string | null)[];
  /** As `rgb(...)` or `rgba(...)`; `null` where the file gives none. */
  readonly colors: readonly (string | null)[];
  /** Nodes that have a value. */
  readonly matched: number;
  /** Entries of the file that belong to no node, and the first few of them. */
  readonly unmatched: number;
  readonly examples: readonly string[];
  /** Colors that were not understood, so that their nodes have none. */
  readonly unreadColors: number;
}

/** Four significant digits are enough to compare nodes by; their unit is not known. */
export function nodeValueText(value: number | string): string {
  return typeof value === 'string' ? value : String(Number(value.toPrecision(4)));
}

/** What files of node data can be made of a plan: where each node runs, its time there, or its time on one tier. */
export type NodeDataSubject = 'tier' | 'time' | { readonly tier: number };
