import { type Metric, metricTable } from '../../../shared/vocabulary/metrics';
import { busyBetween } from '../costs/busySpans';
import type { CostTables } from '../costs/costTables';
import type { Objective } from '../infrastructure/infrastructure';
import { type Limit, limitsOf } from '../plan/constraints';
import { answerValue, busyValue, countedMetrics, joined, searchedTransferValue, wayOf } from '../plan/metrics';

/** A metric with what it is made of, ready for millions of plans. */
interface Gauge {
  readonly metric: Metric;
  readonly isSum: boolean;
  /** Per tier, of one busy second. */
  readonly rates: Float64Array;
  /** Per link and position of the order, of what crosses there. */
  readonly transfers: readonly Float64Array[];
}

/**
 * Measures plans that cut the order at one position per link, each in O(K). It computes what the objective and the limits
 * ask for and no more; a search looks at a million plans.
 */
export class TupleMeter {
  private readonly gauges: readonly Gauge[];
  /** Of the plan that was measured last, per gauge. */
  private readonly values: Float64Array;
  private readonly weights: Float64Array;
  private readonly limits: readonly { readonly gauge: number; readonly most: number }[];
  private readonly otherGauge: number;

  /** @param other a metric to know besides the objective's. */
  constructor(
    private readonly costs: CostTables,
    objective: Objective,
    other: Metric,
  ) {
    const counted = countedMetrics(objective);
    const limits: Limit[] = limitsOf(costs.infrastructure.constraints);
    const needed = [...new Set([...counted, ...limits].map(({ metric }) => metric).concat(other))];
    this.gauges = needed.map((metric) => gaugeOf(costs, metric));
    this.values = new Float64Array(needed.length);
    this.weights = Float64Array.from(needed, (metric) => counted.find((one) => one.metric === metric)?.weight ?? 0);
    this.limits = limits.map(({ metric, most }) => ({ gauge: needed.indexOf(metric), most }));
    this.otherGauge = needed.indexOf(other);
  }

  /** Measures the plan with these positions on its links. */
  measure(positions: ArrayLike<number>): void {
    const { tiers, graph, infrastructure } = this.costs;
    const { gauges, values } = this;
    values.fill(0);
    let lower = 0;
    for (let k = 0; k < tiers.length; k++) {
      const table = tiers[k];
      if (table === undefined) continue;
      const upper = positions[k] ?? graph.nodes.length;
      const busyS = busyBetween(table.spans, lower, upper);
      for (let g = 0; g < gauges.length; g++) {
        const gauge = gauges[g];
        if (gauge === undefined) continue;
        const before = values[g] ?? 0;
        const sent = k < infrastructure.links.length ? (gauge.transfers[k]?.[upper] ?? 0) : 0;
        if (gauge.isSum) values[g] = before + busyS * (gauge.rates[k] ?? 0) + sent;
        else values[g] = Math.max(before, busyValue(gauge.metric, busyS, infrastructure, k), sent);
      }
      lower = upper;
    }
  }

  /** The objective of the plan that was measured last. */
  get value(): number {
    let value = 0;
    for (let g = 0; g < this.values.length; g++) {
      const weight = this.weights[g] ?? 0;
      // What is unknown is infinite, and nothing of it no number.
      if (weight !== 0) value += weight * (this.values[g] ?? 0);
    }
    return value;
  }

  /** The other metric of the plan that was measured last. */
  get other(): number {
    return this.values[this.otherGauge] ?? 0;
  }

  /** True when the plan that was measured last keeps every limit. */
  get keepsLimits(): boolean {
    return this.limits.every(({ gauge, most }) => (this.values[gauge] ?? 0) <= most);
  }
}

/** Several strategies look at the same metrics. */
const gauges = new WeakMap<CostTables, Map<Metric, Gauge>>();

function gaugeOf(costs: CostTables, metric: Metric): Gauge {
  const known = gauges.get(costs) ?? new Map<Metric, Gauge>();
  gauges.set(costs, known);
  const gauge = known.get(metric) ?? makeGauge(costs, metric);
  known.set(metric, gauge);
  return gauge;
}

function makeGauge({ infrastructure, wires, answers }: CostTables, metric: Metric): Gauge {
  return {
    metric,
    isSum: metricTable[metric].combine === 'sum',
    rates: Float64Array.from(infrastructure.tiers, (_, k) => busyValue(metric, 1, infrastructure, k)),
    transfers: infrastructure.links.map((_, l) => {
      const [up, down] = [wayOf(infrastructure, l, 'up'), wayOf(infrastructure, l, 'down')];
      const n = answers.bytesFrom.length - 1;
      const values = new Float64Array(n + 1);
      const bytes = wires[l]?.positionBytes ?? values;
      for (let position = 0; position <= n; position++) {
        const upValue = searchedTransferValue(metric, bytes[position] ?? 0, up);
        const comesBack = answers.comesBack && position < n;
        const downValue = comesBack ? answerValue(metric, answers.bytesFrom[position] ?? 0, down) : 0;
        values[position] = comesBack ? joined(metric, upValue, downValue) : upValue;
      }
      return values;
    }),
  };
}
