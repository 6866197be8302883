import { inTurn, type Sentence, say } from '../../shared/messages/say';
import type { CandidateOutcome } from '../../shared/reports/reports';
import type { Strategy } from '../../shared/vocabulary/strategies';
import { throwIfCanceled, unwatched, type Work } from '../../shared/work/work';
import type { Candidate, SplitGraph } from '../split/splitGraph';
import { type Margins, marginsOf } from './bandwidths/margins';
import { bandwidthRegimes } from './bandwidths/regimes';
import { type RegionMap, type RegionRequest, regionMap } from './bandwidths/regionMap';
import { type CostTables, createCostTables } from './costs/costTables';
import { advise } from './findings/advice';
import { auditCandidates, rulesPlansOut, searchedText } from './findings/audit';
import { candidateOutcomes } from './findings/candidateOutcomes';
import { certify, withoutOptimum } from './findings/certificate';
import {
  otherStrategies,
  outcomeOf,
  planWith,
  rankedPlans,
  type StrategyOutcome,
  singleTierOutcomes,
} from './findings/outcomes';
import { type Recommendation, recommend } from './findings/recommendation';
import { runnerUp } from './findings/runnerUp';
import { cutsAtPositions, cutsOfPlacement } from './infrastructure/givenCuts';
import type { Infrastructure } from './infrastructure/infrastructure';
import { tierBounds } from './infrastructure/tierBounds';
import { infeasibleRegime, reasonAt } from './limits/infeasibleRegime';
import { OptimumSearch, type Patience } from './optimum/optimumSearch';
import { type ParetoFront, paretoFront } from './optimum/paretoFront';
import type { AuditFinding, Certificate, Plan, Regime } from './plan/plan';
import { memoriesMayFill } from './search/partMemory';
import { PlanSearch } from './search/planSearch';
import { searchableCuts } from './search/searchableCuts';
import type { StrategyContext } from './strategies/strategy';

export interface PlanOptions {
  readonly strategy: Strategy;
  /** Per link the position of a cut that must lie on it; `null` leaves it to the planner. */
  readonly cuts?: readonly (number | null)[];
  /** One whole plan that must be taken, as the nodes of each tier; instead of `cuts`. */
  readonly placement?: readonly (readonly string[])[] | undefined;
  /** Searches the candidates alone, even where they guarantee nothing. */
  readonly candidatesOnly?: boolean;
  /** Computes the other strategies too. */
  readonly compare?: boolean;
  /** Leaves the exact optimum out, for a plan that must be there within a frame. */
  readonly skipCertificate?: boolean;
  /**
   * Leaves out what takes several minimum cuts: the true optimum for throughput and under limits, and its proof. It is
   * asked for only where no plan is found without.
   */
  readonly quickCertificate?: boolean;
  /**
   * Milliseconds to look for the true optimum where that is no single minimum cut, 0 for as many as it takes; two seconds
   * where absent, but for the strategy `exact` as many as it takes.
   */
  readonly deadlineMs?: number;
  /**
   * Percent that a plan must gain over one with fewer tiers or bytes to be recommended; the best plan is recommended at 0 and
   * where absent, as it is where somebody names a strategy.
   */
  readonly minimumGainPercent?: number;
  /** Leaves the bandwidth regimes out. */
  readonly skipRegimes?: boolean;
  /** Maps the best plans over two links' bandwidths. */
  readonly regions?: RegionRequest;
  /** Computes the efficient plans for latency, cost, throughput and energy. */
  readonly pareto?: boolean;
  /** With the strategy `exhaustive`: ranks that many of the best plans. */
  readonly top?: number;
  /** Request rate for strategies that plan for a load; `constraints.minThroughputPerSecond` when absent. */
  readonly requestsPerSecond?: number;
  /** Blocks with more cuts across branches than the search for the candidates looked at. */
  readonly boundedBlocks?: number;
  /** Tables of the same graph from an earlier call; what still holds is taken over. */
  readonly previousCosts?: CostTables;
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
  /** The best plan that cuts once, at a candidate at which the plan does not cut. */
  readonly runnerUp?: Plan;
  /** With `regions`; absent where the links are not two of the infrastructure's. */
  readonly regionMap?: RegionMap;
  /** With `pareto`. */
  readonly pareto?: ParetoFront;
  /** With `top`, best first. */
  readonly ranked?: readonly Plan[];
  /** Blocks with more cuts across branches than were looked at. */
  readonly boundedBlocks: number;
  /** With `minimumGainPercent`, where another plan is recommended than the best one. */
  readonly recommendation?: Recommendation;
  /** How far each figure may be off; of the plan that is recommended, with the regimes. Absent where that takes too long. */
  readonly margins?: Margins;
  readonly advice: Sentence;
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
  work.report(say('stage.pricing', {}).text);
  const { context, findings } = prepare(graph, candidates, infrastructure, options, work);
  const { costs, cuts, search } = context;
  work.report(say('stage.searching', {}).text);
  const plan = planWith(context, options.strategy);
  throwIfCanceled(work);

