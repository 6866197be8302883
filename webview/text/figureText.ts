import { type Figures, type Metric, metricTable } from '../../src/shared/vocabulary/metrics';
import { unlessUnstated } from '../../src/shared/vocabulary/unstatedText';
import { formatDollars, formatFigure } from './format';
import { text } from './strings';

/** What nobody states a price or a power for is 0, but not known to be. */
interface Unstated {
  readonly unstated?: readonly string[];
}

/** A plan's figure of a metric, in its unit, or the words for one that nobody states. */
export function figureText(plan: Partial<Figures<number | null>> & Unstated, metric: Metric): string {
  const { figure } = metricTable[metric];
  return unlessUnstated(plan, figure, formatFigure(metric, plan[figure]), text('figure.unstated'));
}

/** The cost of a tier or a link for one request, or the words for one that nobody states. */
export function partCostText(part: { readonly costPerRequest: number | null } & Unstated): string {
  return unlessUnstated(part, 'costPerRequest', formatDollars(part.costPerRequest), text('figure.unstated'));
}

/** The cost of a plan where words around it do not say that it is one. */
export function planCostText(plan: { readonly costPerRequest: number | null } & Unstated): string {
  return unlessUnstated(plan, 'costPerRequest', formatDollars(plan.costPerRequest), text('figure.costUnstated'));
}
