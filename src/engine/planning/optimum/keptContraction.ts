import { RecentResults } from '../../../shared/recentResults';
import { type Contraction, contractProblem, summedNodeCosts } from '../../solver/contraction';
import type { ExactProblem } from '../../solver/problem';
import type { TensorTopology } from '../../split/topology';
import type { AdditiveObjective } from '../costs/costModel';
import type { CostTables } from '../costs/costTables';
import type { TierBounds } from '../infrastructure/tierBounds';
import { bondCosts } from './bondCosts';

/** Contractions per graph, with bytes in place of crossing costs. */
const contractions = new RecentResults<TensorTopology, Contraction>();

/**
 * The contraction of a problem, kept from plan to plan. What may be merged depends on which of two tensors costs more on
 * each link, not on the price of its bytes, so another bandwidth or price of a link finds the same merges. What comes back
 * has its price in what nodes cost: those that make it stay where they are. What broken kernels cost is no matter of bytes:
 * by it, too, a tensor must cost more than the other.
 * @param problem what `costs`, `objective` and `bounds` state.
 */
export function keptContraction(
  problem: ExactProblem,
  costs: CostTables,
  objective: AdditiveObjective,
  bounds: TierBounds,
): Contraction {
  const tensorBytes = costs.wires.map((wire) => wire.tensorBytes);
  const tables = [...costs.tiers.map((table) => table.seconds), ...tensorBytes];
  const answers = objective.perAnswerByte.some((price) => price > 0) ? costs.answers.nodeBytes : undefined;
  const parts = [...tables, ...objective.perSecond, answers, bounds.restricts && bounds];
  const { problem: smaller, ...rest } = contractions.get(costs.topology, parts, () => {
    const bytes = { ...problem, crossingCost: interleaved(tensorBytes, problem.producer.length) };
    const stays = answers && nodesThatStay(answers);
    const bonds = bondCosts(costs, objective);
    return contractProblem(bytes, { ...(bonds && { apart: [bonds] }), stays });
  });
  const crossingCost = priced(smaller.crossingCost, objective.perByte, rest.apart[0]);
  const nodeCost = summedNodeCosts(problem, rest.nodeOf, smaller.nodeCount);
  const { linkCost, reachCost } = problem;
  return { problem: { ...smaller, nodeCost, crossingCost, linkCost, reachCost }, ...rest };
}

/** 1 for each node that makes some answer. */
export function nodesThatStay(answerBytes: Float64Array): Uint8Array {
  const stays = new Uint8Array(answerBytes.length);
  for (let node = 0; node < answerBytes.length; node += 1) stays[node] = (answerBytes[node] ?? 0) > 0 ? 1 : 0;
  return stays;
}

/** Bytes of tensor t on link l at `t * links + l`. */
export function interleaved(tensorBytes: readonly Float64Array[], tensors: number): Float64Array {
  const links = tensorBytes.length;
  const bytes = new Float64Array(tensors * links);
  for (const [link, own] of tensorBytes.entries()) {
    for (let tensor = 0; tensor < tensors; tensor += 1) bytes[tensor * links + link] = own[tensor] ?? 0;
  }
  return bytes;
}

/** @param apart what crossings cost besides. */
function priced(bytes: Float64Array, perByte: readonly number[], apart: Float64Array | undefined): Float64Array {
  const cost = new Float64Array(bytes.length);
  for (let at = 0; at < bytes.length; at += 1) {
    const amount = bytes[at] ?? 0;
    const ofBytes = Number.isFinite(amount) ? amount * (perByte[at % perByte.length] ?? 0) : amount;
    cost[at] = ofBytes + (apart?.[at] ?? 0);
  }
  return cost;
}
