import { type Figures, metricEntry, metrics } from '../../shared/vocabulary/metrics';
import { unlessUnstated } from '../../shared/vocabulary/unstatedText';
import { type Translate, translated } from '../window/text';

/** A line of a tooltip for every metric whose figure is known. */
export function metricLines(
  plan: Partial<Figures<number | null>> & { readonly unstated?: readonly string[] },
  t: Translate,
): string[] {
  return metrics.flatMap((metric) => {
    const { figure, fullLabel, text } = metricEntry(metric);
    const known = plan[figure] ?? null;
    if (known === null) return [];
    return [`**${translated(fullLabel, t)}**: ${unlessUnstated(plan, figure, text(known), t('not stated'))}`];
  });
}

/** A factor against the plan: `3.2x`; small differences keep three decimals. */
export function factorText(factor: number): string {
  const digits = factor >= 100 ? 0 : factor < 1.05 ? 3 : 1;
  return `${factor.toFixed(digits)}x`;
}

/** A cost for one request, or the words for one that is 0 because nobody states a price. */
export function statedCost(
  part: { readonly costPerRequest: number; readonly unstated?: readonly string[] },
  cost: (dollars: number) => string,
  t: Translate,
): string {
  return unlessUnstated(part, 'costPerRequest', cost(part.costPerRequest), t('cost not stated'));
}
