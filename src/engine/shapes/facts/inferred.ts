import type { OnnxModel, OnnxNode } from '../../onnx/model';
import type { TensorFact } from './fact';

/** One node after functions are inlined and types and shapes are inferred; bodies of If/Loop/Scan stay inside their node. */
export interface InferredNode {
  /** Stable id; nodes from an inlined call are `<call id>/<index>`. */
  readonly id: string;
  readonly node: OnnxNode;
  /** Readable and non-empty: the node's name, else its op and first output. */
  readonly label: string;
  /** Names of the tensors it reads, captures of its bodies included; omitted inputs left out. In an inlined function: unique renamed names. */
  readonly reads: readonly string[];
  /** Names of the tensors it makes; omitted outputs left out. */
  readonly writes: readonly string[];
  /** Multiply-accumulates of one run; none where a shape is unknown. */
  readonly macs: number | undefined;
  readonly elementwiseOps: number | undefined;
  readonly viewOnly: boolean;
  /** Slash-separated module path from `metadata_props` or the node's name; empty where there is none. */
  readonly modulePath: string;
}

export interface InferenceDiagnostic {
  readonly severity: 'error' | 'warning' | 'information';
  readonly message: string;
  readonly nodeId?: string;
  readonly tensor?: string;
}

export interface InferredModel {
  readonly model: OnnxModel;
  /** In an order in which every node comes after those that it reads from. */
  readonly nodes: readonly InferredNode[];
  /** Every tensor of the main graph (and of inlined calls) by name. */
  readonly tensors: ReadonlyMap<string, TensorFact>;
  /** Graph inputs that are not initializers. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** Bytes of each top-level weight by tensor name: initializers, sparse initializers and Constant nodes. */
  readonly weightBytes: ReadonlyMap<string, number>;
  /** Elements of all weights, bodies and functions included. */
  readonly parameters: number;
  /** Symbols that are not bound, with the number of tensors that each would settle, most first. */
  readonly openSymbols: readonly { readonly symbol: string; readonly tensors: number }[];
  /** Dimensions that only a run decides and of which no size is expected, with the number of tensors that have each. */
  readonly madeDimensions: readonly { readonly symbol: string; readonly tensors: number }[];
  /** The bindings that are of no dimension of an input: sizes that the user expects where only a run decides. */
  readonly expected: ReadonlyMap<string, number>;
  readonly diagnostics: readonly InferenceDiagnostic[];
}

/** Symbol, or dimension that a node makes -> number, from the configuration or the command line. */
export type DimensionBindings = Readonly<Record<string, number>>;
