import { RecentResults } from '../../../shared/recentResults';
import { metrics } from '../../../shared/vocabulary/metrics';
import type { Work } from '../../../shared/work/work';
import type { LimitedSolution } from '../../solver/limited/branchAndBound';
import { goalFiguresOf, type LimitedProblem } from '../../solver/limited/limitedProblem';
import { additiveObjective } from '../costs/costModel';
import type { CostTables } from '../costs/costTables';
import { evaluatePlan } from '../costs/evaluate';
import type { Objective } from '../infrastructure/infrastructure';
import type { TierBounds } from '../infrastructure/tierBounds';
import { brokenConstraints, brokenSessionLimits } from '../plan/constraints';
import { type MetricValues, objectiveWeights } from '../plan/metrics';
import type { Assignment } from '../plan/plan';
import { assignmentOf } from '../search/cutFamily';
import { cutsOfPlan, lowestLabel } from '../search/labels';
import type { PlanSearch } from '../search/planSearch';
import { tieTolerance } from '../search/ties';
import { solveTables } from './exactPlan';
import { limitedProblemOf, limitsOn } from './limitedPlan';
import { solveLimited } from './stateFrame';

/** What is known of the best plan within all constraints. */
export interface Optimum {
  /** The best plan that was found; nothing where none was. */
  readonly best: { readonly assignment: Assignment; readonly value: number } | undefined;
  /** No plan within the constraints has a lower objective value; `Infinity` where it is proven that there is none. */
  readonly bound: number;
  /** True where `best` is proven to be the best within `gap`, or where it is proven that there is none. */
  readonly isProven: boolean;
  /** Plans, cuts and parts of the problem that were looked at. */
  readonly evaluatedPlans: number;
}

/** How long to look for a proof. */
export interface Patience {
  /** Milliseconds after which the best plan so far has to do; `Infinity` for none. */
  readonly deadlineMs: number;
  /** True where 1e-9 of the value is worth all the time there is; otherwise 0.01 % is enough after a moment. */
  readonly isExact: boolean;
}

/** Milliseconds for questions on the side. */
const aMoment = 500;
/** What an answer that somebody waits for may be away from the optimum, and after how long. */
const enough = { gap: 1e-4, afterMs: 1000 };

/** Answers per graph, for plans that are asked for again with a comparison, a front or regimes. */
const proofs = new RecentResults<CostTables['topology'], { solution?: LimitedSolution }>();

/**
 * The search for the true optimum within every constraint, with the proof: one minimum cut where its plan keeps the
 * limits, a search over all cuts where these are few, and branch and bound for everything else. Computed when it is first
 * asked for, once.
 */
export class OptimumSearch {
  private known: Optimum | undefined;

  constructor(
    private readonly costs: CostTables,
    readonly bounds: TierBounds,
    private readonly search: PlanSearch,
    readonly patience: Patience,
    private readonly work: Work,
  ) {}

  /** @throws DnnSplitError `canceled` */
  get optimum(): Optimum {
    this.known ??= this.compute();
    return this.known;
  }

  /**
   * The best answer to a question on the side.
   * @param known plans to start from.
   */
  least(problem: LimitedProblem, known: readonly Assignment[]): LimitedSolution {
    const { deadlineMs } = this.patience;
    return solveLimited(this.costs, problem, {
      known,
      deadlineMs: Number.isFinite(deadlineMs) ? Math.min(deadlineMs, aMoment) : deadlineMs,
      work: this.work,
    });
  }

  /**
   * The best plan for another objective among those within the constraints that are, in some metrics, no worse than known.
   * @param known a plan to start from, if it is among them.
   * @param prices of the objective's figures and of these metrics that are thought to prove the answer.
   * @returns nothing without a proof in time
   */
  bestAmong(
    objective: Objective,
    most: Partial<MetricValues>,
    known: Assignment,
    prices?: readonly number[],
  ): Assignment | undefined {
    const costs: CostTables = { ...this.costs, infrastructure: { ...this.costs.infrastructure, objective } };
    const problem = limitedProblemOf(costs, this.bounds);
    const noWorse = metrics.flatMap((metric) => {
      const value = most[metric];
      return value === undefined ? [] : limitsOn(costs, this.bounds, metric, value * (1 + tieTolerance));
    });
    const { best, isProven } = solveLimited(
      costs,
      { ...problem, limits: [...noWorse, ...problem.limits] },
      { known: [known], deadlineMs: this.momentMs, work: this.work, ...(prices && { prices }) },
    );
    return isProven ? best?.tierOfNode : undefined;
  }

  /** Whether a plan within the constraints of other costs and bounds is found in a moment. */
  finds(costs: CostTables, bounds: TierBounds): boolean {
    return this.any(costs, bounds).plan !== undefined;
  }

  /** Any plan within the constraints of other costs. @returns `isProven` where it is sure that there is none */
  any(costs: CostTables, bounds = this.bounds): { readonly plan: Assignment | undefined; readonly isProven: boolean } {
    const options = { gap: 1, deadlineMs: this.momentMs, work: this.work };
    const { best, isProven } = solveLimited(costs, limitedProblemOf(costs, bounds), options);
    return { plan: best?.tierOfNode, isProven };
  }