  const baselines = singleTierOutcomes(context, plan);
  const singles = baselines.flatMap(keptPlan);
  const free = withoutFixedCuts(context);
  const certificate = certifyPlan(free, plan, options);
  if (!options.skipRegimes) work.report(say('stage.regimes', {}).text);
  const regions = options.regions && regionsOf(search, options.regions);
  // The plan that cuts chosen by hand replace stays among the efficient ones, wherever it cuts.
  const knownPlans = () =>
    free === context ? [plan, ...singles] : [...keptPlan(outcomeOf(free, plan, options.strategy)), ...singles, plan];
  const searched = searchedText(search.searched);
  const isGiven = context.fixedCuts.some((cut) => cut !== null);
  const gain = options.minimumGainPercent ?? 0;
  // What is searched cut by cut takes no account of limits on the calls of a session.
  const isLimited = costs.phases !== undefined;
  const recommendation = isGiven || isLimited || gain === 0 ? undefined : recommend(search, plan, singles, gain);
  const followed = recommendation?.plan ?? plan;
  const margins =
    options.skipRegimes || isGiven || isLimited ? undefined : marginsOf(search, followed.assignment, gain, work);
  const outcomes = candidateOutcomes(costs, candidates, free.bounds, plan.assignment);
  const second = runnerUp(costs, candidates, outcomes);
  return {
    plan,
    costs,
    certificate,
    audit: {
      ...findings,
      consequence: searched === undefined ? findings.consequence : inTurn(findings.consequence, searched),
    },
    baselines,
    strategies: options.compare ? otherStrategies(context, plan) : [],
    regimes: options.skipRegimes ? [] : infrastructure.links.map((_, link) => regimesOf(search, link)),
    ...(!options.skipRegimes && regimesNoteOf(search)),
    candidates: outcomes,
    ...(second && { runnerUp: second }),
    ...(regions && { regionMap: regions }),
    ...(options.top !== undefined &&
      options.strategy === 'exhaustive' && { ranked: rankedPlans(context, options.top) }),
    ...(options.pareto && { pareto: paretoFront(costs, cuts, free.bounds, knownPlans(), free.optimum, work) }),
    boundedBlocks: options.boundedBlocks ?? 0,
    ...(recommendation && { recommendation }),
    ...(margins && { margins }),
    advice: advise(costs, plan, { singles, certificate, isGiven, recommended: recommendation }),
  };
}

/**
 * Maps the best plans over two links' bandwidths, also where no plan is possible at the links' own.
 * @returns the tables besides; no map where the links are not two of the infrastructure's.
 * @throws DnnSplitError `infeasible` where pins contradict each other, `invalid-config`, `bad-usage`, `canceled`.
 */
export function mapRegions(
  graph: SplitGraph,
  candidates: readonly Candidate[],
  infrastructure: Infrastructure,
  options: Pick<PlanOptions, 'cuts' | 'placement'> & { readonly regions: RegionRequest },
  work: Work = unwatched,
): { readonly costs: CostTables; readonly map: RegionMap | undefined } {
  const { context } = prepare(graph, candidates, infrastructure, options, work);
  return { costs: context.costs, map: regionsOf(context.search, options.regions) };
}

