import { formatBytes, formatMacs, formatMs } from '../text/format';
import type { PlanModel } from './planModel';
import type { SceneModel } from './sceneModel';

export const metrics = ['none', 'time', 'macs', 'bytes', 'memory'] as const;
export type MetricName = (typeof metrics)[number];

/** A metric of every scene node with the range that the heat scale spans. */
export interface HeatScale {
  readonly metric: MetricName;
  readonly low: number;
  readonly high: number;
  /** By scene node; none where it is unknown or zero. */
  readonly values: readonly (number | null)[];
}

/** How many times smaller than the largest value a value may be before it counts as cold. */
const heatDecades = 4;

function rawValue(metric: MetricName, model: SceneModel, plan: PlanModel | null, index: number): number | null {
  const node = model.scene.nodes[index];
  if (node === undefined || node.kind === 'input' || node.kind === 'output') return null;
  switch (metric) {
    case 'time':
      return plan?.timeMs[index] ?? null;
    case 'macs':
      return node.macs;
    case 'bytes':
      return node.outputBytes;
    case 'memory':
      return node.weightBytes;
    case 'none':
      return null;
  }
}

/** The heat scale of a metric over a scene. */
export function createHeatScale(metric: MetricName, model: SceneModel, plan: PlanModel | null): HeatScale {
  const values = model.scene.nodes.map((_, index) => {
    const value = rawValue(metric, model, plan, index);
    return value !== null && value > 0 ? value : null;
  });
  const high = values.reduce<number>((most, value) => Math.max(most, value ?? 0), 0);
  const least = values.reduce<number>((low, value) => Math.min(low, value ?? low), high);
  return { metric, low: Math.max(least, high / 10 ** heatDecades), high, values };
}

/** Place of a value on the logarithmic scale, 0 (cold) to 1 (hottest). */
export function heatOf(scale: HeatScale, value: number): number {
  if (scale.high <= scale.low) return 1;
  const share = Math.log(Math.max(value, scale.low) / scale.low) / Math.log(scale.high / scale.low);
  return Math.min(1, Math.max(0, share));
}

/** A value of a metric in its unit. */
export function formatMetric(metric: MetricName, value: number | null): string {
  if (metric === 'time') return formatMs(value);
  return metric === 'macs' ? formatMacs(value) : formatBytes(value);
}
