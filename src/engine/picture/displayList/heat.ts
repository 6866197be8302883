import type { HeatMetric } from '../../../shared/picture';
import { bytesText, countText, durationText } from '../../../shared/quantities';
import type { Scene, SceneNode } from '../../../shared/scene';
import type { PlannedScene } from './plannedScene';

/** A metric of every box with the range that the heat scale spans. */
export interface HeatScale {
  readonly metric: HeatMetric;
  readonly low: number;
  readonly high: number;
  /** By box; none where it is unknown or zero. */
  readonly values: readonly (number | null)[];
}

/** How many times smaller than the largest value a value may be before it counts as cold. */
const heatDecades = 4;

function rawValue(metric: HeatMetric, node: SceneNode, timeMs: number | null): number | null {
  if (node.kind === 'input' || node.kind === 'output') return null;
  switch (metric) {
    case 'time':
      return timeMs;
    case 'macs':
      return node.macs;
    case 'bytes':
      return node.outputBytes;
    case 'weights':
      return node.weightBytes;
    case 'none':
      return null;
  }
}

/** The heat scale of a metric over a scene. */
export function createHeatScale(metric: HeatMetric, scene: Scene, plan: PlannedScene | null): HeatScale {
  const values = scene.nodes.map((node, index) => {
    const value = rawValue(metric, node, plan?.timeMs[index] ?? null);
    return value !== null && value > 0 ? value : null;
  });
  const high = values.reduce<number>((most, value) => Math.max(most, value ?? 0), 0);
  const least = values.reduce<number>((low, value) => Math.min(low, value ?? low), high);
  return { metric, low: Math.max(least, high / 10 ** heatDecades), high, values };
}

/** Place of a value on the logarithmic scale, 0 (cold) to 1 (hottest). */
export function heatOf(scale: Pick<HeatScale, 'low' | 'high'>, value: number): number {
  if (scale.high <= scale.low) return 1;
  const share = Math.log(Math.max(value, scale.low) / scale.low) / Math.log(scale.high / scale.low);
  return Math.min(1, Math.max(0, share));
}

/** A value of a metric in its unit. */
export function figureText(metric: HeatMetric, value: number): string {
  if (metric === 'time') return durationText(value);
  return metric === 'macs' ? countText(value) : bytesText(value);
}
