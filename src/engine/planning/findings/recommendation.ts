import type { CostTables } from '../costs/costTables';
import { evaluatePlan } from '../costs/evaluate';
import type { TierBounds } from '../infrastructure/tierBounds';
import type { Plan } from '../plan/plan';
import { assignmentOf, type CutFamily, membersOf } from '../search/cutFamily';
import type { PlanSearch } from '../search/planSearch';
import { hasAtMost, PlanWalk, type WalkedPlans } from '../search/planWalk';

/** Why another plan is recommended than the best one. */
export type RecommendationReason = 'fewerTiers' | 'fewerBytes' | 'noWork';

/** The plan that is worth its parts, where that is not the best one. */
export interface Recommendation {
  readonly plan: Plan;
  readonly reason: RecommendationReason;
  /** How much better the best plan is, in percent of its value. */
  readonly percent: number;
  /** What a plan with more tiers or bytes would have to gain. */
  readonly minimumGainPercent: number;
}

/** Plans on one choice of tiers that are looked at, at most. */
const mostPlans = 50_000;
/** Tiers of a split that are tried in every choice. */
const mostTiers = 3;
/** Relative difference below which two values count as equal. */
const tolerance = 1e-9;

/** A plan as what it is chosen by. */
interface Option {
  readonly value: number;
  readonly tiers: number;
  readonly bytes: number;
  /** Nodes below the cuts together: more of them is a later cut. */
  readonly below: number;
  readonly plan: () => Plan;
}

/**
 * Of the plans that are within a gain of the best one, the one on the fewest tiers, of these the one that sends least, and
 * of these the one that cuts last. A tier that would get no work of its own, such as a single Cast, is not worth a machine:
 * such plans are left out of account altogether.
 * @param plan the best one.
 * @param singles the plans that run everything on one tier and keep the constraints.
 * @returns nothing where that is the best plan itself
 */
export function recommend(
  search: PlanSearch,
  plan: Plan,
  singles: readonly Plan[],
  minimumGainPercent: number,
): Recommendation | undefined {
  const { costs } = search;
  const hasWork = worksEverywhere(costs, plan);
  const known = [...(hasWork ? [plan] : []), ...singles].map((one) => optionOf(costs, one));
  const splits = new Splits(search);
  const least = splits.least(known.reduce((lowest, { value }) => Math.min(lowest, value), Number.POSITIVE_INFINITY));
  const most = least * (1 + minimumGainPercent / 100) * (1 + tolerance);
  const within = [...known.filter(({ value }) => value <= most), ...splits.upTo(most)];
  const [chosen] = within.sort(
    (a, b) =>
      a.tiers - b.tiers ||
      (a.tiers === 1 ? a.value - b.value : a.bytes - b.bytes || b.below - a.below || a.value - b.value),
  );
  if (chosen === undefined) return undefined;
  const recommended = chosen.plan();
  if (recommended.assignment.every((tier, node) => tier === plan.assignment[node])) return undefined;
  const best = plan.evaluation.objectiveValue;
  const isFewer = chosen.tiers < tiersOf(costs, plan);
  return {
    plan: recommended,
    reason: hasWork ? (isFewer ? 'fewerTiers' : 'fewerBytes') : 'noWork',
    percent: best === 0 ? 0 : Math.max(0, (recommended.evaluation.objectiveValue / best - 1) * 100),
    minimumGainPercent,
  };
}

function tiersOf({ tiers }: CostTables, { evaluation }: Plan): number {
  return tiers.filter((_, k) => (evaluation.tiers[k]?.nodes ?? 0) > 0).length;
}

function optionOf(costs: CostTables, plan: Plan): Option {
  const { objectiveValue, links } = plan.evaluation;
  return {
    value: objectiveValue,
    tiers: tiersOf(costs, plan),
    bytes: links.reduce((sum, { bytes, answerBytes }) => sum + bytes + answerBytes, 0),
    below: plan.evaluation.tiers.reduce((sum, { nodes }, k) => sum + nodes * (costs.wires.length - k), 0),
    plan: () => plan,
  };
}

type Nodes = CostTables['graph']['nodes'];

const knownWork = new WeakMap<Nodes, Float64Array>();

/** Multiply-accumulates of each node; one of which they cannot be counted may have any. */
function workOf(nodes: Nodes): Float64Array {
  const work = knownWork.get(nodes) ?? Float64Array.from(nodes, ({ macs }) => macs ?? 1);
  knownWork.set(nodes, work);
  return work;
}

/** Whether every tier that runs something has work, as far as the model has any. */
function worksEverywhere({ graph, tiers }: CostTables, { assignment }: Plan): boolean {
  const work = new Float64Array(tiers.length);
  const nodes = new Int32Array(tiers.length);
  const works = workOf(graph.nodes);
  for (let node = 0; node < works.length; node++) {
    const tier = assignment[node] ?? 0;
    work[tier] = (work[tier] ?? 0) + (works[node] ?? 0);
    nodes[tier] = (nodes[tier] ?? 0) + 1;
  }
  return work.every((sum) => sum === 0) || nodes.every((count, tier) => count === 0 || (work[tier] ?? 0) > 0);
}

