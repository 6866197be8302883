import { figures, type Metric, metricEntry } from '../../../shared/metrics';
import { loadOf, loadOfAll, type SideLoad } from '../../split/peakActivations';
import { busyValue, isWorstPart, joined, metricArithmetic, transferValue } from '../plan/metrics';
import type { Assignment, Evaluation, LinkLoad, TierLoad } from '../plan/plan';
import { additiveObjective, crossingCost, transferSeconds } from './costModel';
import type { CostTables } from './costTables';

/**
 * What an assignment costs (`docs/theory.md` section 4). A tensor that is made on tier p and needed up to tier q is charged on
 * every link between them; each counts once per link however many readers it has. Inputs start on the first tier and
 * outputs stay where they are made.
 * @param assignment tier per node; must not fall along an edge.
 */
export function evaluatePlan(costs: CostTables, assignment: Assignment): Evaluation {
  const links = linkLoads(costs, assignment);
  const tiers = tierLoads(costs, assignment, links);
  const totals = figures((metric) => {
    return metricEntry(metric).toFigure(totalOf(costs, metric, tiers, links), partsOf(metric));
  });
  return { ...totals, objectiveValue: objectiveValue(costs, tiers, links), tiers, links };
}

function linkLoads(costs: CostTables, assignment: Assignment): LinkLoad[] {
  const { producer } = costs.topology;
  const crossing = costs.infrastructure.links.map((): number[] => []);
  for (let tensor = 0; tensor < producer.length; tensor++) {
    const maker = producer[tensor] ?? -1;
    const from = maker < 0 ? 0 : (assignment[maker] ?? 0);
    const until = highestReader(costs, assignment, tensor);
    for (let link = from; link < until; link++) crossing[link]?.push(tensor);
  }
  return costs.infrastructure.links.map((link, l) => {
    const tensors = crossing[l] ?? [];
    const bytes = tensors.reduce((sum, tensor) => sum + (costs.wires[l]?.tensorBytes[tensor] ?? 0), 0);
    return {
      tensors,
      bytes,
      transferMs: transferSeconds(bytes, link) * 1e3,
      costPerRequest: metricArithmetic.cost.sending(bytes, link),
    };
  });
}

function highestReader(costs: CostTables, assignment: Assignment, tensor: number): number {
  const { consumerStart, consumers } = costs.topology;
  let highest = -1;
  for (let at = consumerStart[tensor] ?? 0; at < (consumerStart[tensor + 1] ?? 0); at++) {
    highest = Math.max(highest, assignment[consumers[at] ?? 0] ?? 0);
  }
  return highest;
}

function tierLoads(costs: CostTables, assignment: Assignment, links: readonly LinkLoad[]): TierLoad[] {
  const isBelow = new Uint8Array(assignment.length);
  return costs.tiers.map((table, k) => {
    const isHere = new Uint8Array(assignment.length);
    let nodes = 0;
    let busyS = 0;
    let measuredNodes = 0;
    for (let node = 0; node < assignment.length; node++) {
      if (assignment[node] !== k) continue;
      isHere[node] = 1;
      nodes++;
      busyS += table.seconds[node] ?? 0;
      measuredNodes += table.measured[node] ?? 0;
    }
    const load = sideLoad(costs, nodes, isHere, isBelow);
    for (let node = 0; node < isHere.length; node++) if (isHere[node] === 1) isBelow[node] = 1;
    const link = costs.infrastructure.links[k];
    const { cost, energy } = metricArithmetic;
    const sentJ = link === undefined ? 0 : energy.sending(links[k]?.bytes ?? 0, link);
    return {
      nodes,
      ...load,
      busyS,
      computeMs: busyS * 1e3,
      measuredNodes,
      costPerRequest: cost.busy(busyS, table.tier),
      energyJ: energy.busy(busyS, table.tier) + sentJ,
    };
  });
}

/** What one tier holds; the whole model on one tier, a baseline of every plan, is looked at once. */
function sideLoad(costs: CostTables, nodes: number, isHere: Uint8Array, isBelow: Uint8Array): SideLoad {
  if (nodes === 0) return { macs: 0, weightBytes: 0, peakActivationBytes: 0 };
  return nodes === isHere.length ? loadOfAll(costs.graph) : loadOf(costs.graph, isHere, isBelow);
}

/** A metric over all of a plan; of times in milliseconds, in which loads state them. */
function totalOf(costs: CostTables, metric: Metric, tiers: readonly TierLoad[], links: readonly LinkLoad[]): number {
  const { infrastructure } = costs;
  const unit = partsOf(metric);
  const onTiers = infrastructure.tiers.map((tier, k) => busyValue(metric, (tiers[k]?.busyS ?? 0) * unit, tier, k));
  const onLinks = infrastructure.links.map((link, l) => transferValue(metric, links[l]?.bytes ?? 0, link, l) * unit);
  const sumOf = (parts: readonly number[], before = 0) =>
    parts.reduce((sum, part) => joined(metric, sum, part), before);
  // Times of tiers and of links are totals of their own before they are one.
  return unit === 1 ? sumOf(onLinks, sumOf(onTiers)) : joined(metric, sumOf(onTiers), sumOf(onLinks));
}

/** In how many parts of its unit a metric's total is counted. */
function partsOf(metric: Metric): number {
  return metricArithmetic[metric].isTime ? 1e3 : 1;
}

function objectiveValue(costs: CostTables, tiers: readonly TierLoad[], links: readonly LinkLoad[]): number {
  const { objective } = costs.infrastructure;
  if (isWorstPart(objective)) return totalOf(costs, objective, tiers, links) * 1e-3;
  const additive = additiveObjective(costs.infrastructure, objective);
  let value = 0;
  for (const [k, tier] of tiers.entries()) value += tier.computeMs * 1e-3 * (additive?.perSecond[k] ?? 0);
  for (const [l, link] of links.entries()) if (additive) value += crossingCost(additive, l, link.bytes);
  return value;
}
