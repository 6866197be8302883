import { say } from '../../shared/messages/say';
import { byteLength } from '../../shared/vocabulary/dtype';
import type { StatePair } from '../../shared/vocabulary/statePairs';
import { DnnSplitError } from '../../shared/work/errors';
import type { Assignment } from '../planning/plan/plan';
import type { Dim } from '../shapes/algebra/dim';
import { sortNodes } from '../shapes/core/sortNodes';
import { type TensorFact, unknownFact } from '../shapes/facts/fact';
import type { InferredModel } from '../shapes/facts/inferred';
import { inferModel } from '../shapes/inferModel';
import type { SplitGraph } from '../split/splitGraph';
import { allFixed, fittedFact, fixedSymbols } from './fittedFacts';
import { type GatheredSegment, gatherSegment } from './gatherSegment';
import { reachableFunctions } from './nodeReads';
import type { BoundaryTensor, HopTensor, PlacedState, SegmentPlan, SegmentsPlan } from './segmentPlan';
import { SteppedSizes } from './steppedSizes';
import { type TopLevel, topLevelOf } from './topLevel';

/**
 * Plans the sub-model of each tier and what crosses between them (`docs/theory.md` section 10). Tensors keep their names.
 * @param pairs what one call leaves for the next
 * @throws DnnSplitError `invalid-plan` where the assignment cuts inside a function call or data would flow downwards.
 */
export function planSegments(
  inferred: InferredModel,
  graph: SplitGraph,
  assignment: Assignment,
  tiers: number,
  pairs: readonly StatePair[] = [],
): SegmentsPlan {
  const { model } = inferred;
  const dataNames = new Set(graph.tensors.map(({ name }) => name));
  const free = isDynamic(inferred) ? inferModel(model, {}) : inferred;
  const sizes = pairs.length === 0 ? undefined : new SteppedSizes(free, graph, dataNames, pairs);
  const top = topLevelOf(model, graph, sizes?.raised(assignment) ?? assignment);
  const inputs = new Set(inferred.inputs);
  const isUsed = Array.from({ length: tiers }, (_, tier) => top.tiers.includes(tier));
  const lastUsed = Math.max(0, isUsed.lastIndexOf(true));
  const isConstant = (name: string): boolean => {
    const maker = top.makers.get(name);
    return maker === undefined ? !inputs.has(name) : top.tiers[maker] === undefined;
  };
  const constants = inferred.outputs.filter(isConstant);
  const gathered = withoutIdle(
    fromTheTop(isUsed, (used, tier) =>
      used || tier === lastUsed
        ? gatherSegment(inferred, top, dataNames, tier, tier === lastUsed ? constants : [], sizes)
        : undefined,
    ),
    top,
    inferred.outputs,
    constants.length > 0 ? lastUsed : -1,
  );
  const state = placedState(pairs, top, gathered);
  const crossings = crossingsOf(graph, top, gathered, tiers, state, sizes);
  const fixed = gathered.map((segment) => fixedSymbols(segment?.baked.values() ?? [], free));
  const segments = gathered.map((segment, tier) =>
    segment === undefined || segment.nodes.size === 0
      ? undefined
      : describeSegment(inferred, top, segment, tier, crossings, state, lastUsed, (name) =>
          fittedFact(name, free, inferred, fixed[tier] ?? 'all'),
        ),
  );
  const fixedInAny = allFixed(fixed);
  const travelling = [...inferred.inputs, ...inferred.outputs, ...crossings.map(({ name }) => name)];
  return {
    segments,
    hops: Array.from({ length: tiers - 1 }, (_, hop) => hopOf(inferred, inputs, crossings, hop)),
    state,
    chain: new Map(travelling.map((name) => [name, fittedFact(name, free, inferred, fixedInAny)])),
    duplicatedWeightBytes: duplicatedWeightBytes(inferred, segments),
    boundDimensions: fixedInAny === 'all' || fixedInAny.size > 0,
  };
}

/**
 * Leaves out the parts that make nothing that an output of the model, or a part above, needs: nodes whose results nobody
 * reads would be a model without outputs, which no runtime loads.
 */
function withoutIdle(
  gathered: readonly (GatheredSegment | undefined)[],
  top: TopLevel,
  outputs: readonly string[],
  tierOfConstants: number,
): readonly (GatheredSegment | undefined)[] {
  const needed = new Set(outputs);
  const kept = [...gathered];
  for (let tier = kept.length - 1; tier >= 0; tier--) {
    const segment = kept[tier];
    if (segment === undefined) continue;
    const isNeeded = [...segment.nodes].some(
      (node) => top.tiers[node] === tier && top.writes[node]?.some((name) => needed.has(name)),
    );
    if (isNeeded || tier === tierOfConstants) for (const name of segment.inputs) needed.add(name);
    else kept[tier] = undefined;
  }
  return kept;
}

/** By tier, asked for from the highest one down: a tier may need something that a lower one has to make. */
function fromTheTop<Item, Result>(items: readonly Item[], make: (item: Item, tier: number) => Result): Result[] {
  return [...items.entries()]
    .reverse()
    .map(([tier, item]) => make(item, tier))
    .reverse();
}

/** Pairs whose output some node makes; of others nothing would ever change. */
function placedState(
  pairs: readonly StatePair[],
  { makers, tiers }: TopLevel,
  gathered: readonly (GatheredSegment | undefined)[],
): PlacedState[] {
  return pairs.flatMap((pair) => {
    const maker = tiers[makers.get(pair.output) ?? -1];
    const readers = gathered.flatMap((segment, tier) => (segment?.inputs.has(pair.input) === true ? [tier] : []));
    return maker === undefined ? [] : [{ ...pair, maker, readers }];
  });
}