/** What strategies are given, and what the audit says of the candidates. */
function prepare(
  graph: SplitGraph,
  candidates: readonly Candidate[],
  infrastructure: Infrastructure,
  options: Partial<PlanOptions>,
  work: Work,
): { readonly context: StrategyContext; readonly findings: AuditFinding } {
  const costs = createCostTables(graph, infrastructure, options.previousCosts);
  const fixedCuts =
    options.placement === undefined
      ? cutsAtPositions(graph, candidates, infrastructure.tiers, options.cuts ?? [])
      : cutsOfPlacement(graph, infrastructure.tiers, options.placement);
  const bounds = tierBounds(graph, infrastructure, fixedCuts);
  const cuts = searchableCuts(costs, candidates, !bounds.restricts && !memoriesMayFill(costs));
  const findings = auditCandidates(costs, infrastructure.objective, options.boundedBlocks);
  const isEnough = options.candidatesOnly === true || candidatesSuffice(findings, costs);
  const search = new PlanSearch(costs, bounds, cuts, isEnough, work);
  const optimum = new OptimumSearch(costs, bounds, search, patienceOf(options), work);
  const prefersSearch = options.quickCertificate === true || options.candidatesOnly === true;
  const requestsPerSecond = options.requestsPerSecond ?? infrastructure.constraints.minThroughputPerSecond;
  const context = {
    ...{ costs, candidates, cuts, bounds, fixedCuts },
    ...{ search, optimum, prefersSearch, requestsPerSecond, work },
  };
  return { context, findings };
}

/** Milliseconds that somebody waits for a plan. */
export const interactiveMs = 2000;

function patienceOf({ strategy, quickCertificate, deadlineMs }: Partial<PlanOptions>): Patience {
  const isExact = strategy === 'exact' && quickCertificate !== true;
  const most = deadlineMs ?? (isExact ? 0 : interactiveMs);
  return { deadlineMs: most === 0 ? Number.POSITIVE_INFINITY : most, isExact };
}

/** Candidates hold an optimum where the audit says so and no limit, pin or memory rules plans out. */
function candidatesSuffice({ holds }: AuditFinding, costs: CostTables): boolean {
  return holds && !rulesPlansOut(costs);
}

/** True where the search had to leave out cuts that may be in the best plan. */
function leavesCutsOut({ searched }: PlanSearch): boolean {
  return searched.beyondCandidates && searched.allCuts === undefined;
}

/** What regimes leave out, where they leave something out. */
function regimesNoteOf(search: PlanSearch): Pick<PlanningResult, 'regimesNote'> {
  if (search.costs.phases !== undefined) return { regimesNote: say('regimes.sessionLimits', {}).text };
  return leavesCutsOut(search) ? { regimesNote: say('regimes.searchedOnly', {}).text } : {};
}

/** The regimes of one link, the one in which no plan keeps the limits included. */
function regimesOf(search: PlanSearch, link: number): Regime[] {
  const regimes = bandwidthRegimes(search.fronts, link);
  const border = regimes[0]?.fromMbps ?? Number.POSITIVE_INFINITY;
  const none = border > 0 ? infeasibleRegime(search, link, border) : undefined;
  return none === undefined ? regimes : [none, ...regimes];
}

/** The map, with what to relax at its slowest bandwidths where no plan keeps the limits. */
function regionsOf(search: PlanSearch, request: RegionRequest): RegionMap | undefined {
  const map = regionMap(search.fronts, request);
  const reason = map && map.infeasible.length > 0 ? reasonAt(search, request.links, request.fromMbps) : undefined;
  return map && { ...map, ...(reason !== undefined && { infeasibleReason: reason }) };
}

/** The plan of a strategy where it keeps the constraints. */
function keptPlan({ plan, unavailable }: StrategyOutcome): readonly Plan[] {
  return plan === undefined || unavailable !== undefined ? [] : [plan];
}

function certifyPlan(context: StrategyContext, plan: Plan, options: PlanOptions): Certificate {
  if (options.skipCertificate) return withoutOptimum('It was not computed for this plan.');
  context.work.report(say('stage.certifying', {}).text);
  return certify(context, plan, options.quickCertificate === true);
}

/** The same task without cuts that are decided for the plan. */
function withoutFixedCuts(context: StrategyContext): StrategyContext {
  if (context.fixedCuts.every((cut) => cut === null)) return context;
  const { graph, infrastructure } = context.costs;
  const bounds = tierBounds(graph, infrastructure);
  const search = context.search.under(infrastructure, bounds);
  const optimum = new OptimumSearch(context.costs, bounds, search, context.optimum.patience, context.work);
  return { ...context, bounds, fixedCuts: [], search, optimum };
}
