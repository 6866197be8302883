import { assignmentCosts, type Costs, type ExactProblem } from '../problem';

/** What an assignment takes of something, as a sum over nodes, crossings and links; `Infinity` forbids. */
export interface Figure extends Costs {
  /**
   * Besides the sum, the largest of these over all nodes counts, for node v on tier k at `v * tierCount + k`: what the
   * biggest node needs while it runs.
   */
  readonly largest?: Float64Array;
}

/** A figure that must not exceed something. */
export interface Limit {
  readonly figure: Figure;
  readonly most: number;
}

/** The least sum, or the least value of the worst of several figures. */
export type Goal =
  | { readonly kind: 'sum'; readonly figure: Figure }
  | { readonly kind: 'worst'; readonly figures: readonly Figure[] };

/**
 * Choose a tier for every node, never falling along an edge, so that a goal is least and limits are kept. Figures are
 * not negative.
 */
export interface LimitedProblem extends Omit<ExactProblem, keyof Costs> {
  readonly goal: Goal;
  readonly limits: readonly Limit[];
  /** The lowest and the highest tier of each node; all tiers where absent. */
  readonly lowest?: Uint8Array;
  readonly highest?: Uint8Array;
  /** Refuses whole assignments for what is no sum. */
  readonly accepts?: (tierOfNode: Uint8Array) => boolean;
  /** The goal of whole assignments where that is more than its figures say. */
  readonly wholeValue?: (tierOfNode: Uint8Array) => number;
}

/** The figures whose worst one is the goal. */
export function goalFiguresOf({ goal }: Pick<LimitedProblem, 'goal'>): readonly Figure[] {
  return goal.kind === 'sum' ? [goal.figure] : goal.figures;
}

/** The goal's figures, then those of the limits. */
export function figuresOf(problem: Pick<LimitedProblem, 'goal' | 'limits'>): Figure[] {
  return [...goalFiguresOf(problem), ...problem.limits.map(({ figure }) => figure)];
}

/** How many of a problem's figures are the goal's. */
export function goalCount(problem: Pick<LimitedProblem, 'goal'>): number {
  return goalFiguresOf(problem).length;
}

/** Value of the goal for an assignment; `Infinity` where it falls along an edge or breaks a limit. */
export function valueWithinLimits(problem: LimitedProblem, tierOfNode: Uint8Array): number {
  const { limits, lowest, highest } = problem;
  for (let node = 0; node < problem.nodeCount; node += 1) {
    const tier = tierOfNode[node] ?? 0;
    if (lowest !== undefined && tier < (lowest[node] ?? 0)) return Number.POSITIVE_INFINITY;
    if (highest !== undefined && tier > (highest[node] ?? 0)) return Number.POSITIVE_INFINITY;
  }
  const figures = figuresOf(problem);
  const sums = assignmentCosts(problem, figures, tierOfNode);
  const taken = figures.map((figure, f) => (sums[f] ?? 0) + largestOf(problem, figure, tierOfNode));
  const goals = goalCount(problem);
  if (limits.some(({ most }, l) => !((taken[goals + l] ?? 0) <= most))) return Number.POSITIVE_INFINITY;
  const value = Math.max(0, ...taken.slice(0, goals));
  if (!Number.isFinite(value) || problem.accepts?.(tierOfNode) === false) return Number.POSITIVE_INFINITY;
  return problem.wholeValue?.(tierOfNode) ?? value;
}

function largestOf({ nodeCount, tierCount }: LimitedProblem, { largest }: Figure, tiers: Uint8Array): number {
  let most = 0;
  if (largest === undefined) return most;
  for (let node = 0; node < nodeCount; node += 1)
    most = Math.max(most, largest[node * tierCount + (tiers[node] ?? 0)] ?? 0);
  return most;
}
