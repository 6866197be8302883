import type { PlanOverrides } from './requests';

/** Conditions that have a value per link or tier, with a slider each. */
export const slidConditions = ['bandwidthMbps', 'latencyMs', 'tierSpeed'] as const;
export type SlidCondition = (typeof slidConditions)[number];

const anySet = (values: readonly (number | null)[] = []) => values.some((value) => value !== null);

/** Per override, whether it changes anything. */
const changes: Readonly<Record<keyof PlanOverrides, (overrides: PlanOverrides) => boolean>> = {
  objective: ({ objective }) => objective !== undefined,
  answer: ({ answer }) => answer !== undefined,
  strategy: ({ strategy }) => strategy !== undefined,
  bandwidthMbps: ({ bandwidthMbps }) => anySet(bandwidthMbps),
  latencyMs: ({ latencyMs }) => anySet(latencyMs),
  tierSpeed: ({ tierSpeed }) => anySet(tierSpeed),
  cuts: ({ cuts }) => anySet(cuts),
  pin: ({ pin = {} }) => Object.keys(pin).length > 0,
  placement: ({ placement }) => placement !== undefined,
};

/** True when overrides change anything. */
export function hasOverrides(overrides: PlanOverrides): boolean {
  return Object.values(changes).some((isChanged) => isChanged(overrides));
}

/** The conditions among overrides: what plans are made under, without what decides about the plan itself. */
export function conditionsOf({ objective, bandwidthMbps, latencyMs, tierSpeed }: PlanOverrides): PlanOverrides {
  return {
    ...(objective !== undefined && { objective }),
    ...(bandwidthMbps && { bandwidthMbps }),
    ...(latencyMs && { latencyMs }),
    ...(tierSpeed && { tierSpeed }),
  };
}

/** True when overrides decide about the plan: cuts, pins, a placement or a strategy. */
export function decidesPlan(overrides: PlanOverrides): boolean {
  const { objective: _o, bandwidthMbps: _b, latencyMs: _l, tierSpeed: _s, ...others } = overrides;
  return hasOverrides(others);
}
