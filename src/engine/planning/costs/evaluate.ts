import { figures, type Metric, metricEntry } from '../../../shared/vocabulary/metrics';
import { loadsOfSides } from '../../split/peakActivations';
import type { StateTensor } from '../../split/splitGraph';
import { crossesAt, residentState } from '../../split/stateTensors';
import {
  answerValue,
  busyValue,
  isWorstPart,
  joined,
  metricArithmetic,
  sendingSeconds,
  transferValue,
  type Way,
  wayOf,
} from '../plan/metrics';
import type { Assignment, Evaluation, LinkLoad, StateLoad, TierLoad } from '../plan/plan';
import { answerBytesOf } from './answers';
import { additiveObjective, answerCost, crossingCost } from './costModel';
import type { CostTables } from './costTables';
import { separatedKernels } from './separatedKernels';

/**
 * What an assignment costs (`docs/theory.md` section 4). A tensor that is made on tier p and needed up to tier q is charged on
 * every link between them; each counts once per link however many readers it has. Inputs start on the first tier, and
 * outputs that are returned come back there over every link below. State crosses where it is made on one side and read on the other.
 * @param assignment tier per node; must not fall along an edge.
 */
export function evaluatePlan(costs: CostTables, assignment: Assignment): Evaluation {
  const links = linkLoads(costs, assignment);
  const tiers = tierLoads(costs, assignment, links);
  const totals = figures((metric) => {
    return metricEntry(metric).toFigure(totalOf(costs, metric, tiers, links), partsOf(metric));
  });
  // Only of the first tier it is known how long it waits.
  const { energyJ } = totals;
  const waited = tiers.map((load, k) => (k === 0 ? { ...load, energyJ } : load));
  const calls = costs.phases && {
    firstTokenMs: evaluatePlan(costs.phases.first, assignment).latencyMs,
    perTokenMs: evaluatePlan(costs.phases.token, assignment).latencyMs,
  };
  const value = objectiveValue(costs, tiers, links);
  return { ...totals, objectiveValue: value, tiers: waited, links, ...(calls && { calls }) };
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
  const highest = assignment.reduce((most, tier) => Math.max(most, tier), 0);
  return costs.infrastructure.links.map((_, l) => {
    const tensors = crossing[l] ?? [];
    const state = stateLoad(costs.answers.carried, assignment, l);
    const bytes = tensors.reduce(
      (sum, tensor) => sum + (costs.wires[l]?.tensorBytes[tensor] ?? 0),
      state?.upBytes ?? 0,
    );
    const up = wayOf(costs.infrastructure, l, 'up');
    const answer = answerLoad(costs, assignment, l, highest > l, state?.downBytes ?? 0);
    return {
      tensors,
      bytes,
      transferMs: transferValue('latency', bytes, up) * 1e3,
      ...answer.load,
      ...(state && { state }),
      costPerRequest: transferValue('cost', bytes, up) + answer.cost,
    };
  });
}

/** State that is made on one side of a link and read on the other one. */
function stateLoad(carried: readonly StateTensor[], assignment: Assignment, l: number): StateLoad | undefined {
  const crossing = (direction: 'up' | 'down') =>
    carried.filter((one) => crossesAt(one, (node) => (assignment[node] ?? 0) <= l) === direction);
  const [up, down] = [crossing('up'), crossing('down')];
  if (up.length + down.length === 0) return undefined;
  const bytesOf = (some: readonly StateTensor[]) => some.reduce((sum, { bytes = 0 }) => sum + bytes, 0);
  const named = (some: readonly StateTensor[]) => some.map(({ output }) => output);
  return { up: named(up), upBytes: bytesOf(up), down: named(down), downBytes: bytesOf(down) };
}

/**
 * What comes back over a link, and its price; nothing where nothing runs above it or nobody waits.
 * @param stateBytes of state that comes down
 */
function answerLoad(costs: CostTables, assignment: Assignment, l: number, isReached: boolean, stateBytes: number) {
  const { infrastructure, answers, topology } = costs;
  const made = (output: number) => assignment[topology.producer[output] ?? 0] ?? 0;
  const own = isReached ? answers.outputs.filter((output) => made(output) > l) : [];
  const answerBytes = own.reduce((sum, output) => sum + (answerBytesOf(costs.graph, output) ?? 0), stateBytes);
  const way = wayOf(infrastructure, l, 'down');
  const valueIn = (metric: Metric) => (isReached && answers.comesBack ? answerValue(metric, answerBytes, way) : 0);
  return { load: { answers: own, answerBytes, answerMs: valueIn('latency') * 1e3 }, cost: valueIn('cost') };
}

