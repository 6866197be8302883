import { DnnSplitError } from '../../protocol/errors';
import type { CandidateOutcome } from '../../protocol/reports';
import { throwIfCanceled, unwatched, type Work } from '../../protocol/work';
import type { Candidate, SplitGraph } from '../split/splitGraph';
import { advise } from './advice';
import { auditCandidates, searchedText } from './audit';
import { candidateOutcomes } from './candidateOutcomes';
import { certify, withoutOptimum } from './certificate';
import { brokenConstraints, hasLimits } from './constraints';
import { type CostTables, createCostTables } from './costTables';
import { evaluatePlan } from './evaluate';
import { infeasibleRegime } from './infeasibleRegime';
import type { Infrastructure } from './infrastructure';
import { cutsAtPositions } from './overrides';
import { type ParetoFront, paretoFront } from './pareto';
import type { AuditFinding, Certificate, Plan, Regime, Strategy } from './plan';
import { PlanSearch } from './planSearch';
import { bandwidthRegimes } from './regimes';
import { type RegionMap, type RegionRequest, regionMap } from './regionMap';
import { strategyRegistry } from './registry';
import { searchableCuts } from './searchableCuts';
import type { FoundPlan, StrategyContext } from './strategy';
import { tierBounds } from './tierBounds';

export interface PlanOptions {
  readonly strategy: Strategy;
  /** Per link the position of a cut that must lie on it; `null` leaves it to the planner. */
  readonly cuts?: readonly (number | null)[];
  /** Computes the other strategies too. */
  readonly compare?: boolean;
  /** Leaves the exact optimum out, for a plan that must be there within a frame. */
  readonly skipCertificate?: boolean;
  /** Leaves the bandwidth regimes out. */
  readonly skipRegimes?: boolean;
  /** Maps the best plans over two links' bandwidths. */
  readonly regions?: RegionRequest;
  /** Computes the efficient plans for latency, cost, throughput and energy. */
  readonly pareto?: boolean;
  /** Request rate for strategies that plan for a load; `constraints.minThroughputPerSecond` when absent. */
  readonly requestsPerSecond?: number;
  /** Blocks with more cuts across branches than the search for the candidates looked at. */
  readonly boundedBlocks?: number;
  /** Tables of the same graph from an earlier call; what still holds is taken over. */
  readonly previousCosts?: CostTables;
}

/** What one strategy gives, beside the plan. */
export interface StrategyOutcome {
  readonly strategy: Strategy;
  /** Absent where the strategy cannot plan here. */
  readonly plan?: Plan;
  /** Objective value over the plan's; above 1 is worse than the plan. */
  readonly relative: number;
  /** Why there is no plan, or which constraints the plan breaks. */
  readonly unavailable?: string;
}

export interface PlanningResult {
  readonly plan: Plan;
  readonly costs: CostTables;
  /** Figures are NaN where `unavailable` says why there is no exact value. */
  readonly certificate: Certificate;
  /** The audit for the objective. */
  readonly audit: AuditFinding;
  /** Everything on one tier, for every tier. */
  readonly baselines: readonly StrategyOutcome[];
  /** The other strategies, with `compare`. */
  readonly strategies: readonly StrategyOutcome[];
  /** Per link, over its bandwidth, from slow to fast. */
  readonly regimes: readonly (readonly Regime[])[];
  /** What the regimes leave out, where they leave something out. */
  readonly regimesNote?: string;
  /** Per candidate, in order. */
  readonly candidates: readonly CandidateOutcome[];
  /** With `regions`; absent where the links are not two of the infrastructure's. */
  readonly regionMap?: RegionMap;
  /** With `pareto`. */
  readonly pareto?: ParetoFront;
  /** Blocks with more cuts across branches than were looked at. */
  readonly boundedBlocks: number;
  readonly advice: string;
}

/**
 * Plans a model on an infrastructure, and says how good the plan is.
 * @throws DnnSplitError `infeasible` when no plan keeps the constraints (it names the one to relax and by how much),
 * `invalid-config` or `bad-usage` for pins, cuts and strategies that mean nothing here, `canceled`.
 */
