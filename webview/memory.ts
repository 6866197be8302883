import { type HeatMetric, heatMetricNamed } from '../src/shared/picture/picture';
import { slidConditions } from '../src/shared/protocol/overrides';
import type { PlanOverrides } from '../src/shared/protocol/requests';
import { type PanelState, panelTabs, type State } from './model/state';
import type { Camera } from './renderer/camera';

/** What the page remembers while it is hidden: navigation and the user's choices, never data. */
export interface Memory {
  readonly camera: Camera | null;
  readonly selection: readonly string[];
  readonly folded: readonly string[] | null;
  readonly panel: PanelState;
  readonly metric: HeatMetric;
  readonly overrides: PlanOverrides;
}

export function memoryOf(state: State, camera: Camera | null): Memory {
  const { selection, folded, panel, metric, overrides } = state;
  return { camera, selection, folded, panel, metric, overrides };
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const strings = (value: unknown): string[] | null =>
  Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : null;
const numbers = (value: unknown): (number | null)[] | undefined =>
  Array.isArray(value) ? value.map((item: unknown) => (typeof item === 'number' ? item : null)) : undefined;

function cameraFrom(value: unknown): Camera | null {
  if (!isRecord(value)) return null;
  const { x, y, zoom } = value;
  return typeof x === 'number' && typeof y === 'number' && typeof zoom === 'number' && zoom > 0 ? { x, y, zoom } : null;
}

function overridesFrom(value: unknown): PlanOverrides {
  if (!isRecord(value)) return {};
  const conditions = slidConditions.flatMap((name) => {
    const values = numbers(value[name]);
    return values === undefined ? [] : [[name, values] as const];
  });
  const cuts = numbers(value['cuts']);
  const pin = isRecord(value['pin'])
    ? Object.fromEntries(
        Object.entries(value['pin']).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
      )
    : undefined;
  return {
    ...(typeof value['objective'] === 'string' && { objective: value['objective'] }),
    ...(typeof value['strategy'] === 'string' && { strategy: value['strategy'] }),
    ...Object.fromEntries(conditions),
    ...(cuts && { cuts }),
    ...(pin && { pin }),
  };
}

/** Reads what an earlier page remembered; anything that is not as expected falls back to its default. */
export function readMemory(value: unknown, defaults: State): Memory {
  if (!isRecord(value)) return memoryOf(defaults, null);
  const panel = isRecord(value['panel']) ? value['panel'] : {};
  const size = panel['size'];
  return {
    camera: cameraFrom(value['camera']),
    selection: strings(value['selection']) ?? [],
    folded: strings(value['folded']),
    panel: {
      open: typeof panel['open'] === 'boolean' ? panel['open'] : defaults.panel.open,
      tab: panelTabs.find((tab) => tab === panel['tab']) ?? defaults.panel.tab,
      size: typeof size === 'number' && Number.isFinite(size) ? size : defaults.panel.size,
    },
    metric: heatMetricNamed(value['metric']) ?? defaults.metric,
    overrides: overridesFrom(value['overrides']),
  };
}
