import { say } from '../../shared/messages/say';
import { DnnSplitError } from '../../shared/work/errors';
import { isNumericValue } from '../shapes/facts/fact';
import type { InferredModel } from '../shapes/facts/inferred';
import type { BakedTensor } from './segmentPlan';
import type { SteppedSizes } from './steppedSizes';
import type { TopLevel } from './topLevel';

/** What a tier needs to run its nodes, by name and index. */
export interface GatheredSegment {
  readonly nodes: ReadonlySet<number>;
  readonly inputs: ReadonlySet<string>;
  readonly initializers: ReadonlySet<string>;
  readonly baked: ReadonlyMap<string, BakedTensor>;
}

interface Gathering {
  readonly tier: number;
  readonly nodes: Set<number>;
  readonly inputs: Set<string>;
  readonly initializers: Set<string>;
  readonly baked: Map<string, BakedTensor>;
  /** Data tensors that are in the segment anyway: made here, or crossing into it for a node that reads them. */
  readonly available: Set<string>;
}

/**
 * Collects what the nodes of a tier need: weights, and nodes that fold to constants, are copied into the segment, so only
 * data crosses. Where a constant follows from a tensor that is not here (`Shape` of a tensor of another tier), its known
 * elements are written as an initializer instead, unless they are others in the next step: those are sent.
 * @throws DnnSplitError `invalid-plan` where a tensor can neither be there, nor be copied, nor be known.
 */
export function gatherSegment(
  inferred: InferredModel,
  top: TopLevel,
  dataNames: ReadonlySet<string>,
  tier: number,
  constantOutputs: readonly string[],
  sizes?: SteppedSizes,
): GatheredSegment {
  const own = top.tiers.flatMap((each, node) => (each === tier ? [node] : []));
  const reads = own.flatMap((node) => [...(top.reads[node] ?? [])]);
  const gathering: Gathering = {
    tier,
    nodes: new Set(own),
    inputs: new Set(),
    initializers: new Set(),
    baked: new Map(),
    available: new Set([
      ...reads.filter((name) => dataNames.has(name)),
      ...own.flatMap((node) => [...(top.writes[node] ?? [])]),
    ]),
  };
  const seen = new Set<string>();
  const pending = [...reads, ...constantOutputs, ...(sizes?.demandedOf(tier) ?? [])];
  for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
    if (seen.has(name)) continue;
    seen.add(name);
    pending.push(...need(inferred, top, dataNames, gathering, name, sizes));
  }
  return gathering;
}

/** Puts one tensor into the segment; returns what its maker needs, where that comes along. */
function need(
  inferred: InferredModel,
  top: TopLevel,
  dataNames: ReadonlySet<string>,
  gathering: Gathering,
  name: string,
  sizes: SteppedSizes | undefined,
): readonly string[] {
  const { graph } = inferred.model;
  if (graph.initializers.has(name) || graph.sparseInitializers.has(name)) {
    gathering.initializers.add(name);
    return [];
  }
  const maker = top.makers.get(name);
  if (maker === undefined) {
    gathering.inputs.add(name);
    return [];
  }
  const makerTier = top.tiers[maker];
  if (makerTier === gathering.tier) return [];
  if (makerTier !== undefined) {
    const isSent = dataNames.has(name) || sizes?.changes(name) === true;
    const baked = isSent ? undefined : bakedTensor(inferred, name);
    if (baked) gathering.baked.set(name, baked);
    else carry(gathering, makerTier, name);
    return [];
  }
  const reads = top.reads[maker] ?? [];
  const absent = reads.filter((read) => dataNames.has(read) && !gathering.available.has(read));
  if (absent.length > 0 && sizes?.changes(name) === true) {
    sizes.demand(name, absent, top);
    gathering.inputs.add(name);
    return [];
  }
  const baked = absent.length === 0 ? undefined : bakedTensor(inferred, name);
  if (baked) {
    gathering.baked.set(name, baked);
    return [];
  }
  gathering.nodes.add(maker);
  for (const read of absent) gathering.available.add(read);
  return reads;
}

function carry(gathering: Gathering, makerTier: number, name: string): void {
  if (makerTier > gathering.tier) {
    throw new DnnSplitError(
      'invalid-plan',
      say('cut.backward', { tensor: name, from: makerTier + 1, to: gathering.tier + 1 }),
    );
  }
  gathering.inputs.add(name);
}

const bakedTypes = new Set(['int64', 'int32', 'int16', 'int8', 'uint8', 'uint16', 'uint32', 'uint64', 'bool']);

/** Elements of a tensor of whole numbers, where all are known; rounding would make real ones differ. */
function bakedTensor(inferred: InferredModel, name: string): BakedTensor | undefined {
  const fact = inferred.tensors.get(name);
  if (fact === undefined || fact.kind !== 'tensor' || !bakedTypes.has(fact.dtype)) return undefined;
  const { value, shape, dtype } = fact;
  if (value === undefined || shape === undefined || !isNumericValue(value)) return undefined;
  if (!shape.every((dim) => typeof dim === 'number') || !value.every(Number.isSafeInteger)) return undefined;
  return { name, dtype, shape, value };
}
