import { namesOf } from '../recordOf';
import { translatable } from '../translatable';
import { costShortText, costText, durationText, energyText, rateText, threeDigits } from './quantities';

/** What people and documents see of a metric. Its arithmetic is the row of the same name in `engine/planning/plan/metrics`. */
interface MetricEntry {
  /** Property that states it in reports and plan documents. */
  readonly figure: string;
  /** The constraint that limits it, in the unit of the figure. */
  readonly limit: string;
  readonly limitDescription: string;
  /** Which figures are better, and so whether the limit is the least or the most that it may be. */
  readonly better: 'less' | 'more';
  /** Whether a plan's parts add up to it, so that it can have a weight in an objective, or the worst part decides. */
  readonly combine: 'sum' | 'worst';
  /** What its value is counted in, where it has a weight. */
  readonly unit: string;
  readonly label: string;
  /** Where a short text stands under it. */
  readonly shortLabel: string;
  /** Where it says whose it is. */
  readonly fullLabel: string;
  /** One line for pickers. */
  readonly description: string;
  /** What a plan is called that is best in it. */
  readonly bestPlan: string;
  /** What a plan is than another one: "1.8 times faster than". */
  readonly ifBetter: string;
  readonly ifWorse: string;
  /**
   * The value of a figure in the unit that weights count, of which less is better, and back: from a value, or from the
   * number of `parts` of that unit.
   */
  readonly toValue: (figure: number) => number;
  readonly toFigure: (value: number, parts?: number) => number;
  /** What its value is called in tables, and what it is multiplied by for that. */
  readonly value: { readonly title: string; readonly scale: number };
  /** The figure for reading: alone, where there is little room, of a whole plan, and in a sentence. */
  readonly text: (figure: number) => string;
  readonly shortText: (figure: number) => string;
  readonly planText: (figure: number) => string;
  readonly words: (figure: number) => string;
  /** True where plans without any are nothing to tell: such a column is left out while all are 0. */
  readonly isOptional?: true;
  /** True where no part of a plan may take any: the figure is infinite, which documents write as null. */
  readonly isUnbounded?: string;
  /** Set for what came after the first version of plan documents: older ones do not state it. */
  readonly isNewInPlans?: true;
}

const itself = (value: number) => value;

/** Every metric, in the order in which people see them. */
export const metricTable = {
  latency: {
    figure: 'latencyMs',
    limit: 'maxLatencyMs',
    limitDescription: 'Longest latency of one request in milliseconds.',
    better: 'less',
    combine: 'sum',
    unit: 'seconds',
    label: translatable('Latency'),
    shortLabel: translatable('Latency'),
    fullLabel: translatable('Latency'),
    description: translatable('Time from a request to its answer'),
    bestPlan: translatable('lowest-latency plan'),
    ifBetter: translatable('faster'),
    ifWorse: translatable('slower'),
    toValue: (milliseconds) => milliseconds * 1e-3,
    toFigure: (time, parts = 1) => time * (1e3 / parts),
    value: { title: 'latency in ms', scale: 1e3 },
    text: durationText,
    shortText: durationText,
    planText: durationText,
    words: (milliseconds) => `${durationText(milliseconds)} per request`,
  },
  cost: {
    figure: 'costPerRequest',
    limit: 'maxCostPerRequest',
    limitDescription: 'Highest cost of one request in dollars.',
    better: 'less',
    combine: 'sum',
    unit: 'dollars',
    label: translatable('Cost'),
    shortLabel: translatable('Cost per million'),
    fullLabel: translatable('Cost'),
    description: translatable('Price of the busy time on every tier and of the bytes on every link'),
    bestPlan: translatable('lowest-cost plan'),
    ifBetter: translatable('cheaper'),
    ifWorse: translatable('more expensive'),
    toValue: itself,
    toFigure: itself,
    value: { title: 'dollars per million', scale: 1e6 },
    text: costText,
    shortText: costShortText,
    planText: costText,
    words: costText,
  },
  throughput: {
    figure: 'throughputPerSecond',
    limit: 'minThroughputPerSecond',
    limitDescription: 'Fewest requests per second that the slowest stage must take.',
    better: 'more',
    combine: 'worst',
    unit: 'seconds of the slowest stage',
    label: translatable('Throughput'),
    shortLabel: translatable('Throughput'),
    fullLabel: translatable('Throughput'),
    description: translatable('Requests per second that the slowest tier or link takes'),
    bestPlan: translatable('highest-throughput plan'),
    ifBetter: translatable('more throughput'),
    ifWorse: translatable('less throughput'),
    toValue: (perSecond) => 1 / perSecond,
    toFigure: (time, parts = 1) => parts / time,
    value: { title: 'slowest stage in ms', scale: 1e3 },
    text: rateText,
    shortText: rateText,
    planText: rateText,
    words: (perSecond) =>
      `${Number.isFinite(perSecond) ? threeDigits(perSecond) : 'any number of'} requests per second`,
    isUnbounded: 'Requests per second; null where no stage takes any time.',
  },
  energy: {
    figure: 'energyJ',
    limit: 'maxEnergyJ',
    limitDescription: 'Most energy that the first tier may spend on one request, in joules.',
    better: 'less',
    combine: 'sum',
    unit: 'joules',
    label: translatable('Energy'),
    shortLabel: translatable('Energy'),
    fullLabel: translatable('Energy of the first tier'),
    description: translatable('Energy that the first tier spends on computing and sending'),
    bestPlan: translatable('lowest-energy plan'),
    ifBetter: translatable('less energy'),
    ifWorse: translatable('more energy'),
    toValue: itself,
    toFigure: itself,
    value: { title: 'joules', scale: 1 },
    text: energyText,
    shortText: energyText,
    planText: (joules) => `${energyText(joules)} on the first tier`,
    words: (joules) => `${energyText(joules)} per request on the first tier`,
    isOptional: true,
  },
} as const satisfies Readonly<Record<string, MetricEntry>>;

