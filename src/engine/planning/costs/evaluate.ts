import { loadOf, loadOfAll, type SideLoad } from '../../split/peakActivations';
import type { Assignment, Evaluation, LinkLoad, TierLoad } from '../plan/plan';
import {
  additiveObjective,
  crossingValue,
  pricePerSecond,
  transferJoules,
  transferPrice,
  transferSeconds,
} from './costModel';
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
  return { ...totals(costs, tiers, links), tiers, links };
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
      costPerRequest: transferPrice(bytes, link),
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
    let seconds = 0;
    let measuredNodes = 0;
    for (let node = 0; node < assignment.length; node++) {
      if (assignment[node] !== k) continue;
      isHere[node] = 1;
      nodes++;
      seconds += table.seconds[node] ?? 0;
      measuredNodes += table.measured[node] ?? 0;
    }
    const load = sideLoad(costs, nodes, isHere, isBelow);
    for (let node = 0; node < isHere.length; node++) if (isHere[node] === 1) isBelow[node] = 1;
    const link = costs.infrastructure.links[k];
    const sent = link === undefined ? 0 : transferJoules(links[k]?.bytes ?? 0, link);
    return {
      nodes,
      ...load,
      computeMs: seconds * 1e3,
      measuredNodes,
      costPerRequest: seconds * pricePerSecond(table.tier),
      energyJ: seconds * table.tier.watts + sent,
    };
  });
}

/** What one tier holds; the whole model on one tier, a baseline of every plan, is looked at once. */
function sideLoad(costs: CostTables, nodes: number, isHere: Uint8Array, isBelow: Uint8Array): SideLoad {
  if (nodes === 0) return { macs: 0, weightBytes: 0, peakActivationBytes: 0 };
  return nodes === isHere.length ? loadOfAll(costs.graph) : loadOf(costs.graph, isHere, isBelow);
}

function totals(
  costs: CostTables,
  tiers: readonly TierLoad[],
  links: readonly LinkLoad[],
): Pick<Evaluation, 'latencyMs' | 'costPerRequest' | 'throughputPerSecond' | 'energyJ' | 'objectiveValue'> {
  const parts = [...tiers, ...links];
  const latencyMs =
    tiers.reduce((sum, tier) => sum + tier.computeMs, 0) + links.reduce((sum, link) => sum + link.transferMs, 0);
  const slowestMs = Math.max(
    ...tiers.map((tier, k) => tier.computeMs / (costs.infrastructure.tiers[k]?.replicas ?? 1)),
    ...links.map((link) => link.transferMs),
  );
  return {
    latencyMs,
    costPerRequest: parts.reduce((sum, part) => sum + part.costPerRequest, 0),
    throughputPerSecond: 1e3 / slowestMs,
    energyJ: tiers[0]?.energyJ ?? 0,
    objectiveValue: objectiveValue(costs, tiers, links, slowestMs),
  };
}

function objectiveValue(
  costs: CostTables,
  tiers: readonly TierLoad[],
  links: readonly LinkLoad[],
  slowestMs: number,
): number {
  const additive = additiveObjective(costs.infrastructure, costs.infrastructure.objective);
  if (additive === undefined) return slowestMs * 1e-3;
  let value = 0;
  for (const [k, tier] of tiers.entries()) value += tier.computeMs * 1e-3 * (additive.perSecond[k] ?? 0);
  for (const [l, link] of links.entries()) value += crossingValue(additive, l, link.bytes);
  return value;
}