/** A tensor on its way: made (or entering the model) on tier `from`, needed up to tier `to`. */
interface Crossing {
  readonly name: string;
  readonly from: number;
  readonly to: number;
}

function crossingsOf(
  graph: SplitGraph,
  top: TopLevel,
  gathered: readonly (GatheredSegment | undefined)[],
  tiers: number,
  state: readonly PlacedState[],
  sizes: SteppedSizes | undefined,
): readonly Crossing[] {
  const highest = new Map<string, number>();
  for (const [tier, segment] of gathered.entries()) for (const name of segment?.inputs ?? []) highest.set(name, tier);
  for (const { input, output, maker, readers } of state) {
    highest.delete(input);
    const to = Math.max(highest.get(output) ?? 0, readers.at(-1) ?? 0);
    if (to > maker) highest.set(output, to);
  }
  const order = new Map(graph.tensors.map(({ name }, index) => [name, index]));
  const crossings: Crossing[] = [];
  for (const [name, to] of highest) {
    const maker = top.makers.get(name);
    const from = maker === undefined ? 0 : (top.tiers[maker] ?? sizes?.tierOf(name) ?? 0);
    if (from > to || to >= tiers) {
      throw new DnnSplitError('invalid-plan', say('cut.backward', { tensor: name, from: from + 1, to: to + 1 }));
    }
    crossings.push({ name, from, to });
  }
  const place = ({ name }: Crossing): number => order.get(name) ?? graph.tensors.length;
  return crossings.sort((a, b) => place(a) - place(b));
}

function isDynamic({ model }: InferredModel): boolean {
  return model.graph.inputs.some(({ type }) =>
    type?.kind === 'tensor' ? (type.shape?.some((dim) => typeof dim !== 'number') ?? true) : true,
  );
}

function describeSegment(
  inferred: InferredModel,
  top: TopLevel,
  segment: GatheredSegment,
  tier: number,
  crossings: readonly Crossing[],
  state: readonly PlacedState[],
  lastUsed: number,
  factOf: (name: string) => TensorFact,
): SegmentPlan {
  const { model } = inferred;
  const ascending = [...segment.nodes].sort((a, b) => a - b);
  const { nodes, cyclic } = sortNodes(
    ascending.map((node) => ({ node, reads: top.reads[node] ?? [], writes: top.writes[node] ?? [] })),
  );
  if (cyclic.length > 0) {
    const firstInCycle = model.graph.nodes[cyclic[0]?.node ?? -1];
    throw new DnnSplitError(
      'unsupported-model',
      say('graph.cycle', { node: firstInCycle?.name || firstInCycle?.op || '' }),
    );
  }
  const boundary = (name: string): BoundaryTensor => ({ name, fact: factOf(name) });
  const made = new Set(nodes.flatMap(({ writes }) => [...writes]));
  const resultsHere = inferred.outputs.filter((name) => {
    const maker = top.makers.get(name);
    const makerTier = maker === undefined ? undefined : top.tiers[maker];
    return makerTier === undefined
      ? tier === lastUsed && (made.has(name) || segment.initializers.has(name))
      : makerTier === tier;
  });
  const sent = crossings.filter(({ name, from, to }) => from === tier && to > tier && made.has(name));
  return {
    tier,
    nodes: nodes.map(({ node }) => node),
    inputs: [...crossings.map(({ name }) => name), ...state.map(({ input }) => input)]
      .filter((name) => segment.inputs.has(name))
      .map(boundary),
    outputs: [...new Set([...sent.map(({ name }) => name), ...resultsHere])].map(boundary),
    initializers: segment.initializers,
    baked: [...segment.baked.values()],
    functions: reachableFunctions(
      model,
      nodes.flatMap(({ node }) => model.graph.nodes[node] ?? []),
    ),
    tensors: new Set([...made, ...segment.inputs, ...segment.initializers, ...segment.baked.keys()]),
    forwards: crossings
      .filter(({ name, from, to }) => from <= tier && to > tier && !made.has(name))
      .map(({ name }) => name),
  };
}

function hopOf(
  inferred: InferredModel,
  inputs: ReadonlySet<string>,
  crossings: readonly Crossing[],
  hop: number,
): readonly HopTensor[] {
  return crossings
    .filter(({ from, to }) => from <= hop && to > hop)
    .map(({ name, from }): HopTensor => {
      const fact = inferred.tensors.get(name) ?? unknownFact;
      return {
        name,
        dtype: fact.dtype,
        shape: fact.shape?.map(dimText) ?? null,
        bytes: factBytes(fact) ?? null,
        origin: from === hop && !inputs.has(name) ? 'made' : 'forwarded',
      };
    });
}

/** A number, the name of a symbol, or nothing for an expression that has no name. */
function dimText(dim: Dim): number | string | null {
  if (typeof dim === 'number') return dim;
  return dim.symbols.length === 1 && dim.symbols[0] === dim.key ? dim.key : null;
}

function duplicatedWeightBytes(inferred: InferredModel, segments: readonly (SegmentPlan | undefined)[]): number {
  const seen = new Set<string>();
  let bytes = 0;
  for (const segment of segments) {
    for (const name of segment?.tensors ?? []) {
      const weight = inferred.weightBytes.get(name);
      if (weight === undefined) continue;
      if (seen.has(name)) bytes += weight;
      seen.add(name);
    }
  }
  return bytes;
}

function factBytes(fact: TensorFact): number | undefined {
  if (fact.kind !== 'tensor' || fact.shape === undefined) return undefined;
  let elements = 1;
  for (const dim of fact.shape) {
    if (typeof dim !== 'number') return undefined;
    elements *= dim;
  }
  return byteLength(fact.dtype, elements);
}
