import { type Figures, metricEntry, metrics } from '../../shared/metrics';
import { type Translate, translated } from '../window/text';

/** A line of a tooltip for every metric whose figure is known. */
export function metricLines(plan: Partial<Figures<number | null>>, t: Translate): string[] {
  return metrics.flatMap((metric) => {
    const { figure, fullLabel, text } = metricEntry(metric);
    const known = plan[figure] ?? null;
    return known === null ? [] : [`**${translated(fullLabel, t)}**: ${text(known)}`];
  });
}

/** A factor against the plan: `3.2x`; small differences keep three decimals. */
export function factorText(factor: number): string {
  const digits = factor >= 100 ? 0 : factor < 1.05 ? 3 : 1;
  return `${factor.toFixed(digits)}x`;
}