function highestReader(costs: CostTables, assignment: Assignment, tensor: number): number {
  const { consumerStart, consumers } = costs.topology;
  let highest = -1;
  for (let at = consumerStart[tensor] ?? 0; at < (consumerStart[tensor + 1] ?? 0); at++) {
    highest = Math.max(highest, assignment[consumers[at] ?? 0] ?? 0);
  }
  return highest;
}

const nothing = { nodes: 0, busyS: 0, measuredNodes: 0, stateBytes: 0 };
const noLoad = { macs: 0, weightBytes: 0, peakActivationBytes: 0 };

function tierLoads(costs: CostTables, assignment: Assignment, links: readonly LinkLoad[]): TierLoad[] {
  const kept = costs.graph.state && residentState(costs.graph);
  const sums = costs.tiers.map(() => ({ ...nothing }));
  const sides = loadsOfSides(costs.graph, assignment, costs.tiers.length);
  const { extraSeconds } = separatedKernels(costs, assignment);
  for (let node = 0; node < assignment.length; node++) {
    const k = assignment[node] ?? 0;
    const sum = sums[k];
    const table = costs.tiers[k];
    if (sum === undefined || table === undefined) continue;
    sum.nodes++;
    sum.busyS += table.seconds[node] ?? 0;
    sum.measuredNodes += table.measured[node] ?? 0;
    if (kept !== undefined) sum.stateBytes += kept[node] ?? 0;
  }
  return costs.tiers.map(({ tier }, k) => {
    const { nodes, measuredNodes, stateBytes, ...own } = sums[k] ?? nothing;
    const busyS = own.busyS + (extraSeconds[k] ?? 0);
    return {
      nodes,
      ...(sides[k] ?? noLoad),
      ...(stateBytes > 0 && { stateBytes }),
      busyS,
      computeMs: busyS * 1e3,
      measuredNodes,
      costPerRequest: metricArithmetic.cost.busy(busyS, tier, k, 0),
      energyJ: busyS * tier.watts + radioJoules(costs, k, links[k]),
    };
  });
}

/** What a tier spends on sending up and receiving from the link above it. */
function radioJoules({ infrastructure }: CostTables, k: number, load: LinkLoad | undefined): number {
  const link = infrastructure.links[k];
  if (link === undefined || load === undefined) return 0;
  const [up, down] = [wayOf(infrastructure, k, 'up'), wayOf(infrastructure, k, 'down')];
  const { moving, sending } = metricArithmetic.energy;
  const onAir = (bytes: number, way: Way, watts: number, joulesPerMB: number) =>
    moving(bytes, { ...way, joulesPerMB }) + sending(sendingSeconds(bytes, way), { ...way, watts });
  return onAir(load.bytes, up, link.txWatts, link.joulesPerMB) + onAir(load.answerBytes, down, link.rxWatts, 0);
}

/** A metric over all of a plan; of times in milliseconds, in which loads state them. */
function totalOf(costs: CostTables, metric: Metric, tiers: readonly TierLoad[], links: readonly LinkLoad[]): number {
  const { infrastructure } = costs;
  const unit = partsOf(metric);
  const highest = tiers.findLastIndex(({ nodes }) => nodes > 0);
  const onTiers = tiers.map(({ busyS }, k) => busyValue(metric, busyS * unit, infrastructure, k));
  const onLinks = links.flatMap(({ bytes, answerBytes }, l) => {
    const up = transferValue(metric, bytes, wayOf(infrastructure, l, 'up')) * unit;
    if (infrastructure.answer === 'stays' || l >= highest) return [up];
    return [up, answerValue(metric, answerBytes, wayOf(infrastructure, l, 'down')) * unit];
  });
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
  if (additive === undefined) return value;
  const highest = tiers.findLastIndex(({ nodes }) => nodes > 0);
  for (const [l, link] of links.entries()) {
    value += crossingCost(additive, l, link.bytes);
    if (l < highest) value += answerCost(additive, l, link.answerBytes);
  }
  return value;
}
