import type { TensorTopology } from '../../split/topology';
import type { AdditiveObjective } from '../costModel';
import type { CostTables } from '../costTables';
import { haveSameItems } from '../haveSameItems';
import type { TierBounds } from '../tierBounds';
import { type Contraction, contract } from './contract';
import type { ExactProblem } from './problem';

/** A contraction with bytes in place of crossing costs, and what it was made from. */
interface Kept {
  readonly seconds: readonly Float64Array[];
  readonly tensorBytes: readonly Float64Array[];
  readonly perSecond: readonly number[];
  readonly contraction: Contraction;
}

/** The last contraction per graph: its topology is taken over from plan to plan. */
const lastKept = new WeakMap<TensorTopology, Kept>();

/**
 * The contraction of a problem, kept from plan to plan. What may be merged depends on which of two tensors costs more on
 * each link, not on the price of its bytes, so another bandwidth or price of a link finds the same merges.
 * @param problem what `costs`, `objective` and `bounds` state.
 */
export function keptContraction(
  problem: ExactProblem,
  costs: CostTables,
  objective: AdditiveObjective,
  bounds: TierBounds,
): Contraction {
  if (bounds.restricts) return contract(problem);
  const seconds = costs.tiers.map((table) => table.seconds);
  const tensorBytes = costs.wires.map((wire) => wire.tensorBytes);
  const { perSecond } = objective;
  let kept = lastKept.get(costs.topology);
  if (
    kept === undefined ||
    !haveSameItems(kept.seconds, seconds) ||
    !haveSameItems(kept.tensorBytes, tensorBytes) ||
    !haveSameItems(kept.perSecond, perSecond)
  ) {
    const inBytes = { ...problem, crossingCost: interleaved(tensorBytes, problem.producer.length) };
    kept = { seconds, tensorBytes, perSecond, contraction: contract(inBytes) };
    lastKept.set(costs.topology, kept);
  }
  const { problem: smaller, nodeOf } = kept.contraction;
  const crossingCost = priced(smaller.crossingCost, objective.perByte);
  return { problem: { ...smaller, crossingCost, linkCost: problem.linkCost }, nodeOf };
}

/** Bytes of tensor t on link l at `t * links + l`. */
function interleaved(tensorBytes: readonly Float64Array[], tensors: number): Float64Array {
  const links = tensorBytes.length;
  const bytes = new Float64Array(tensors * links);
  for (const [link, own] of tensorBytes.entries()) {
    for (let tensor = 0; tensor < tensors; tensor += 1) bytes[tensor * links + link] = own[tensor] ?? 0;
  }
  return bytes;
}

function priced(bytes: Float64Array, perByte: readonly number[]): Float64Array {
  const cost = new Float64Array(bytes.length);
  for (let at = 0; at < bytes.length; at += 1) {
    const amount = bytes[at] ?? 0;
    cost[at] = Number.isFinite(amount) ? amount * (perByte[at % perByte.length] ?? 0) : amount;
  }
  return cost;
}