  /** Milliseconds for a question on the side: more where there is all the time that it takes. */
  private get momentMs(): number {
    const { deadlineMs } = this.patience;
    return Number.isFinite(deadlineMs) ? Math.min(deadlineMs, aMoment) : 20 * aMoment;
  }

  /** Of the plans that are as good as this one, one with little latency. */
  quickest({ assignment, value }: NonNullable<Optimum['best']>): Assignment {
    const { infrastructure } = this.costs;
    if ((objectiveWeights(infrastructure.objective)?.latency ?? 0) > 0) return assignment;
    const costs: CostTables = { ...this.costs, infrastructure: { ...infrastructure, objective: 'latency' } };
    const own = limitedProblemOf(this.costs, this.bounds);
    const problem = limitedProblemOf(costs, this.bounds);
    const asGood = goalFiguresOf(own).map((figure) => ({ figure, most: value * (1 + tieTolerance) }));
    const solution = solveLimited(
      costs,
      { ...problem, limits: [...problem.limits, ...asGood] },
      { known: [assignment], gap: 1e-3, deadlineMs: aMoment, work: this.work },
    );
    return solution.best?.tierOfNode ?? assignment;
  }

  /** The optimum without limits and memories, where it adds up; a lower bound of every plan within them. */
  get unlimited(): { readonly assignment: Assignment; readonly value: number } | undefined {
    return this.minimumCut(this.costs.infrastructure.objective);
  }

  /** The plan with the least weighted sum of figures, limits and memories left out of account; nothing without a price. */
  cheapest(weights: Objective): Assignment | undefined {
    const found = this.minimumCut(weights);
    return found !== undefined && Number.isFinite(found.value) ? found.assignment : undefined;
  }

  private minimumCut(objective: Objective): { readonly assignment: Assignment; readonly value: number } | undefined {
    const prices = additiveObjective(this.costs.infrastructure, objective);
    if (prices === undefined) return undefined;
    const { tierOfNode, cost } = solveTables(this.costs, prices, this.bounds, this.work);
    return { assignment: tierOfNode, value: cost };
  }

  private compute(): Optimum {
    const { unlimited } = this;
    if (unlimited !== undefined && !Number.isFinite(unlimited.value)) return noPlan(1);
    if (unlimited !== undefined && this.keeps(unlimited.assignment)) {
      return { best: unlimited, bound: unlimited.value, isProven: true, evaluatedPlans: this.costs.tiers.length };
    }
    const found = this.searched();
    return this.search.findsOptimum && this.costs.phases === undefined
      ? found
      : this.prove(found, unlimited?.value ?? 0);
  }

  private keeps(assignment: Assignment): boolean {
    return brokenConstraints(this.costs.infrastructure, evaluatePlan(this.costs, assignment)).length === 0;
  }

  /** The best plan of the cuts that a search looks at. */
  private searched(): Optimum {
    const { fronts, family } = this.search;
    const label = lowestLabel(fronts.plans());
    if (label === undefined) return noPlan(fronts.evaluated);
    const assignment = assignmentOf(family, cutsOfPlan(label));
    const evaluation = evaluatePlan(this.costs, assignment);
    if (brokenSessionLimits(this.costs.infrastructure.constraints, evaluation).length > 0)
      return noPlan(fronts.evaluated);
    const value = evaluation.objectiveValue;
    return { best: { assignment, value }, bound: value, isProven: true, evaluatedPlans: fronts.evaluated };
  }

  private prove(found: Optimum, least: number): Optimum {
    const { deadlineMs, isExact } = this.patience;
    const kept = this.keptProof();
    const known = [found.best?.assignment, kept.solution?.best?.tierOfNode].filter((one) => one !== undefined);
    if (kept.solution?.isProven !== true) {
      kept.solution = solveLimited(this.costs, limitedProblemOf(this.costs, this.bounds), {
        known: [...known, ...this.singleTiers()],
        deadlineMs,
        work: this.work,
        ...(!isExact && { enough }),
      });
    }
    return this.optimumOf(kept.solution, found, least);
  }

  /** Where the same question was asked before, its answer: a proof is not repeated, and without one the search goes on from there. */
  private keptProof(): { solution?: LimitedSolution } {
    const { infrastructure, tiers, wires, topology } = this.costs;
    const tables = [...tiers.map(({ seconds }) => seconds), ...wires];
    const asked = JSON.stringify([infrastructure, this.patience.isExact]);
    return proofs.get(topology, [...tables, this.bounds.restricts && this.bounds, asked], () => ({}));
  }

  private singleTiers(): Assignment[] {
    return this.costs.tiers.map((_, tier) => new Uint8Array(this.costs.graph.nodes.length).fill(tier));
  }

  private optimumOf(solution: LimitedSolution, found: Optimum, least: number): Optimum {
    const { best, bound, isProven, parts, cuts } = solution;
    const evaluatedPlans = found.evaluatedPlans + parts + cuts;
    if (best === undefined) return { best, bound: Math.max(bound, least), isProven, evaluatedPlans };
    const assignment = best.tierOfNode;
    const value = evaluatePlan(this.costs, assignment).objectiveValue;
    return { best: { assignment, value }, bound: Math.min(value, Math.max(bound, least)), isProven, evaluatedPlans };
  }
}

function noPlan(evaluatedPlans: number): Optimum {
  return { best: undefined, bound: Number.POSITIVE_INFINITY, isProven: true, evaluatedPlans };
}
