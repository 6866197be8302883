import type { DType } from '../../shared/vocabulary/dtype';
import type { StatePair } from '../../shared/vocabulary/statePairs';
import type { OnnxFunction } from '../onnx/model';
import type { TensorFact } from '../shapes/facts/fact';

/** A tensor at the border of a segment, under its original name. */
export interface BoundaryTensor {
  readonly name: string;
  /**
   * Type and shape without any dimension bound, so that a segment stays as dynamic as its model; only dimensions that
   * constants of this segment depend on are numbers, because it fits no others.
   */
  readonly fact: TensorFact;
}

/** A small integer tensor that is written as an initializer because its elements are known and its maker is elsewhere. */
export interface BakedTensor {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly value: readonly number[];
}

/** The part of a model that one tier runs. */
export interface SegmentPlan {
  readonly tier: number;
  /** Indices into the model's nodes, topologically ordered; copied constant nodes included. */
  readonly nodes: readonly number[];
  readonly inputs: readonly BoundaryTensor[];
  readonly outputs: readonly BoundaryTensor[];
  readonly initializers: ReadonlySet<string>;
  readonly baked: readonly BakedTensor[];
  readonly functions: readonly OnnxFunction[];
  /** Every tensor that exists in the segment. */
  readonly tensors: ReadonlySet<string>;
  /** Tensors that arrive and go on to a higher tier, whether this tier reads them or not. */
  readonly forwards: readonly string[];
}

/** One tensor that crosses from a tier to the next. */
export interface HopTensor {
  readonly name: string;
  readonly dtype: DType;
  /** As the plan's dimensions are bound: numbers, symbols, or nothing where a dimension is not known. */
  readonly shape: readonly (number | string | null)[] | null;
  readonly bytes: number | null;
  /** Made by the tier below the hop, or only passing through it. */
  readonly origin: 'made' | 'forwarded';
}

/** A tensor that one call leaves for the next, and where it is in a cut. */
export interface PlacedState extends StatePair {
  /** Tiers whose sub-models read it, ascending: each keeps it. */
  readonly readers: readonly number[];
  /** Tier whose sub-model makes it anew. */
  readonly maker: number;
}

export interface SegmentsPlan {
  /** By tier; none for a tier that runs nothing. */
  readonly segments: readonly (SegmentPlan | undefined)[];
  /** By link: what crosses from tier k to tier k+1, in the order of the split graph's tensors. */
  readonly hops: readonly (readonly HopTensor[])[];
  /** What one call leaves for the next: it enters and leaves the chain no more, and crosses once to where it is read. */
  readonly state: readonly PlacedState[];
  /** Type and shape of what enters the chain, crosses and leaves it: dimensions that any segment fixes are numbers. */
  readonly chain: ReadonlyMap<string, TensorFact>;
  /** Bytes of weights that more than one segment holds, counted beyond the first. */
  readonly duplicatedWeightBytes: number;
  /** True when a baked value depends on dimensions that the configuration bound: segments then fit only those. */
  readonly boundDimensions: boolean;
}
