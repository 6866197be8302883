import { inTurn, type Sentence, say } from '../../../shared/messages/say';
import type { Metric } from '../../../shared/vocabulary/metrics';
import { bytesText, durationText, listed } from '../../../shared/vocabulary/quantities';
import type { CostTables } from '../costs/costTables';
import { separatedKernels } from '../costs/separatedKernels';
import type { Infrastructure } from '../infrastructure/infrastructure';
import { runsOn } from '../infrastructure/operatorSupport';
import { busyValue, countedMetrics, isStated, metricArithmetic, transferValue, wayOf } from '../plan/metrics';
import type { Assignment } from '../plan/plan';

/** What a plan's figures leave out. */
export interface Caveats {
  readonly remarks: readonly Sentence[];
  /** True where some times are not known, which leaves every proof open. */
  readonly leaveProofOpen: boolean;
}

/**
 * What is not stated of layers, tiers and links, and what that makes of the figures that an objective counts.
 * @param assignment of the plan that is told
 */
export function caveatsOf(costs: CostTables, assignment: Assignment): Caveats {
  const { infrastructure } = costs;
  const times = [unknownCosts(costs), missingRates(costs), unknownAnswers(costs)].filter((one) => one !== undefined);
  const rates = countedMetrics(infrastructure.objective).map(({ metric }) => unstatedRates(infrastructure, metric));
  const rest = [
    boundedAnswers(costs),
    ...rates,
    foreignInputs(costs),
    ...unsupportedNodes(costs),
    brokenFusion(costs, assignment),
  ].filter((one) => one !== undefined);
  return { remarks: [...times, ...rest], leaveProofOpen: times.length > 0 };
}

function unknownCosts({ unknownTimes }: CostTables): Sentence | undefined {
  return unknownTimes === 0 ? undefined : say('caveat.unknownCosts', { layers: unknownTimes });
}

/** Outputs that come back and whose size nobody knows: they count nothing, which is no size. */
function unknownAnswers({ graph, answers, infrastructure }: CostTables): Sentence | undefined {
  const names = answers.unknown.map((output) => `\`${graph.tensors[output]?.name ?? ''}\``);
  if (names.length === 0 || infrastructure.links.length === 0) return undefined;
  return say('caveat.unknownAnswers', { outputs: listed(names), count: names.length });
}

/** Outputs that count the most that they can be. */
function boundedAnswers({ graph, answers, infrastructure }: CostTables): Sentence | undefined {
  const names = answers.atMost.map((output) => `\`${graph.tensors[output]?.name ?? ''}\``);
  if (names.length === 0 || infrastructure.links.length === 0) return undefined;
  const bytes = answers.atMost.reduce((sum, output) => sum + (graph.tensors[output]?.mostBytes ?? 0), 0);
  return say('caveat.boundedAnswers', { outputs: listed(names), most: bytesText(bytes) });
}

/** Cuts between layers that a tier's times count as one kernel, and what these cost. */
function brokenFusion(costs: CostTables, assignment: Assignment): Sentence | undefined {
  const { lastBelow, extraSeconds } = separatedKernels(costs, assignment);
  const tiers = [...new Set(lastBelow.map((node) => assignment[node] ?? 0))];
  const places = tiers.map((tier) => {
    const last = assignment.findLastIndex((one) => one <= tier);
    return `\`${costs.graph.nodes[last]?.label ?? ''}\``;
  });
  if (places.length === 0) return undefined;
  const milliseconds = extraSeconds.reduce((sum, seconds) => sum + seconds * 1e3, 0);
  return say('caveat.brokenFusion', { places: listed([...new Set(places)]), more: durationText(milliseconds) });
}

/** A tier without rates and measured times would look infinitely fast. */
function missingRates({ tiers }: CostTables): Sentence | undefined {
  const without = tiers.filter(
    ({ tier, measured }) => tier.gflops === undefined && tier.memoryGBps === undefined && !measured.includes(1),
  );
  if (without.length === 0) return undefined;
  const names = listed(without.map(({ tier }) => `\`${tier.id}\``));
  return say('caveat.noRates', { tiers: names, count: without.length });
}

/** Why every plan is as good as any other; nothing where something counts for the objective. */
export function whyNothingCounts(infrastructure: Infrastructure): Sentence | undefined {
  const counted = countedMetrics(infrastructure.objective).map(({ metric }) => metric);
  const counts = (metric: Metric) =>
    metricArithmetic[metric].unstated === undefined || isStated(metric, infrastructure);
  if (counted.some(counts)) return undefined;
  const first = `\`${infrastructure.tiers[0]?.id}\``;
  const [reason, ...others] = counted.flatMap((metric) => metricArithmetic[metric].unstated?.everywhere(first) ?? []);
  return reason && inTurn(reason, ...others);
}

/** Tiers and links that would look free in a metric. */
function unstatedRates(infrastructure: Infrastructure, metric: Metric): Sentence | undefined {
  const { tiers, links } = infrastructure;
  const { scope, unstated } = metricArithmetic[metric];
  if (unstated === undefined) return undefined;
  const counted = scope === 'firstTier' ? tiers.slice(0, 1) : tiers;
  const free = counted.filter((_, k) => busyValue(metric, 1, infrastructure, k) === 0);
  if (free.length > 0) return unstated.onTiers(listed(free.map(({ id }) => `\`${id}\``)), free.length);
  const isFree = links.length > 0 && transferValue(metric, 1, wayOf(infrastructure, 0, 'up')) === 0;
  return isFree ? unstated.onFirstLink?.(`\`${tiers[0]?.id}\``) : undefined;
}

/** Layers that a tier cannot run, which narrows every plan. */
function unsupportedNodes({ graph, infrastructure }: CostTables): Sentence[] {
  return infrastructure.tiers.flatMap((tier) => {
    if (tier.unsupportedOperators === undefined) return [];
    const nodes = graph.nodes.filter((node) => !runsOn(tier, node));
    const operators = listed([...new Set(nodes.map(({ op }) => op))]);
    return nodes.length === 0 ? [] : [say('caveat.unsupported', { tier: tier.id, layers: nodes.length, operators })];
  });
}

/** Sizes on the wire that were given for inputs, none of which this model has: one of their names may be misspelled. */
function foreignInputs({ graph, infrastructure }: CostTables): Sentence | undefined {
  const given = Object.keys(infrastructure.inputWireBytes);
  const own = graph.inputs.map((input) => graph.tensors[input]?.name ?? '');
  if (given.length === 0 || given.some((name) => own.includes(name))) return undefined;
  const names = listed(given.map((name) => `\`${name}\``));
  const ownNames = own.length === 0 ? say('caveat.noInputs', {}) : listed(own.map((name) => `\`${name}\``));
  return say('caveat.foreignInputs', { given: names, own: ownNames });
}
