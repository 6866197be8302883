import type { Sentence } from '../../../shared/messages/say';
import type { OnnxFunction, OnnxGraph, OnnxNode, ValueInfo } from '../../onnx/model';
import type { TensorFact } from '../facts/fact';
import type { SharedFacts } from './sharedFacts';

/** Operator set versions by domain. */
export type Opsets = ReadonlyMap<string, number>;

/** A node ready to be inferred: calls are inlined, its order among the others is settled. */
export interface PlannedNode {
  readonly node: OnnxNode;
  readonly opset: number;
  /** Versions that its bodies are read at. */
  readonly opsets: Opsets;
  /** Tensors of this graph or an outer one that it needs, captures of its bodies included, each once. */
  readonly reads: readonly string[];
  readonly writes: readonly string[];
  readonly modulePath: string;
  /** False for nodes whose result differs from run to run, and for those with such a node in a body. */
  readonly deterministic: boolean;
}

/** A graph or a body in the order of inference. */
export interface PlannedGraph {
  readonly nodes: readonly PlannedNode[];
  /** Those that need their own result; they are the last of `nodes`. */
  readonly cyclic: readonly PlannedNode[];
  /** Inputs that are not initializers. */
  readonly inputs: readonly ValueInfo[];
  readonly outputs: readonly ValueInfo[];
  readonly deterministic: boolean;
  /**
   * Facts of initializers, and mostly a place for what the nodes make, which is not known yet. Inference of the main graph
   * completes them; that of bodies, which are inferred again and again, has its own.
   */
  readonly tensors: Map<string, TensorFact>;
  /** Types that the file states for tensors inside. */
  readonly stated: ReadonlyMap<string, ValueInfo>;
}

/** What planning needs from its surroundings. */
export interface PlanningScope {
  readonly functions: ReadonlyMap<string, OnnxFunction>;
  /** Planned bodies, so that each is planned once. */
  readonly bodies: Map<OnnxGraph, PlannedGraph>;
  /** Module paths by what the file wrote about them. */
  readonly modulePaths: Map<string, string>;
  readonly facts: SharedFacts;
  readonly warn: (problem: Sentence, nodeId?: string, tensor?: string) => void;
  /** Nodes that calls may still expand to; protects against functions that call each other twice, fifty levels deep. */
  inlineBudget: number;
}

/** The key under which a function is looked up. */
export function functionKey(domain: string, name: string, overload: string): string {
  return `${domain}\u0000${name}\u0000${overload}`;
}
