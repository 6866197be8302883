import { type BandwidthRange, type ControllerState, patiently, type SwitchingRules } from './policy';

/** A figure over the bandwidths of some links: `constant` and, for each link, its slope divided by its Mbit/s. */
export interface BandwidthFigure {
  readonly constant: number;
  readonly slopes: readonly number[];
}

/** A plan by its figures at any bandwidths of the links that a policy follows. */
export interface LinkPlan {
  /** What is to be least is the largest of these. */
  readonly terms: readonly BandwidthFigure[];
  /** By how much each limit is exceeded, as a part of it; the plan keeps them where none is above 0. */
  readonly limits?: readonly BandwidthFigure[] | undefined;
}

/** A link that carries less is as good as dead: what crosses it takes for ever, and less of it is still better. */
export const deadMbps = 1e-6;

/** What of a limit may be exceeded by rounding. */
const tolerance = 1e-9;

type Point = readonly number[];

function reciprocals(bandwidthsMbps: readonly number[]): Point {
  return bandwidthsMbps.map((mbps) => 1 / Math.max(mbps, deadMbps));
}

function at({ constant, slopes }: BandwidthFigure, point: Point): number {
  return slopes.reduce((sum, slope, link) => sum + slope * (point[link] ?? 0), constant);
}

function valueAt({ terms }: LinkPlan, point: Point): number {
  return terms.reduce((most, term) => Math.max(most, at(term, point)), Number.NEGATIVE_INFINITY);
}

function excessAt({ limits = [] }: LinkPlan, point: Point): number {
  const excess = limits.reduce((most, limit) => Math.max(most, at(limit, point)), 0);
  return excess > tolerance ? excess : 0;
}

/**
 * Compares plans at a point: below 0 where the first one is better, 0 where they are equal. One that exceeds the limits less
 * is; of those that exceed them as much, the one of the lower value.
 */
function compareAt(point: Point, one: LinkPlan, other: LinkPlan): number {
  return excessAt(one, point) - excessAt(other, point) || valueAt(one, point) - valueAt(other, point);
}

/** Index of the best plan at a point, the first of equal ones; -1 without plans. */
function bestAt(plans: readonly LinkPlan[], point: Point): number {
  return plans.reduce((best, plan, index) => {
    const before = plans[best];
    return before === undefined || compareAt(point, plan, before) < 0 ? index : best;
  }, -1);
}

/** Index of the best plan at some bandwidths, one per link; where none keeps the limits, of one that exceeds them least. -1 without plans. */
export function bestPlanAt(plans: readonly LinkPlan[], bandwidthsMbps: readonly number[]): number {
  return bestAt(plans, reciprocals(bandwidthsMbps));
}

/** What is to be least, of a plan at some bandwidths, one per link. */
export function planValueAt(plan: LinkPlan, bandwidthsMbps: readonly number[]): number {
  return valueAt(plan, reciprocals(bandwidthsMbps));
}

/** Indices of all plans, better ones first. */
export function rankedAt(plans: readonly LinkPlan[], bandwidthsMbps: readonly number[]): number[] {
  const point = reciprocals(bandwidthsMbps);
  return [...plans.entries()].sort(([, one], [, other]) => compareAt(point, one, other)).map(([index]) => index);
}

/**
 * The plan to use next: the current one until the bandwidths have left it by the given fraction of its borders, as
 * `nextRegime` has it for one link. It is left where another plan is better at all bandwidths that are so close to the
 * measured ones, and at once where it breaks limits that the other one keeps.
 */
export function nextPlan(
  plans: readonly LinkPlan[],
  current: number,
  bandwidthsMbps: readonly number[],
  hysteresis: number,
): number {
  const point = reciprocals(bandwidthsMbps);
  const best = bestAt(plans, point);
  const [now, other] = [plans[current], plans[best]];
  if (now === undefined || other === undefined) return best;
  if (excessAt(now, point) > excessAt(other, point)) return best;
  const near = cornersAround(point, hysteresis);
  const isBeaten = (rival: LinkPlan) =>
    excessAt(rival, point) === 0 && near.every((corner) => valueAt(rival, corner) < valueAt(now, corner));
  return plans.some((rival) => rival !== now && isBeaten(rival)) ? best : current;
}

function cornersAround(point: Point, hysteresis: number): readonly Point[] {
  return point.reduce<readonly Point[]>(
    (corners, x) => corners.flatMap((corner) => [1 - hysteresis, 1 + hysteresis].map((part) => [...corner, x * part])),
    [[]],
  );
}

/** As `follow`, over the bandwidths of several links: as many samples of each are waited for. */
export function followPlans(
  plans: readonly LinkPlan[],
  state: ControllerState,
  measured: { readonly bandwidthsMbps: readonly number[]; readonly nowMs: number },
  rules: SwitchingRules,
): ControllerState {
  const { bandwidthsMbps, nowMs } = measured;
  const next = nextPlan(plans, state.regime, bandwidthsMbps, rules.hysteresis);
  const minimumSamples = rules.minimumSamples * bandwidthsMbps.length;
  return patiently(next, state, { bandwidthMbps: Math.min(...bandwidthsMbps), nowMs }, { ...rules, minimumSamples });
}

/** A plan for a range of bandwidths of one link. */
export interface PlanRange extends BandwidthRange {
  readonly plan: number;
}

/**
 * The plans along the bandwidth of one link while the others stay as they are, from the slowest to the fastest: the regimes
 * of that link. Between two borders of any two plans and limits the best one is the same, so that one look there tells.
 */
export function regimesAlong(plans: readonly LinkPlan[], bandwidthsMbps: readonly number[], link: number): PlanRange[] {
  const along = (mbps: number) => bandwidthsMbps.map((other, index) => (index === link ? mbps : other));
  const rest = reciprocals(along(Number.POSITIVE_INFINITY));
  const lines = plans.flatMap(({ terms }) => terms.map((term) => lineOf(term, rest, link)));
  const zeros = plans.flatMap(({ limits = [] }) => limits.map((limit) => lineOf(limit, rest, link)));
  const crossings = [
    ...lines.flatMap((one, index) => lines.slice(index + 1).map((other) => crossing(one, other))),
    ...zeros.map((one) => crossing(one, { constant: 0, slope: 0 })),
  ];
  const borders = [...new Set(crossings.filter((x) => x > 0 && x < 1 / deadMbps).map((x) => 1 / x))].sort(
    (a, b) => a - b,
  );
  const regimes: { fromMbps: number; toMbps: number | null; plan: number }[] = [];
  for (const [index, fromMbps] of [0, ...borders].entries()) {
    const toMbps = borders[index] ?? null;
    const within = toMbps === null ? Math.max(1, 2 * fromMbps) : Math.sqrt(Math.max(deadMbps, fromMbps) * toMbps);
    const plan = bestPlanAt(plans, along(within));
    const last = regimes.at(-1);
    if (last?.plan === plan) last.toMbps = toMbps;
    else regimes.push({ fromMbps, toMbps, plan });
  }
  return regimes;
}

interface Line {
  readonly constant: number;
  readonly slope: number;
}

function lineOf(figure: BandwidthFigure, rest: Point, link: number): Line {
  return { constant: at(figure, rest), slope: figure.slopes[link] ?? 0 };
}

/** Where two lines meet; nothing that lies anywhere for parallel ones. */
function crossing(a: Line, b: Line): number {
  return (b.constant - a.constant) / (a.slope - b.slope);
}
