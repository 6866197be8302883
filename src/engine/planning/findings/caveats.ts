import type { Metric } from '../../../shared/metrics';
import { listed } from '../../../shared/quantities';
import type { CostTables } from '../costs/costTables';
import type { Infrastructure } from '../infrastructure/infrastructure';
import { busyValue, countedMetrics, isStated, metricArithmetic, transferValue } from '../plan/metrics';

/** What a plan's figures leave out. */
export interface Caveats {
  /** Remarks in parentheses, each with a space before it. */
  readonly remarks: string;
  /** True where some times are not known, which leaves every proof open. */
  readonly leaveProofOpen: boolean;
}

/** What is not stated of layers, tiers and links, and what that makes of the figures that an objective counts. */
export function caveatsOf(costs: CostTables): Caveats {
  const { infrastructure } = costs;
  const times = [unknownCosts(costs), missingRates(costs)].filter((one) => one !== '');
  const rates = countedMetrics(infrastructure.objective).map(({ metric }) => unstatedRates(infrastructure, metric));
  const rest = [...rates, foreignInputs(costs)].filter((one) => one !== '');
  return { remarks: [...times, ...rest].map((one) => ` (${one})`).join(''), leaveProofOpen: times.length > 0 };
}

function unknownCosts({ unknownTimes }: CostTables): string {
  if (unknownTimes === 0) return '';
  const layers = unknownTimes === 1 ? '1 layer has' : `${unknownTimes} layers have`;
  return `${layers} no known cost; bind the open dimensions`;
}

/** A tier without rates and measured times would look infinitely fast. */
function missingRates({ tiers }: CostTables): string {
  const without = tiers.filter(
    ({ tier, measured }) => tier.gflops === undefined && tier.memoryGBps === undefined && !measured.includes(1),
  );
  if (without.length === 0) return '';
  const names = listed(without.map(({ tier }) => `\`${tier.id}\``));
  return `${names} ${without.length === 1 ? 'has' : 'have'} neither rates nor measured times, so layers take no time there; state \`gflops\` or a \`preset\``;
}

/** Why every plan is as good as any other; empty where something counts for the objective. */
export function whyNothingCounts(infrastructure: Infrastructure): string {
  const counted = countedMetrics(infrastructure.objective).map(({ metric }) => metric);
  const counts = (metric: Metric) =>
    metricArithmetic[metric].unstated === undefined || isStated(metric, infrastructure);
  if (counted.some(counts)) return '';
  const first = `\`${infrastructure.tiers[0]?.id}\``;
  return counted.map((metric) => metricArithmetic[metric].unstated?.everywhere(first) ?? '').join(', and ');
}

/** Tiers and links that would look free in a metric. */
function unstatedRates({ tiers, links }: Infrastructure, metric: Metric): string {
  const { scope, unstated } = metricArithmetic[metric];
  if (unstated === undefined) return '';
  const counted = scope === 'firstTier' ? tiers.slice(0, 1) : tiers;
  const free = counted.filter((tier, k) => busyValue(metric, 1, tier, k) === 0);
  if (free.length > 0) return unstated.onTiers(listed(free.map(({ id }) => `\`${id}\``)), free.length);
  const [link] = links;
  const isFree = link !== undefined && transferValue(metric, 1, link, 0) === 0;
  return isFree ? (unstated.onFirstLink?.(`\`${tiers[0]?.id}\``) ?? '') : '';
}

/** Sizes on the wire that were given for inputs, none of which this model has: one of their names may be misspelled. */
function foreignInputs({ graph, infrastructure }: CostTables): string {
  const given = Object.keys(infrastructure.inputWireBytes);
  const own = graph.inputs.map((input) => graph.tensors[input]?.name ?? '');
  if (given.length === 0 || given.some((name) => own.includes(name))) return '';
  const names = listed(given.map((name) => `\`${name}\``));
  return `\`inputs\` names ${names}, but this model reads ${listed(own.map((name) => `\`${name}\``)) || 'none'}`;
}
