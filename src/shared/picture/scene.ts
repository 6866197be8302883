/**
 * The laid-out picture that the webview draws and `dnnsplit graph` writes as SVG or PDF. Coordinates are in CSS pixels at zoom 1,
 * x to the right, y downwards. It does not depend on the plan, so re-planning never lays out again: tiers come separately
 * as one digit per node.
 */
export interface SceneNode {
  /** Stable id: of the node; of a fold, `fold:<first id>..<last id>`. */
  readonly id: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly kind: 'input' | 'node' | 'output' | 'fold';
  /** First line: the operator, or what is folded. */
  readonly title: string;
  /** Second line, dimmed: the output's shape. */
  readonly subtitle: string;
  /** Family of the operator, for the bar at the left edge. */
  readonly family: OpFamily;
  /** Readable name of the node. */
  readonly label: string;
  /** Indices into the order of the split graph that it stands for; one for a node, several for a fold, none for graph inputs and outputs. */
  readonly orderIndices: readonly number[];
  /** For folds: how many identical copies it stands for. */
  readonly repeats?: number;
  readonly macs: number | null;
  readonly outputBytes: number | null;
  readonly weightBytes: number;
  /** State that it reads first and so keeps from call to call; absent where there is none. */
  readonly stateBytes?: number;
  /** Graphs inside of the node, each of which can be opened as a picture of its own; absent where there are none. */
  readonly bodies?: readonly BodyInfo[];
}

/** A graph inside of a node: a branch of an `If`, the body of a `Loop` or a `Scan`. */
export interface BodyInfo {
  /** Begins the ids of its nodes: `12/then_branch`. */
  readonly id: string;
  readonly name: string;
  /** How many nodes it has, calls of functions counted as one. */
  readonly nodes: number;
}

export type OpFamily =
  | 'convolution'
  | 'matrix'
  | 'activation'
  | 'normalization'
  | 'pooling'
  | 'elementwise'
  | 'shape'
  | 'reduction'
  | 'recurrent'
  | 'quantization'
  | 'control'
  | 'attention'
  | 'input'
  | 'output'
  | 'fold'
  | 'other';

export interface SceneEdge {
  readonly id: string;
  /** Indices into `nodes`. */
  readonly from: number;
  readonly to: number;
  /** Polyline x0, y0, x1, y1, ... from the source's border to the target's. */
  readonly points: readonly number[];
  /** Name of the tensor; of the first one where several run together. */
  readonly tensor: string;
  readonly tensorCount: number;
  readonly bytes: number | null;
  readonly shapeText: string;
}

/** A block of the graph between two single-tensor cuts that can be folded or unfolded. */
export interface SceneGroup {
  readonly id: string;
  readonly label: string;
  readonly folded: boolean;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly repeats: number;
}

/** What a cut after a number of nodes would carry, and the work before it. */
export interface ScenePosition {
  readonly position: number;
  /** Of all tensors that cross there; `null` where the size of one is not known. */
  readonly bytes: number | null;
  readonly macsBefore: number;
}

export interface Scene {
  readonly width: number;
  readonly height: number;
  readonly nodes: readonly SceneNode[];
  readonly edges: readonly SceneEdge[];
  readonly groups: readonly SceneGroup[];
  /** Ids that are folded in this scene. */
  readonly folded: readonly string[];
  /** y below the last node of every order position that is a single-tensor cut, for dragging boundaries. */
  readonly cutLines: readonly { readonly position: number; readonly y: number }[];
  /** Ascending; of a large graph a choice that a chart has room for. */
  readonly positions: readonly ScenePosition[];
}

/** What the plan adds to a scene; cheap to send again whenever the plan changes. */
export interface SceneOverlay {
  readonly tierNames: readonly string[];
  /** Tier index per node of the split graph's order. */
  readonly tierOfNode: readonly number[];
  /** Estimated or measured time per node on its tier, in milliseconds. */
  readonly timeMsOfNode: readonly (number | null)[];
  readonly measured: readonly boolean[];
  /** Nodes of the order that a pin keeps on their tier; absent where there are none. */
  readonly pinned?: readonly number[];
  /** True for the inside of a node, all of which runs where the node does: no boundary is there. */
  readonly isInside?: boolean;
  /** Annotations of the boundary edges: by tensor name and link. */
  readonly boundaries: readonly {
    readonly link: number;
    readonly tensor: string;
    readonly text: string;
    readonly bytes: number;
    readonly transferMs: number;
    readonly cost: number;
  }[];
}
