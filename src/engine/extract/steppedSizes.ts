import type { StatePair } from '../../shared/vocabulary/statePairs';
import type { Assignment } from '../planning/plan/plan';
import { isNumericValue } from '../shapes/facts/fact';
import type { InferredModel } from '../shapes/facts/inferred';
import type { SplitGraph } from '../split/splitGraph';
import { moveCutsToCallBorders, type TopLevel, topLevelIndex, topLevelOf } from './topLevel';

/**
 * Sizes in a model that remembers: they fold away under the numbers of a plan, but are others in every step as its caches
 * grow. A tier that needs one of a tensor which is elsewhere gets it from the tier that has the tensor.
 */
export class SteppedSizes {
  private readonly madeOn = new Map<string, number>();
  /** By folded tensor: what it is a size of. */
  private readonly sources = new Map<string, ReadonlySet<string>>();
  private readonly inputs: ReadonlySet<string>;

  /**
   * @param free facts of the model without any dimension bound
   * @param dataNames tensors of the split graph
   */
  constructor(
    private readonly free: InferredModel,
    private readonly graph: SplitGraph,
    private readonly dataNames: ReadonlySet<string>,
    pairs: readonly StatePair[],
  ) {
    this.inputs = new Set(pairs.map(({ input }) => input));
  }

  /** True for a tensor that has not the same elements whatever the dimensions are. */
  changes(name: string): boolean {
    const value = this.free.tensors.get(name)?.value;
    return value === undefined || !isNumericValue(value);
  }

  /**
   * Raises nodes that read a size to the tier that has what it is a size of, as nothing flows downwards; nodes that read
   * from a raised node follow it.
   */
  raised(assignment: Assignment): Assignment {
    let moved: Assignment = assignment.slice();
    for (let isMoving = true; isMoving; ) {
      isMoving = false;
      const top = topLevelOf(this.free.model, this.graph, moved);
      const placeOf = this.placesOn(top);
      for (const [node, { id }] of this.graph.nodes.entries()) {
        for (const source of this.sourcesOfNode(top, topLevelIndex(id))) {
          const place = placeOf(source);
          if ((moved[node] ?? 0) >= place) continue;
          moved[node] = place;
          isMoving = true;
        }
      }
      if (isMoving) moved = moveCutsToCallBorders(this.graph, moved);
    }
    return moved;
  }

  /**
   * Has a size made on the tier below that holds what it is a size of. Ask the tiers from the highest one down.
   * @param reads tensors that its node reads and that are not on the tier
   */
  demand(name: string, reads: readonly string[], top: TopLevel): void {
    const placeOf = this.placesOn(top);
    this.madeOn.set(
      name,
      reads.reduce((highest, read) => Math.max(highest, placeOf(read)), 0),
    );
  }

  /** Sizes that higher tiers need of a tier. */
  demandedOf(tier: number): string[] {
    return [...this.madeOn].flatMap(([name, from]) => (from === tier ? [name] : []));
  }

  /** The tier that sends a size; none for what no tier needs of another. */
  tierOf(name: string): number | undefined {
    return this.madeOn.get(name);
  }

  /** Where tensors are: with their maker, or with the lowest node that reads a piece of state. */
  private placesOn({ reads, makers, tiers }: TopLevel): (name: string) => number {
    const lowest = new Map<string, number>();
    for (const [node, names] of reads.entries()) {
      const tier = tiers[node];
      if (tier === undefined) continue;
      for (const name of names) if (this.inputs.has(name)) lowest.set(name, Math.min(lowest.get(name) ?? tier, tier));
    }
    return (name) => {
      const maker = makers.get(name);
      return maker === undefined ? (lowest.get(name) ?? 0) : (tiers[maker] ?? 0);
    };
  }

  private sourcesOfNode(top: TopLevel, node: number): string[] {
    return (top.reads[node] ?? []).flatMap((name) => (this.dataNames.has(name) ? [] : [...this.sourcesOf(top, name)]));
  }

  private sourcesOf(top: TopLevel, name: string): ReadonlySet<string> {
    const known = this.sources.get(name);
    if (known !== undefined) return known;
    const maker = top.makers.get(name);
    const found = new Set<string>();
    // Known before its reads are, so that a graph of any shape ends.
    this.sources.set(name, found);
    if (maker === undefined || !this.changes(name)) return found;
    if (top.tiers[maker] !== undefined) return found.add(name);
    for (const read of top.reads[maker] ?? []) {
      if (this.dataNames.has(read)) found.add(read);
      else for (const source of this.sourcesOf(top, read)) found.add(source);
    }
    return found;
  }
}
