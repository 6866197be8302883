import type { BodyInfo } from '../../shared/picture/scene';
import type { DType } from '../../shared/vocabulary/dtype';
import type { RateClass } from '../../shared/vocabulary/rateClasses';
import type { Dim } from '../shapes/algebra/dim';

/** A tensor that exists only when the model runs: made from the inputs, or an input itself. */
export interface DataTensor {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: readonly Dim[] | undefined;
  /** Bytes on the wire in its own type; none where a dimension is unknown, never 0 for that. */
  readonly bytes: number | undefined;
  /** Of an output whose size only a run decides: the most that it can be, where the model tells. */
  readonly mostBytes?: number;
  /** Index of the node that makes it, or -1 for a graph input. */
  readonly producer: number;
  /** Indices of the nodes that read it, ascending, each once. */
  readonly consumers: readonly number[];
  readonly isGraphOutput: boolean;
}

/** A node that makes at least one data tensor. Its index is its place in the order: position i of a cut is after node i-1. */
export interface SplitNode {
  readonly id: string;
  readonly name: string;
  readonly label: string;
  readonly op: string;
  readonly domain: string;
  readonly modulePath: string;
  /** Indices into `tensors`. */
  readonly reads: readonly number[];
  /** State that it reads besides, as indices of the inputs. */
  readonly stateReads?: readonly number[];
  readonly writes: readonly number[];
  readonly macs: number | undefined;
  readonly elementwiseOps: number | undefined;
  /** Bytes of its data inputs, its outputs and its weights, of a gathered or sliced input those taken; 0 for view-only nodes. */
  readonly trafficBytes: number | undefined;
  /** Bytes of the weights that it reads, constants that fold into it included; a shared weight counts at its first reader. */
  readonly weightBytes: number;
  /** Bytes of the weights that it reads and that count at an earlier reader. */
  readonly sharedWeightBytes?: number;
  readonly viewOnly: boolean;
  /** What kind of work it is, where it is a kernel of its own. */
  readonly rateClass?: RateClass;
  /** Graphs inside of it, as of an `If`; absent where there are none. */
  readonly bodies?: readonly BodyInfo[];
}

/**
 * The graph that planning works on (`docs/theory.md` section 2): data tensors and the nodes that make them, in a deterministic
 * topological order that keeps branches together.
 */
export interface SplitGraph {
  readonly nodes: readonly SplitNode[];
  readonly tensors: readonly DataTensor[];
  /** Tensor indices of the graph's inputs and outputs. */
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  /** What one call leaves for the next; the tensors of these are neither inputs nor outputs. Absent where there is none. */
  readonly state?: readonly StateTensor[];
  /** Where it stands for all calls of a session: bytes and MACs are their sums, and times add up over these. */
  readonly session?: SessionCalls;
}

/**
 * A tensor that the model remembers from call to call. It lives where it is read, so that nobody sends it: its input has no
 * consumers in `tensors`, and the nodes that read it do not list it among their reads.
 */
export interface StateTensor {
  /** Indices into `tensors` of the input, and of the output that takes its place in the next call. */
  readonly input: number;
  readonly output: number;
  /** Node that makes the output. */
  readonly maker: number;
  /** Nodes that read the input, ascending. */
  readonly readers: readonly number[];
  /** Bytes of the output in its own type; none where unknown. */
  readonly bytes: number | undefined;
  /** The axis along which it grows with every call, where it does. */
  readonly growsAlong?: number;
}

/** A cut of the graph along its order, or across branches. */
export interface Cut {
  /** Number of nodes below the cut. */
  readonly position: number;
  /** The nodes below, as indices, when the cut is not a prefix of the order. */
  readonly downset?: readonly number[];
  /** Indices of the tensors that cross, ascending. */
  readonly tensors: readonly number[];
  /** Their bytes; none where one of them is unknown. */
  readonly bytes: number | undefined;
}

/** A split point that an optimum may use whatever the infrastructure is (DNNSplit; `docs/theory.md` section 3). */
export interface Candidate extends Cut {
  readonly macsBefore: number;
  readonly macsAfter: number;
  readonly weightBytesBefore: number;
  readonly weightBytesAfter: number;
  readonly peakActivationBytesBefore: number;
  readonly peakActivationBytesAfter: number;
  readonly singleTensor: boolean;
}

/** Calls in turn whose sizes rise evenly: every count of bytes and MACs from that of the first call to that of the last. */
export interface Phase {
  readonly first: SplitGraph;
  readonly last: SplitGraph;
  readonly calls: number;
}

/** The calls of a session: those until the first token is there, then one per generated token. */
export interface SessionCalls {
  readonly prefillTokens: number;
  readonly generatedTokens: number;
  readonly prefill: readonly Phase[];
  readonly generation: readonly Phase[];
  /** The call in the middle of the generation. */
  readonly middle: SplitGraph;
  /** Every tensor in its largest size, for what must fit into memory. */
  readonly largest: SplitGraph;
}
