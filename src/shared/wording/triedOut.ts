import type { SlidCondition } from '../protocol/overrides';
import type { PlanOverrides } from '../protocol/requests';
import type { PlanReport } from '../reports/reports';

/** One thing that is only tried, and what is left when it is taken back. */
export type TriedItem = { readonly without: PlanOverrides } & TriedThing;

type TriedThing =
  | { readonly kind: 'objective' | 'strategy'; readonly value: string }
  | { readonly kind: 'bandwidth'; readonly from: string; readonly to: string; readonly mbps: number }
  | { readonly kind: 'latency'; readonly from: string; readonly to: string; readonly latencyMs: number }
  | { readonly kind: 'speed'; readonly tier: string; readonly factor: number }
  /** `after` is `null` where nothing runs below the cut. */
  | { readonly kind: 'cut'; readonly from: string; readonly to: string; readonly after: string | null }
  | { readonly kind: 'pin'; readonly label: string; readonly tier: string }
  | { readonly kind: 'placement' };

/** `values` without one entry; nothing where no other one is left. */
function withoutEntry(values: readonly (number | null)[], index: number): readonly (number | null)[] | undefined {
  const left = values.map((value, at) => (at === index ? null : value));
  return left.some((value) => value !== null) ? left : undefined;
}

/** What is tried of a condition, by link or tier. */
function triedValues(
  overrides: PlanOverrides,
  condition: SlidCondition,
  thingOf: (index: number, value: number) => TriedThing,
): TriedItem[] {
  const { [condition]: values = [], ...noValues } = overrides;
  return values.flatMap((value, index): TriedItem[] => {
    if (value === null) return [];
    const others = withoutEntry(values, index);
    return [
      { ...thingOf(index, value), without: others === undefined ? noValues : { ...overrides, [condition]: others } },
    ];
  });
}

/** Everything that is tried out, in the order in which people see it; labels are those of the plan made under it. */
export function triedOut(plan: PlanReport, overrides: PlanOverrides): TriedItem[] {
  const { cuts = [], pin = {} } = overrides;
  const { cuts: _cuts, ...noCuts } = overrides;
  const { pin: _pins, ...noPins } = overrides;
  const { objective, ...noObjective } = overrides;
  const { strategy, ...noStrategy } = overrides;
  const { placement, ...noPlacement } = overrides;
  const ends = (link: number) => ({ from: plan.links[link]?.from ?? '', to: plan.links[link]?.to ?? '' });
  const lastBelow = (link: number) =>
    plan.tiers.slice(0, link + 1).findLast(({ lastNode }) => lastNode !== undefined)?.lastNode ?? null;
  return [
    ...cuts.flatMap((cut, link): TriedItem[] => {
      if (cut === null) return [];
      const others = withoutEntry(cuts, link);
      const without = others === undefined ? noCuts : { ...overrides, cuts: others };
      return [{ kind: 'cut', ...ends(link), after: cut === 0 ? null : lastBelow(link), without }];
    }),
    ...Object.entries(pin).map(([nodeId, tier]): TriedItem => {
      const { [nodeId]: _dropped, ...others } = pin;
      const label = plan.pins?.find((one) => one.nodeId === nodeId)?.label ?? nodeId;
      return {
        kind: 'pin',
        label,
        tier,
        without: Object.keys(others).length === 0 ? noPins : { ...overrides, pin: others },
      };
    }),
    ...triedValues(overrides, 'bandwidthMbps', (link, mbps) => ({ kind: 'bandwidth', ...ends(link), mbps })),
    ...triedValues(overrides, 'latencyMs', (link, latencyMs) => ({ kind: 'latency', ...ends(link), latencyMs })),
    ...triedValues(overrides, 'tierSpeed', (tier, factor) => ({
      kind: 'speed',
      tier: plan.tiers[tier]?.id ?? '',
      factor,
    })),
    ...(objective === undefined ? [] : [{ kind: 'objective' as const, value: objective, without: noObjective }]),
    ...(strategy === undefined ? [] : [{ kind: 'strategy' as const, value: strategy, without: noStrategy }]),
    ...(placement === undefined ? [] : [{ kind: 'placement' as const, without: noPlacement }]),
  ];
}
