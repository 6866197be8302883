import { RecentResults } from '../../../shared/recentResults';
import { type Contraction, contractProblem } from '../../solver/contraction';
import type { ExactProblem } from '../../solver/problem';
import type { AdditiveObjective } from '../costs/costModel';
import type { CostTables } from '../costs/costTables';
import { mayRunOn, type TierBounds } from '../infrastructure/tierBounds';
import { bondSeconds, bondTopology } from '../optimum/bondCosts';
import { interleaved } from '../optimum/keptContraction';

/**
 * What cuts between two tiers are made from: a problem with seconds in place of what nodes cost and bytes in place of what
 * crossings cost; `apart` holds the seconds of broken kernels below and above each link.
 */
interface PairTables extends Contraction {
  /** Bytes of the answers that each node makes. */
  readonly answerBytes: Float64Array;
}

/** Per graph, merged and not. */
const tables = new RecentResults<CostTables['topology'], PairTables>();

/**
 * The tables of a model, for all cuts between two of its tiers.
 * @param isMerged for weights of which the upper tier's is no more than the lower one's: without nodes that such a cut never
 * separates from others.
 */
export function pairTables(costs: CostTables, bounds: TierBounds, isMerged: boolean): PairTables {
  const { topology, answers, tiers, wires } = costs;
  const tensorBytes = wires.map((wire) => wire.tensorBytes);
  const parts = [...tiers.map(({ seconds }) => seconds), ...tensorBytes, answers.nodeBytes, bounds.restricts && bounds];
  return tables.get(topology, [...parts, isMerged], () => {
    if (!isMerged) return tablesOf(costs, bounds, tensorBytes);
    const { problem, apart, answerBytes } = pairTables(costs, bounds, false);
    const stays = Uint8Array.from(answerBytes, (bytes) => (bytes > 0 ? 1 : 0));
    const merged = contractProblem(problem, { apart, stays, mayWeighLessAbove: true });
    const summed = new Float64Array(merged.problem.nodeCount);
    for (let node = 0; node < answerBytes.length; node += 1) {
      const into = merged.nodeOf[node] ?? 0;
      summed[into] = (summed[into] ?? 0) + (answerBytes[node] ?? 0);
    }
    return { ...merged, answerBytes: summed };
  });
}

function tablesOf(costs: CostTables, bounds: TierBounds, tensorBytes: readonly Float64Array[]): PairTables {
  const { graph, tiers, answers } = costs;
  const tierCount = tiers.length;
  const nodeCount = graph.nodes.length;
  const topology = bondTopology(costs);
  const nodeCost = new Float64Array(nodeCount * tierCount);
  for (const [tier, { seconds }] of tiers.entries()) {
    for (let node = 0; node < nodeCount; node += 1) {
      const isAllowed = mayRunOn(bounds, node, tier);
      nodeCost[node * tierCount + tier] = isAllowed ? (seconds[node] ?? 0) : Number.POSITIVE_INFINITY;
    }
  }
  const crossingCost = interleaved(tensorBytes, topology.producer.length);
  const noCosts = new Float64Array(tierCount - 1);
  const bonds = bondSeconds(costs);
  return {
    problem: { ...topology, tierCount, nodeCount, nodeCost, crossingCost, linkCost: noCosts, reachCost: noCosts },
    nodeOf: new Int32Array(nodeCount).map((_, node) => node),
    apart: bonds === undefined ? [] : [bonds.below, bonds.above],
    answerBytes: answers.nodeBytes,
  };
}

/** The problem of an objective in which only two tiers may run anything: what lies between them is one link. */
export function problemBetween(
  { problem, apart, answerBytes }: PairTables,
  objective: AdditiveObjective,
  lower: number,
  upper: number,
): ExactProblem {
  const { tierCount, nodeCount } = problem;
  const links = tierCount - 1;
  const sumBetween = (perLink: readonly number[], from: number) =>
    perLink.slice(from, upper).reduce((sum, price) => sum + price, 0);
  const nodeCost = new Float64Array(nodeCount * 2);
  for (const [place, tier] of [lower, upper].entries()) {
    const perSecond = objective.perSecond[tier] ?? 0;
    // What is made here comes back over every link below.
    const perAnswerByte = objective.perAnswerByte.slice(0, tier).reduce((sum, price) => sum + price, 0);
    for (let node = 0; node < nodeCount; node += 1) {
      const seconds = problem.nodeCost[node * tierCount + tier] ?? 0;
      nodeCost[2 * node + place] = seconds * perSecond + (answerBytes[node] ?? 0) * perAnswerByte;
    }
  }
  const [below, above] = apart;
  const crossingCost = new Float64Array(problem.producer.length);
  for (let link = lower; link < upper; link += 1) {
    const perByte = objective.perByte[link] ?? 0;
    const [perSecondBelow = 0, perSecondAbove = 0] = objective.perSecond.slice(link, link + 2);
    for (let tensor = 0; tensor < crossingCost.length; tensor += 1) {
      const at = tensor * links + link;
      const bytes = problem.crossingCost[at] ?? 0;
      const broken = (below?.[at] ?? 0) * perSecondBelow + (above?.[at] ?? 0) * perSecondAbove;
      const crossing = Number.isFinite(bytes) ? broken + bytes * perByte : bytes;
      crossingCost[tensor] = (crossingCost[tensor] ?? 0) + crossing;
    }
  }
  return {
    ...{ ...problem, tierCount: 2, nodeCost, crossingCost },
    linkCost: Float64Array.of(sumBetween(objective.perCrossing, lower)),
    reachCost: Float64Array.of(sumBetween(objective.perAnswer, lower)),
  };
}
