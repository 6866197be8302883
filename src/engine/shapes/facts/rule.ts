import type { Sentence } from '../../../shared/messages/say';
import type { DType } from '../../../shared/vocabulary/dtype';
import type { OnnxGraph, OnnxNode, OnnxTensor } from '../../onnx/model';
import type { Dim, Shape } from '../algebra/dim';
import type { TensorFact, TensorValue } from './fact';

/** The graph around a node, for the few operators whose result only their neighbors tell. */
export interface Surroundings {
  readonly nodes: readonly OnnxNode[];
  shapeOf(tensor: string): Shape;
}

/** What rules and counting see of a node itself: what it has in common with others, its id and its name left out. */
export type SeenNode = Pick<OnnxNode, 'op' | 'domain' | 'inputs' | 'outputs' | 'attributes'>;

/** What a rule sees of its node: typed access to inputs and attributes, and a place for its results. */
export interface RuleContext {
  /** Names of tensors serve to tell whether one is written, and are no part of a result. */
  readonly node: SeenNode;
  /** Version of the operator set that the node's domain is imported at. */
  readonly opset: number;
  /** Number of inputs as written, omitted ones included. */
  readonly inputCount: number;
  readonly outputCount: number;
  /** Fact of input `index`; none where the input is omitted. */
  input(index: number): TensorFact | undefined;
  /** Shape of input `index`; `undefined` where it is omitted or unknown. */
  shape(index: number): Shape;
  /** Elements of input `index` when all of them are known numbers. */
  numbers(index: number): readonly number[] | undefined;
  int(name: string): number | undefined;
  int(name: string, fallback: number): number;
  float(name: string): number | undefined;
  float(name: string, fallback: number): number;
  ints(name: string): readonly number[] | undefined;
  floats(name: string): readonly number[] | undefined;
  string(name: string): string | undefined;
  string(name: string, fallback: string): string;
  strings(name: string): readonly string[] | undefined;
  tensor(name: string): OnnxTensor | undefined;
  graph(name: string): OnnxGraph | undefined;
  /** A name that no other node gives. */
  ownName(label: string): string;
  /** A dimension that this node makes and nobody can know beforehand (NonZero, Unique, ...). */
  fresh(label: string): Dim;
  /**
   * A dimension that follows from `dims` in a way that is not simple arithmetic: binding their symbols settles it. As
   * `fresh` where there are no symbols, or one of `dims` is not known or made by a node.
   */
  undecided(label: string, dims: readonly (Dim | undefined)[]): Dim;
  /** States output `index`; stating nothing leaves it unknown. `constant` is filled in by the caller. */
  output(index: number, dtype: DType, shape: Shape, value?: TensorValue): void;
  /** Adds to an output that was stated that all its elements are this number. */
  outputFill(index: number, element: number): void;
  /** States output `index` as a sequence or optional, or copies a fact. */
  outputFact(index: number, fact: Omit<TensorFact, 'constant'>): void;
  /** Reports that the node contradicts itself or its inputs; the analysis goes on. */
  problem(problem: Sentence): void;
  /**
   * Infers a body with the given facts for its inputs, the outer scope visible; returns the facts of its outputs. Its work
   * takes the place of that of earlier runs, or with `adds` is added to it.
   */
  inferBody(body: OnnxGraph, inputs: readonly (TensorFact | undefined)[], adds?: boolean): readonly TensorFact[];
  /** All nodes of the graph that this node is in, and the shape of a tensor of it as far as it is known by now. */
  readonly surroundings: Surroundings;
  /** How many runs of a body may still be inferred one by one. */
  affordableRuns(body: OnnxGraph): number;
  /** The runs of the body that were inferred are all that there are: their work is not multiplied. */
  sealBody(body: OnnxGraph): void;
  /** True when the body, as it was inferred last, contradicts itself or the shapes that it takes. */
  contradicts(body: OnnxGraph): boolean;
  /** The body does not run: its work does not count. */
  discardBody(body: OnnxGraph): void;
}

/** What counting sees once shapes are known. A count is `undefined` where a shape that it needs is not a number. */
export interface CountContext {
  readonly node: SeenNode;
  readonly opset: number;
  /** Numeric shape of input `index`; none where it is omitted or not fully known. */
  inputShape(index: number): readonly number[] | undefined;
  outputShape(index: number): readonly number[] | undefined;
  inputElements(index: number): number | undefined;
  outputElements(index: number): number | undefined;
  int(name: string, fallback: number): number;
  ints(name: string): readonly number[] | undefined;
  string(name: string, fallback: string): string;
  /** Elements of input `index` when all of them are known numbers. */
  inputNumbers(index: number): readonly number[] | undefined;
  /** Members of a sequence input where they are known. */
  inputMembers(index: number): number | undefined;
  /** Counts of one run of the body in attribute `name`, as it was inferred last, or of all; 0 where there is no such body. */
  bodyMacs(name: string): number | undefined;
  bodyElementwiseOps(name: string): number | undefined;
  /** True when these counts are those of all runs. */
  isBodySealed(name: string): boolean;
}

/** Everything that the engine knows of one operator; one entry of a family's table. */
export interface OpEntry {
  readonly infer: (context: RuleContext) => void;
  /** Multiply-accumulates; absent for operators that have none. */
  readonly macs?: (context: CountContext) => number | undefined;
  /** Element-wise operations; absent means one per output element, `0` for pure data movement. */
  readonly elementwiseOps?: (context: CountContext) => number | undefined;
  /** True when the result is the same bytes under another shape: it costs nothing to run. */
  readonly viewOnly?: boolean;
}

/** Operators of one family by operator type. One table serves all versions; a rule looks at `opset` where they differ. */
export type OpTable = Readonly<Record<string, OpEntry>>;
