import type { PlanOverrides } from './requests';

/** Per override, whether it changes anything. */
const changes: Readonly<Record<keyof PlanOverrides, (overrides: PlanOverrides) => boolean>> = {
  objective: ({ objective }) => objective !== undefined,
  answer: ({ answer }) => answer !== undefined,
  strategy: ({ strategy }) => strategy !== undefined,
  bandwidthMbps: ({ bandwidthMbps = [] }) => bandwidthMbps.some((mbps) => mbps !== null),
  cuts: ({ cuts = [] }) => cuts.some((cut) => cut !== null),
  pin: ({ pin = {} }) => Object.keys(pin).length > 0,
  placement: ({ placement }) => placement !== undefined,
};

/** True when overrides change anything. */
export function hasOverrides(overrides: PlanOverrides): boolean {
  return Object.values(changes).some((isChanged) => isChanged(overrides));
}

/** The conditions among overrides: what plans are made under, without what decides about the plan itself. */
export function conditionsOf({ objective, bandwidthMbps }: PlanOverrides): PlanOverrides {
  return { ...(objective !== undefined && { objective }), ...(bandwidthMbps && { bandwidthMbps }) };
}

/** True when overrides decide about the plan: cuts, pins, a placement or a strategy. */
export function decidesPlan({ objective: _objective, bandwidthMbps: _bandwidths, ...others }: PlanOverrides): boolean {
  return hasOverrides(others);
}
