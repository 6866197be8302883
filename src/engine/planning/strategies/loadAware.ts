import { say } from '../../../shared/messages/say';
import { DnnSplitError } from '../../../shared/work/errors';
import { throwIfCanceled } from '../../../shared/work/work';
import { busyBetween } from '../costs/busySpans';
import type { CostTables } from '../costs/costTables';
import { rounded } from '../plan/constraints';
import { crossingValue, sendingValue, type Way, wayOf } from '../plan/metrics';
import type { FoundPlan } from '../plan/plan';
import { assignmentAt, prefixParts, prefixRanges, tupleCount } from '../search/prefixTuples';
import { TupleMeter } from '../search/tupleMeter';
import type { StrategyContext } from './strategy';

/** Plans that the search computes at most; past it, it looks at the candidates' positions only. */
const planBound = 500_000;
const mostParts = 3;

/**
 * Load-aware partitioning (Chen et al., IPCCC 2021): at most three parts, the least mean delay at a given request rate.
 * Every tier and link is a queue with Poisson arrivals and a fixed service time (M/D/1, Pollaczek-Khinchine): a stage of
 * s seconds at load rho takes s + rho s / (2 (1 - rho)), and cannot keep up from rho = 1 on; replicas share the arrivals.
 * @throws DnnSplitError `bad-usage` without a request rate, `infeasible` when no plan keeps up with it.
 */
export function planForLoad(context: StrategyContext): FoundPlan {
  const { costs, requestsPerSecond, work } = context;
  if (requestsPerSecond === undefined) {
    throw new DnnSplitError('bad-usage', say('strategy.needsRate', {}));
  }
  let best: { positions: number[]; delayS: number } | undefined;
  let evaluatedPlans = 0;
  const meter = new TupleMeter(costs, 'throughput', 'throughput');
  let slowestS = Number.POSITIVE_INFINITY;
  for (const positions of tuplesToTry(context)) {
    if ((evaluatedPlans++ & 4095) === 0) throwIfCanceled(work);
    if (best === undefined) {
      meter.measure(positions);
      slowestS = Math.min(slowestS, meter.value);
    }
    const delayS = meanDelaySeconds(costs, positions, requestsPerSecond);
    if (delayS < (best?.delayS ?? Number.POSITIVE_INFINITY)) best = { positions: [...positions], delayS };
  }
  if (best === undefined) {
    throw new DnnSplitError(
      'infeasible',
      say('strategy.tooFast', { rate: requestsPerSecond, fastest: rounded(1 / slowestS) }),
    );
  }
  return { assignment: assignmentAt(costs.graph.nodes.length, best.positions), evaluatedPlans };
}

/** Mean seconds from a request's arrival to its result when tiers and links are M/D/1 queues; `Infinity` past capacity. */
export function meanDelaySeconds(costs: CostTables, positions: ArrayLike<number>, requestsPerSecond: number): number {
  const { infrastructure, answers } = costs;
  const n = costs.graph.nodes.length;
  let lower = 0;
  let delayS = 0;
  for (const [k, table] of costs.tiers.entries()) {
    const upper = positions[k] ?? n;
    const busyS = busyBetween(table.spans, lower, upper);
    delayS += queueSeconds(busyS, requestsPerSecond / table.tier.replicas);
    if (k < costs.wires.length) {
      const bytes = costs.wires[k]?.positionBytes[upper] ?? 0;
      if (bytes > 0) delayS += wayDelaySeconds(bytes, wayOf(infrastructure, k, 'up'), requestsPerSecond);
      const comesBack = answers.comesBack && upper < n;
      const answerBytes = answers.bytesFrom[upper] ?? 0;
      if (comesBack) delayS += wayDelaySeconds(answerBytes, wayOf(infrastructure, k, 'down'), requestsPerSecond);
    }
    lower = upper;
  }
  return delayS;
}

/** Bytes queue for a link, but not for their way along it. */
function wayDelaySeconds(bytes: number, way: Way, requestsPerSecond: number): number {
  return queueSeconds(sendingValue('throughput', bytes, way), requestsPerSecond) + crossingValue('latency', 1, way);
}

function queueSeconds(serviceS: number, arrivalsPerSecond: number): number {
  const load = serviceS * arrivalsPerSecond;
  return load >= 1 ? Number.POSITIVE_INFINITY : serviceS + (load * serviceS) / (2 * (1 - load));
}

function* tuplesToTry(context: StrategyContext): Generator<Int32Array> {
  const { costs, bounds } = context;
  const n = costs.graph.nodes.length;
  const isSmall = tupleCount(n, costs.tiers.length) <= planBound;
  const choices = isSmall
    ? Array.from({ length: n + 1 }, (_, position) => position)
    : [...new Set([0, ...context.cuts.map((cut) => cut.position), n])].sort((a, b) => a - b);
  const ranges = prefixRanges(costs, bounds);
  const mayRun = prefixParts(costs, bounds);
  const positions = new Int32Array(costs.wires.length);
  function* visit(link: number, from: number, parts: number): Generator<Int32Array> {
    const isLast = link === positions.length;
    for (const position of isLast ? [n] : choices) {
      const range = ranges[link] ?? { from: 0, to: n };
      if (position < from || position < range.from || position > range.to) continue;
      const runsHere = position > from;
      if (runsHere && (parts === mostParts || !mayRun(link, from, position))) continue;
      if (isLast) {
        yield positions;
        continue;
      }
      positions[link] = position;
      yield* visit(link + 1, position, runsHere ? parts + 1 : parts);
    }
  }
  yield* visit(0, 0, 0);
}
