import { RecentResults } from '../../../shared/recentResults';
import { type Contraction, contractProblem, eachItself } from '../../solver/contraction';
import { type ExactProblem, inFieldOrder } from '../../solver/problem';
import type { AdditiveObjective } from '../costs/costModel';
import type { CostTables } from '../costs/costTables';
import { mayRunOn, type TierBounds } from '../infrastructure/tierBounds';
import { bondSeconds, bondTopology } from '../optimum/bondCosts';
import { interleaved, nodesThatStay } from '../optimum/keptContraction';

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
    const stays = nodesThatStay(answerBytes);
    const merged = contractProblem(problem, { apart, stays, mayWeighLessAbove: true });
    const summed = new Float64Array(merged.problem.nodeCount);
    for (let node = 0; node < answerBytes.length; node += 1) {
      const into = merged.nodeOf[node] ?? 0;
      summed[into] = (summed[into] ?? 0) + (answerBytes[node] ?? 0);
    }
    return { problem: merged.problem, nodeOf: merged.nodeOf, apart: merged.apart, answerBytes: summed };
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
      const isAllowed = !bounds.restricts || mayRunOn(bounds, node, tier);
      nodeCost[node * tierCount + tier] = isAllowed ? (seconds[node] ?? 0) : Number.POSITIVE_INFINITY;
    }
  }
  const crossingCost = interleaved(tensorBytes, topology.producer.length);
  const noCosts = new Float64Array(tierCount - 1);
  const bonds = bondSeconds(costs);
  return {
    problem: inFieldOrder({
      ...topology,
      tierCount,
      nodeCount,
      nodeCost,
      crossingCost,
      linkCost: noCosts,
      reachCost: noCosts,
    }),
    nodeOf: eachItself(nodeCount),
    apart: bonds === undefined ? [] : [bonds.below, bonds.above],
    answerBytes: answers.nodeBytes,
  };
}

/** The problem of an objective in which only two tiers may run anything: what lies between them is one link. */
export function problemBetween(
  tables: PairTables,
  { perSecond, perByte, perCrossing, perAnswer, perAnswerByte }: AdditiveObjective,
  lower: number,
  upper: number,
): ExactProblem {
  const { problem } = tables;
  const sumOf = (perLink: readonly number[], from: number, to: number) =>
    perLink.slice(from, to).reduce((sum, price) => sum + price, 0);
  const nodeCost = new Float64Array(problem.nodeCount * 2);
  for (const [place, tier] of [lower, upper].entries()) {
    // What is made here comes back over every link below.
    setNodeCosts(nodeCost, place, tables, tier, perSecond[tier] ?? 0, sumOf(perAnswerByte, 0, tier));
  }
  const crossingCost = new Float64Array(problem.producer.length);
  for (let link = lower; link < upper; link += 1) {
    addCrossings(crossingCost, tables, link, perByte[link] ?? 0, perSecond[link] ?? 0, perSecond[link + 1] ?? 0);
  }
  return {
    ...{ ...problem, tierCount: 2, nodeCost, crossingCost },
    linkCost: Float64Array.of(sumOf(perCrossing, lower, upper)),
    reachCost: Float64Array.of(sumOf(perAnswer, lower, upper)),
  };
}

function setNodeCosts(
  nodeCost: Float64Array,
  place: number,
  { problem, answerBytes }: PairTables,
  tier: number,
  perSecond: number,
  perAnswerByte: number,
): void {
  const { tierCount, nodeCost: seconds } = problem;
  for (let node = 0; node < answerBytes.length; node += 1) {
    const taken = (seconds[node * tierCount + tier] ?? 0) * perSecond;
    nodeCost[2 * node + place] = taken + (answerBytes[node] ?? 0) * perAnswerByte;
  }
}

/** Adds what tensors and broken kernels cost on one link. */
function addCrossings(
  crossingCost: Float64Array,
  { problem, apart }: PairTables,
  link: number,
  perByte: number,
  perSecondBelow: number,
  perSecondAbove: number,
): void {
  const { tierCount, crossingCost: bytes } = problem;
  const [below, above] = apart;
  for (let tensor = 0; tensor < crossingCost.length; tensor += 1) {
    const at = tensor * (tierCount - 1) + link;
    const sent = bytes[at] ?? 0;
    const broken = below && above ? (below[at] ?? 0) * perSecondBelow + (above[at] ?? 0) * perSecondAbove : 0;
    const crossing = sent === Number.POSITIVE_INFINITY ? sent : broken + sent * perByte;
    crossingCost[tensor] = (crossingCost[tensor] ?? 0) + crossing;
  }
}
