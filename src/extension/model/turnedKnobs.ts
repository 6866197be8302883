import type { PlanOverrides } from '../../shared/protocol/requests';

/** Of a model whose knobs nobody has turned yet. */
export const untouchedOverrides: PlanOverrides = {};

/** Cuts link `link` at `position`; the other links keep what they had. */
export function withCut(overrides: PlanOverrides, link: number, position: number, linkCount: number): PlanOverrides {
  const before = overrides.cuts ?? [];
  const cuts = Array.from({ length: linkCount }, (_, index) => (index === link ? position : (before[index] ?? null)));
  // A cut above must not lie before one below it: those contradict the new one and go back to the planner.
  const consistent = cuts.map((cut, index) => {
    if (cut === null || index === link) return cut;
    return (index < link && cut > position) || (index > link && cut < position) ? null : cut;
  });
  const { placement: _dropped, ...others } = overrides;
  return { ...others, cuts: consistent };
}

/** Lifts the pin of a node. */
export function withoutPin(overrides: PlanOverrides, nodeId: string): PlanOverrides {
  const { pin = {}, ...others } = overrides;
  const { [nodeId]: _lifted, ...left } = pin;
  return Object.keys(left).length === 0 ? others : { ...others, pin: left };
}

/** Pins a node to a tier. */
export function withPin(overrides: PlanOverrides, nodeId: string, tier: string): PlanOverrides {
  const { placement: _dropped, ...others } = overrides;
  return { ...others, pin: { ...overrides.pin, [nodeId]: tier } };
}
