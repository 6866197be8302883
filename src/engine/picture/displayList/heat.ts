import type { HeatMetric } from '../../../shared/picture/picture';
import type { Scene, SceneNode } from '../../../shared/picture/scene';
import { type NodeData, nodeValueText } from '../../../shared/reports/nodeData';
import { bytesText, countText, durationText } from '../../../shared/vocabulary/quantities';
import type { PlannedScene } from './plannedScene';

/** A metric of every box with the range that the heat scale spans. */
export interface HeatScale {
  readonly metric: HeatMetric;
  readonly low: number;
  readonly high: number;
  /** By box; none where it is unknown or zero. */
  readonly values: readonly (number | null)[];
  /** Of node data, whose values are shares of its own range. */
  readonly data?: DataScale;
}

/** What node data says of boxes. */
interface DataScale {
  readonly name: string;
  readonly texts: readonly (string | null)[];
  /** As CSS; `null` where the file gives none. */
  readonly colors: readonly (string | null)[];
  /** Nodes that have a value, and all of them. */
  readonly matched: number;
  readonly nodes: number;
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
    case 'data':
      return null;
  }
}

/** The heat scale of a metric over a scene. */
export function createHeatScale(
  metric: HeatMetric,
  scene: Scene,
  plan: PlannedScene | null,
  data?: NodeData | null,
): HeatScale {
  if (metric === 'data') return dataScale(scene, data);
  const values = scene.nodes.map((node, index) => {
    const value = rawValue(metric, node, plan?.timeMs[index] ?? null);
    return value !== null && value > 0 ? value : null;
  });
  const high = values.reduce<number>((most, value) => Math.max(most, value ?? 0), 0);
  const least = values.reduce<number>((low, value) => Math.min(low, value ?? low), high);
  return { metric, low: Math.max(least, high / 10 ** heatDecades), high, values };
}

/** Values of a file: numbers by their place between the least and the largest, texts by their place among all. */
function dataScale(scene: Scene, data: NodeData | null | undefined): HeatScale {
  if (!data) return { metric: 'data', low: 0, high: 0, values: [] };
  const numbers = data.values.filter((value) => typeof value === 'number');
  const [low, high] = numbers.reduce(
    ([least, most], value) => [Math.min(least, value), Math.max(most, value)] as const,
    [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY] as readonly [number, number],
  );
  const words = [...new Set(data.values.filter((value) => typeof value === 'string'))].sort();
  const wordAt = new Map(words.map((word, index) => [word, (index + 1) / words.length]));
  const told = scene.nodes.map(({ orderIndices }) => toldOf(data, orderIndices));
  const shareOf = (value: number | string) => {
    if (typeof value === 'string') return wordAt.get(value) ?? 0;
    return high > low ? (value - low) / (high - low) : 1;
  };
  return {
    metric: 'data',
    low: 0,
    high: 1,
    values: told.map((one) => (one === null ? null : shareOf(one.value))),
    data: {
      name: data.name,
      texts: told.map((one) => one?.text ?? null),
      colors: told.map((one) => one?.color ?? null),
      matched: data.matched,
      nodes: data.values.length,
    },
  };
}

interface ToldValue {
  readonly value: number | string;
  readonly text: string;
  readonly color: string | null;
}

/** What is told of a box: of a fold the largest of its numbers, or a text that all of its nodes have. */
function toldOf({ values, colors }: NodeData, places: readonly number[]): ToldValue | null {
  const own = places.flatMap((place) => {
    const value = values[place] ?? null;
    return value === null ? [] : [{ value, color: colors[place] ?? null }];
  });
  const [first] = own;
  if (first === undefined) return null;
  if (own.every(({ value }) => value === first.value)) return { ...first, text: shortText(nodeValueText(first.value)) };
  if (own.some(({ value }) => typeof value === 'string')) return null;
  const largest = own.reduce((most, one) => (one.value > most.value ? one : most), first);
  return { ...largest, text: `≤ ${nodeValueText(largest.value)}` };
}

/** Characters of a text that a box has room for beside its title. */
const mostCharacters = 14;

const shortText = (text: string) => (text.length > mostCharacters ? `${text.slice(0, mostCharacters - 1)}…` : text);

/** Place of a value on the logarithmic scale, 0 (cold) to 1 (hottest). */
export function heatOf(scale: Pick<HeatScale, 'low' | 'high' | 'data'>, value: number): number {
  if (scale.data !== undefined) return value;
  if (scale.high <= scale.low) return 1;
  const share = Math.log(Math.max(value, scale.low) / scale.low) / Math.log(scale.high / scale.low);
  return Math.min(1, Math.max(0, share));
}

/** A value of a metric in its unit. */
export function figureText(metric: HeatMetric, value: number): string {
  if (metric === 'time') return durationText(value);
  return metric === 'macs' ? countText(value) : bytesText(value);
}
