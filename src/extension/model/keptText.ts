import { type JSONPath, parse } from 'jsonc-parser';
import { withValues } from '../../shared/documents/withValues';
import { type SlidCondition, slidConditions } from '../../shared/protocol/overrides';
import type { PlanOverrides } from '../../shared/protocol/requests';
import { metricNamed } from '../../shared/vocabulary/metrics';

type Json = Readonly<Record<string, unknown>>;

const isJson = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);
const within = (value: unknown, name: string): unknown =>
  isJson(value) && Object.hasOwn(value, name) ? value[name] : undefined;

/** Where a configuration holds what is tried with sliders. */
const conditionPlaces: Readonly<Record<SlidCondition, readonly [list: string, property: string]>> = {
  bandwidthMbps: ['links', 'bandwidthMbps'],
  latencyMs: ['links', 'latencyMs'],
  tierSpeed: ['tiers', 'speed'],
};

/** What of the overrides a configuration can hold, and what stays a trial: cuts and whole plans. */
export function keepable({ cuts, placement, ...kept }: PlanOverrides): { kept: PlanOverrides; left: PlanOverrides } {
  return { kept, left: { ...(cuts && { cuts }), ...(placement && { placement }) } };
}

/**
 * Writes overrides into the text of a configuration, leaving comments and layout alone: bandwidths and latencies to their
 * links, speeds to their tiers, the strategy to the top, and what concerns a single model (objective, pins) to the model's own entry.
 * @param modelPath path of the model with forward slashes; its entry is the longest name that the path ends with
 */
export function keptText(text: string, modelPath: string, overrides: PlanOverrides): string {
  const before: unknown = parse(text);
  const models = within(before, 'models');
  const names = isJson(models) ? Object.keys(models) : [];
  const fileName = modelPath.slice(modelPath.lastIndexOf('/') + 1);
  const [entry = fileName] = names
    .filter((name) => modelPath === name || modelPath.endsWith(`/${name}`))
    .sort((a, b) => b.length - a.length);
  const { objective, strategy, pin } = overrides;
  const changes: (readonly [JSONPath, unknown])[] = [];
  for (const condition of slidConditions) {
    const [list, property] = conditionPlaces[condition];
    for (const [index, value] of (overrides[condition] ?? []).entries()) {
      if (value !== null) changes.push([[list, index, property], value]);
    }
  }
  if (objective !== undefined) changes.push([['models', entry, 'objective'], objectiveValue(objective)]);
  if (strategy !== undefined) changes.push([['strategy'], strategy]);
  if (pin !== undefined) {
    // Pins of the model's entry take the place of those above it.
    const own = within(within(within(models, entry), 'constraints'), 'pin');
    const above = within(within(before, 'constraints'), 'pin');
    const present = isJson(own) ? own : isJson(above) ? above : {};
    changes.push([['models', entry, 'constraints', 'pin'], { ...present, ...pin }]);
  }
  return withValues(text, changes);
}

/** A metric by its name, or weights as the object that they are. */
function objectiveValue(objective: string): unknown {
  if (metricNamed(objective) !== undefined) return objective;
  const weights: unknown = parse(objective);
  return isJson(weights) ? weights : objective;
}
