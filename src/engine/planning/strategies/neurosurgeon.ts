import { say } from '../../../shared/messages/say';
import { DnnSplitError } from '../../../shared/work/errors';
import type { FoundPlan } from '../plan/plan';
import { assignmentAt, prefixParts, prefixRanges, runsEach } from '../search/prefixTuples';
import { TupleMeter } from '../search/tupleMeter';
import type { StrategyContext } from './strategy';

/**
 * Neurosurgeon (Kang et al., ASPLOS 2017): one cut of the chain between the first tier and one other tier, whichever
 * gives the best plan; tiers between the two only pass data on. It knows two goals: energy of the first tier when that is
 * the objective, latency otherwise. Limits and memories are not part of it.
 * @throws DnnSplitError `infeasible` when pins leave no such plan.
 */
export function planLikeNeurosurgeon(context: StrategyContext): FoundPlan {
  const { costs, bounds } = context;
  const n = costs.graph.nodes.length;
  const goal = costs.infrastructure.objective === 'energy' ? 'energy' : 'latency';
  const meter = new TupleMeter(costs, goal, goal);
  const ranges = prefixRanges(costs, bounds);
  const mayRun = prefixParts(costs, bounds);
  let best: { positions: number[]; value: number } | undefined;
  let evaluatedPlans = 0;
  const positions = new Int32Array(costs.wires.length);
  for (let upper = costs.tiers.length === 1 ? 0 : 1; upper < costs.tiers.length; upper++) {
    positions.fill(n);
    const below = ranges.slice(0, upper);
    const from = below.reduce((most, range) => Math.max(most, range.from), 0);
    const to = ranges.slice(upper).some((range) => range.to < n) ? -1 : Math.min(n, ...below.map((range) => range.to));
    for (let position = from; position <= to; position++) {
      positions.fill(position, 0, upper);
      if (!runsEach(costs, positions, mayRun)) continue;
      evaluatedPlans++;
      meter.measure(positions);
      const { value } = meter;
      if (best === undefined || value < best.value) best = { positions: [...positions], value };
    }
  }
  if (best === undefined) {
    throw new DnnSplitError('infeasible', say('strategy.pinsTwoTiers', {}));
  }
  return { assignment: assignmentAt(n, best.positions), evaluatedPlans };
}