export function planModel(
  graph: SplitGraph,
  candidates: readonly Candidate[],
  infrastructure: Infrastructure,
  options: PlanOptions,
  work: Work = unwatched,
): PlanningResult {
  work.report('Pricing layers and cuts');
  const costs = createCostTables(graph, infrastructure, options.previousCosts);
  const fixedCuts = cutsAtPositions(graph, candidates, options.cuts ?? []);
  const bounds = tierBounds(graph, infrastructure, fixedCuts);
  const boundedBlocks = options.boundedBlocks ?? 0;
  const cuts = searchableCuts(costs, candidates);
  const findings = auditCandidates(costs, infrastructure.objective, boundedBlocks);
  const search = new PlanSearch(costs, bounds, cuts, candidatesSuffice(findings, infrastructure), work);
  const context: StrategyContext = {
    costs,
    candidates,
    cuts,
    bounds,
    fixedCuts,
    search,
    requestsPerSecond: options.requestsPerSecond ?? infrastructure.constraints.minThroughputPerSecond,
    work,
  };
  work.report('Searching plans');
  const plan = completePlan(costs, options.strategy, runStrategy(context, options.strategy));
  refuseBroken(infrastructure, plan);
  throwIfCanceled(work);

  const baselines = infrastructure.tiers.map((tier) => outcomeOf(context, plan, `single:${tier.id}`));
  const singles = baselines.flatMap((one) =>
    one.plan !== undefined && one.unavailable === undefined ? [one.plan] : [],
  );
  const certificate = certifyPlan(context, plan, options);
  if (!options.skipRegimes) work.report('Finding bandwidth regimes');
  const regions = options.regions && regionMap(search.fronts, options.regions);
  return {
    plan,
    costs,
    certificate,
    audit: { ...findings, consequence: `${findings.consequence}${searchedText(search.searched)}` },
    baselines,
    strategies: options.compare ? otherStrategies(context, plan) : [],
    regimes: options.skipRegimes ? [] : infrastructure.links.map((_, link) => regimesOf(search, link)),
    candidates: candidateOutcomes(costs, candidates, bounds, plan.assignment),
    ...(regions && { regionMap: regions }),
    ...(options.pareto && { pareto: paretoFront(costs, cuts, bounds, work) }),
    boundedBlocks,
    advice: advise(costs, plan, singles, certificate),
  };
}

/** Candidates hold an optimum where the audit says so and neither limits nor memories rule plans out. */
function candidatesSuffice({ holds }: AuditFinding, { constraints, tiers }: Infrastructure): boolean {
  const isSized = constraints.respectMemory === true && tiers.some(({ memoryGB }) => memoryGB !== undefined);
  return holds && !hasLimits(constraints) && !isSized;
}

/** The regimes of one link, the one in which no plan keeps the limits included. */
function regimesOf(search: PlanSearch, link: number): Regime[] {
  const regimes = bandwidthRegimes(search.fronts, link);
  const border = regimes[0]?.fromMbps ?? Number.POSITIVE_INFINITY;
  const none = border > 0 ? infeasibleRegime(search, link, border) : undefined;
  return none === undefined ? regimes : [none, ...regimes];
}

function runStrategy(context: StrategyContext, strategy: Strategy): FoundPlan {
  const single = context.costs.infrastructure.tiers.findIndex((tier) => `single:${tier.id}` === strategy);
  if (single >= 0) {
    return { assignment: new Uint8Array(context.costs.graph.nodes.length).fill(single), evaluatedPlans: 1 };
  }
  const run = strategyRegistry.get(strategy);
  if (run === undefined) throw new DnnSplitError('bad-usage', `There is no strategy \`${strategy}\`.`);
  return run(context);
}

/** Strategies that know no limits may come back with a plan that breaks one. */
function refuseBroken(infrastructure: Infrastructure, plan: Plan): void {
  const broken = brokenConstraints(infrastructure, plan.evaluation);
  if (broken.length === 0) return;
  throw new DnnSplitError(
    'infeasible',
    `The plan of \`${plan.strategy}\` breaks ${broken.join(' and ')}; relax the constraint or use \`dnnsplit\`, which plans within it.`,
  );
}

function completePlan(costs: CostTables, strategy: Strategy, found: FoundPlan): Plan {
  return { strategy, ...found, evaluation: evaluatePlan(costs, found.assignment) };
}

function certifyPlan(context: StrategyContext, plan: Plan, options: PlanOptions): Certificate {
  const { infrastructure } = context.costs;
  if (options.skipCertificate) return withoutOptimum('It was not computed for this plan.');
  const exact = infrastructure.objective === 'throughput' ? undefined : strategyRegistry.get('exact');
  context.work.report('Proving how good the plan is');
  return certify(
    context.costs,
    plan.evaluation,
    exact && (() => exact({ ...context, bounds: tierBounds(context.costs.graph, infrastructure) })),
  );
}

function otherStrategies(context: StrategyContext, plan: Plan): StrategyOutcome[] {
  const others = [...strategyRegistry.keys()].filter((strategy) => strategy !== plan.strategy);
  return others.map((strategy) => {
    context.work.report(`Comparing with ${strategy}`);
    return outcomeOf(context, plan, strategy);
  });
}

function outcomeOf(context: StrategyContext, reference: Plan, strategy: Strategy): StrategyOutcome {
  try {
    const plan = completePlan(context.costs, strategy, runStrategy(context, strategy));
    const relative = relativeTo(plan.evaluation.objectiveValue, reference.evaluation.objectiveValue);
    const broken = brokenConstraints(context.costs.infrastructure, plan.evaluation);
    const unknown = Number.isFinite(plan.evaluation.latencyMs) ? [] : ['the sizes that are unknown'];
    const reasons = [...unknown, ...broken];
    return {
      strategy,
      plan,
      relative,
      ...(reasons.length > 0 && { unavailable: `It breaks ${reasons.join(' and ')}.` }),
    };
  } catch (error) {
    if (!DnnSplitError.is(error) || error.code === 'canceled') throw error;
    return { strategy, relative: Number.NaN, unavailable: error.message };
  }
}

function relativeTo(value: number, reference: number): number {
  return value === reference ? 1 : value / reference;
}