/** What plans are compared by. */
export type Metric = keyof typeof metricTable;

/** The property that states a metric in reports and plan documents. */
export type FigureName<M extends Metric = Metric> = (typeof metricTable)[M]['figure'];

/** The metrics that add up over a plan's parts. */
export type AdditiveMetric = {
  [M in Metric]: (typeof metricTable)[M]['combine'] extends 'sum' ? M : never;
}[Metric];

/** The limits that a constraint may state, each in its metric's own unit. */
export type LimitName = (typeof metricTable)[Metric]['limit'];

/** Properties named after the figures of metrics. */
export type Figures<Value = number> = { readonly [M in Metric as FigureName<M>]: Value };

/** Every metric, in the order of the table. */
export const metrics = namesOf(metricTable);

export const additiveMetrics = metrics.filter((metric): metric is AdditiveMetric => combines(metric, 'sum'));

/** In the order in which limits are stated: those on what adds up come first. */
export const limitedMetrics: readonly Metric[] = [
  ...additiveMetrics,
  ...metrics.filter((metric) => combines(metric, 'worst')),
];

function combines(metric: Metric, how: MetricEntry['combine']): boolean {
  return metricTable[metric].combine === how;
}

/** The row of a metric, with every property that a row may have. */
export function metricEntry(
  metric: Metric,
): MetricEntry & { readonly figure: FigureName<Metric>; readonly limit: LimitName } {
  return metricTable[metric];
}

/** Metrics that tables show although they are none that the objective counts: those that every plan has something of. */
export function shownMetrics(objective: string, plans: readonly Figures<number | null>[] = []): readonly Metric[] {
  return metrics.filter((metric) => {
    if (metricEntry(metric).isOptional === undefined || metric === objective) return true;
    return plans.some((plan) => (figureOf(plan, metric) ?? 0) > 0);
  });
}

/** The metric of this name; nothing for weights and unknown names. */
export function metricNamed(name: string): Metric | undefined {
  return metrics.find((metric) => metric === name);
}

/** The metric that a constraint limits. */
export function metricLimitedBy(limit: LimitName): Metric {
  return metrics.find((metric) => metricTable[metric].limit === limit) ?? 'latency';
}

/** A property for every metric's figure, in the order of the table. */
export function figures<Value>(valueFor: (metric: Metric) => Value): Figures<Value> {
  return Object.fromEntries(metrics.map((metric) => [metricTable[metric].figure, valueFor(metric)])) as Figures<Value>;
}

/** The figures alone of something that has them. */
export function figuresOf<Value>(source: Figures<Value>): Figures<Value> {
  return figures((metric) => source[metricTable[metric].figure]);
}

/** A plan's figure of a metric. */
export function figureOf<Value>(source: Figures<Value>, metric: Metric): Value {
  return source[metricTable[metric].figure];
}

/** What a tier or a link states for a metric to count by: nothing, unless a document or a preset states it. */
export interface RateEntry {
  readonly label: string;
  readonly unit: string;
  readonly description: string;
  /** As in `MetricEntry`. */
  readonly isNewInPlans?: true;
}

/** What metrics count on a tier, besides its time. */
export const tierRates = {
  pricePerHour: {
    label: 'Price',
    unit: '$/h',
    description: 'Price of one busy hour in dollars; 0 unless stated here or by the preset.',
  },
  watts: { label: 'Power', unit: 'W', description: 'Power while busy in watts.' },
  electricityPerKWh: {
    label: 'Electricity',
    unit: '$/kWh',
    description: 'Price of electricity in dollars per kWh.',
  },
  idleWatts: {
    label: 'Power while waiting',
    unit: 'W',
    description: 'Power of the first tier while it waits for an answer, in watts.',
    isNewInPlans: true,
  },
} as const satisfies Readonly<Record<string, RateEntry>>;
export type TierRate = keyof typeof tierRates;

/** What metrics count on a link, besides its time. */
export const linkRates = {
  pricePerGB: { label: 'Price', unit: '$/GB', description: 'Price of a transferred GB in dollars.' },
  joulesPerMB: {
    label: 'Energy',
    unit: 'J/MB',
    description: 'Energy that the lower tier spends per transferred MB.',
  },
  downPricePerGB: {
    label: 'Price downward',
    unit: '$/GB',
    description: 'Price of a GB of answers in dollars (default: as upward).',
    isNewInPlans: true,
  },
  txWatts: {
    label: 'Power while sending',
    unit: 'W',
    description: 'Power of the lower tier while it sends, in watts; instead of `joulesPerMB`.',
    isNewInPlans: true,
  },
  rxWatts: {
    label: 'Power while receiving',
    unit: 'W',
    description: 'Power of the lower tier while it receives an answer, in watts.',
    isNewInPlans: true,
  },
} as const satisfies Readonly<Record<string, RateEntry>>;
export type LinkRate = keyof typeof linkRates;
