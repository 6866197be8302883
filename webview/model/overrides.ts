import type { SlidCondition } from '../../src/shared/protocol/overrides';
import type { PlanOverrides } from '../../src/shared/protocol/requests';

/** `values` with one entry set, filled with `null` up to `length`. */
function withEntry(
  values: readonly (number | null)[] | undefined,
  length: number,
  index: number,
  value: number | null,
): (number | null)[] {
  return Array.from({ length }, (_, at) => (at === index ? value : (values?.[at] ?? null)));
}

/** Overrides with another value of a condition for one of `count` links or tiers. */
export function withCondition(
  overrides: PlanOverrides,
  condition: SlidCondition,
  count: number,
  index: number,
  value: number,
): PlanOverrides {
  return { ...overrides, [condition]: withEntry(overrides[condition], count, index, value) };
}

/**
 * Overrides with one link cut at `position`. Cuts never fall from one link to the next, so that links that were moved
 * before are pushed along.
 */
export function withCut(overrides: PlanOverrides, links: number, link: number, position: number): PlanOverrides {
  const cuts = withEntry(overrides.cuts, links, link, position).map((cut, at) => {
    if (cut === null) return null;
    return at < link ? Math.min(cut, position) : Math.max(cut, position);
  });
  return { ...withoutPlacement(overrides), cuts };
}

/** Overrides with one whole plan, which replaces cuts and pins. */
export function withPlacement(overrides: PlanOverrides, placement: readonly (readonly string[])[]): PlanOverrides {
  const { cuts: _cuts, pin: _pin, ...others } = overrides;
  return { ...others, placement };
}

function withoutPlacement({ placement: _dropped, ...others }: PlanOverrides): PlanOverrides {
  return others;
}

/** Overrides with a node pinned to a tier, or released with `null`. */
export function withPin(overrides: PlanOverrides, nodeId: string, tier: string | null): PlanOverrides {
  const { [nodeId]: _released, ...others } = overrides.pin ?? {};
  if (tier !== null) return { ...withoutPlacement(overrides), pin: { ...others, [nodeId]: tier } };
  const { pin: _pins, ...rest } = withoutPlacement(overrides);
  return Object.keys(others).length === 0 ? rest : { ...rest, pin: others };
}
