import { figures, type Metric, metricEntry } from '../../../shared/vocabulary/metrics';
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
import type { Assignment, Evaluation, LinkLoad, TierLoad } from '../plan/plan';
import { additiveObjective, answerCost, crossingCost } from './costModel';
import type { CostTables } from './costTables';
import { type Placed, placedBy } from './placed';

/**
 * What an assignment costs (`docs/theory.md` section 4). A tensor that is made on tier p and needed up to tier q is charged on
 * every link between them; each counts once per link however many readers it has. Inputs start on the first tier, and
 * outputs that are returned come back there over every link below. State crosses where it is made on one side and read on the other.
 * @param assignment tier per node; must not fall along an edge.
 */
export function evaluatePlan(costs: CostTables, assignment: Assignment): Evaluation {
  const placed = placedBy(costs, assignment);
  const links = linkLoads(costs, placed);
  const tiers = tierLoads(costs, placed, links);
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

function linkLoads({ infrastructure, answers }: CostTables, placed: Placed): LinkLoad[] {
  return placed.links.map(({ tensors, bytes, state, isReached, answers: own, answerBytes }, l) => {
    const up = wayOf(infrastructure, l, 'up');
    const down = wayOf(infrastructure, l, 'down');
    const comesBack = isReached && answers.comesBack;
    const answered = (metric: Metric) => (comesBack ? answerValue(metric, answerBytes, down) : 0);
    return {
      tensors,
      bytes,
      transferMs: transferValue('latency', bytes, up) * 1e3,
      ...{ answers: own, answerBytes },
      answerMs: answered('latency') * 1e3,
      ...(state && { state }),
      costPerRequest: transferValue('cost', bytes, up) + answered('cost'),
    };
  });
}

function tierLoads(costs: CostTables, placed: Placed, links: readonly LinkLoad[]): TierLoad[] {
  return costs.tiers.flatMap(({ tier }, k) => {
    const own = placed.tiers[k];
    if (own === undefined) return [];
    const { nodes, side, stateBytes, busyS, measuredNodes } = own;
    const load: TierLoad = {
      nodes,
      ...side,
      ...(stateBytes > 0 && { stateBytes }),
      busyS,
      computeMs: busyS * 1e3,
      measuredNodes,
      costPerRequest: metricArithmetic.cost.busy(busyS, tier, k, 0),
      energyJ: busyS * tier.watts + radioJoules(costs, k, links[k]),
    };
    return [load];
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