/** The splits that a search can make on two tiers and, where there are not too many, on three. */
class Splits {
  private readonly workBelow: Float64Array;
  /** Per choice of tiers that has not too many plans, how many tiers they are and a walk through its plans. */
  private readonly choices: readonly { readonly size: number; readonly plans: WalkedPlans }[];

  constructor(private readonly search: PlanSearch) {
    const { costs, bounds, family, fronts, work } = search;
    this.workBelow = workBelowCuts(costs, family);
    this.choices = choicesOf(bounds).flatMap((allowedTiers) => {
      const plans = { costs, family, bounds: { ...bounds, allowedTiers }, measures: fronts.measures, work };
      const size = allowedTiers.reduce((sum, isAllowed) => sum + isAllowed, 0);
      return hasAtMost(plans, mostPlans) ? [{ size, plans }] : [];
    });
  }

  /** The least value of all, or one that is known where none is lower. */
  least(known: number): number {
    let least = known;
    for (const { size, plans } of this.choices) {
      const walk = new PlanWalk(plans, (cuts, [value = least]) => {
        if (value < least && this.isWhole(cuts, size)) {
          least = value;
          walk.atMost(least);
        }
        return true;
      });
      walk.atMost(least);
      walk.run();
    }
    return least;
  }

  /** All whose value is at most some value. */
  upTo(most: number): Option[] {
    const { costs, family } = this.search;
    const options: Option[] = [];
    for (const { size, plans } of this.choices) {
      const walk = new PlanWalk(plans, (walked, [value = Number.POSITIVE_INFINITY]) => {
        if (!(value <= most) || !this.isWhole(walked, size)) return true;
        const cuts = walked.slice();
        options.push({
          value,
          tiers: size,
          bytes: cuts.reduce((sum, cut, l) => sum + bytesAt(costs, family, cut, l), 0),
          below: cuts.reduce((sum, cut) => sum + (family.positions[cut] ?? 0), 0),
          plan: () => planOf(costs, family, [...cuts]),
        });
        return true;
      });
      walk.atMost(most);
      walk.run();
    }
    return options;
  }

  /** Whether a plan runs something on so many tiers, and on each of them some work. */
  private isWhole(cuts: Int32Array, size: number): boolean {
    const full = this.search.family.size - 1;
    let [lower, parts] = [0, 0];
    for (let k = 0; k <= cuts.length; k++) {
      const upper = cuts[k] ?? full;
      if (lower !== upper) {
        if (!mayBePart(this.workBelow, lower, upper)) return false;
        parts++;
      }
      lower = upper;
    }
    return parts === size;
  }
}

function mayBePart(workBelow: Float64Array, lower: number, upper: number): boolean {
  const all = workBelow.at(-1) ?? 0;
  return all === 0 || (workBelow[upper] ?? 0) > (workBelow[lower] ?? 0);
}

function bytesAt(costs: CostTables, family: CutFamily, cut: number, link: number): number {
  const isReached = costs.answers.comesBack && cut < family.size - 1;
  return (family.bytes[link]?.[cut] ?? 0) + (isReached ? (family.answerBytes[cut] ?? 0) : 0);
}

function planOf(costs: CostTables, family: CutFamily, cuts: readonly number[]): Plan {
  const assignment = assignmentOf(family, cuts);
  return { strategy: 'dnnsplit', assignment, evaluation: evaluatePlan(costs, assignment), evaluatedPlans: 0 };
}

const knownWorkBelow = new WeakMap<CutFamily, Float64Array>();

function workBelowCuts({ graph }: CostTables, family: CutFamily): Float64Array {
  const known = knownWorkBelow.get(family);
  if (known !== undefined) return known;
  const works = workOf(graph.nodes);
  const below = new Float64Array(works.length + 1);
  for (let node = 0; node < works.length; node++) below[node + 1] = (below[node] ?? 0) + (works[node] ?? 0);
  const ofCuts = Float64Array.from(family.positions, (position, c) => {
    if (family.downsets[c] === undefined) return below[position] ?? 0;
    return membersOf(family, c).reduce((sum, member, node) => (member === 1 ? sum + (works[node] ?? 0) : sum), 0);
  });
  knownWorkBelow.set(family, ofCuts);
  return ofCuts;
}

/** Every choice of two or three of the tiers that may be used, as what may be used then. */
function choicesOf({ allowedTiers }: TierBounds): Uint8Array[] {
  const used = [...allowedTiers.keys()].filter((k) => allowedTiers[k] === 1);
  const choices = (from: number, size: number): number[][] => {
    if (size === 0) return [[]];
    return used.slice(from).flatMap((tier, at) => choices(from + at + 1, size - 1).map((rest) => [tier, ...rest]));
  };
  const sizes = Array.from({ length: Math.min(mostTiers, used.length) - 1 }, (_, at) => at + 2);
  return sizes
    .flatMap((size) => choices(0, size))
    .map((chosen) => allowedTiers.map((_, k) => (chosen.includes(k) ? 1 : 0)));
}
