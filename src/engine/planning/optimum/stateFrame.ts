import { branchAndBound, type LimitedSolution, type SearchOptions } from '../../solver/limited/branchAndBound';
import type { LimitedProblem } from '../../solver/limited/limitedProblem';
import { type LoopCosts, LoopFrame, type Topology } from '../../solver/loops';
import type { Costs } from '../../solver/problem';
import type { TensorTopology } from '../../split/topology';
import type { AdditiveObjective } from '../costs/costModel';
import type { CostTables } from '../costs/costTables';
import { bondTopology } from './bondCosts';

/** Per tensors and number of tiers. */
const frames = new WeakMap<TensorTopology, Map<number, LoopFrame>>();

/** How the solver sees state that may have to travel; nothing where a model has none. */
export function stateFrame(costs: CostTables): LoopFrame | undefined {
  const { answers, graph, tiers } = costs;
  if (answers.carried.length === 0) return undefined;
  const topology = bondTopology(costs);
  const known = frames.get(topology) ?? new Map<number, LoopFrame>();
  frames.set(topology, known);
  const inner = { ...topology, tierCount: tiers.length, nodeCount: graph.nodes.length };
  const frame = known.get(tiers.length) ?? new LoopFrame(inner, answers.carried);
  known.set(tiers.length, frame);
  return frame;
}

/** What the solver works on: the model's nodes and tensors, what holds its kernels together, and what its state needs. */
export function solverTopology(costs: CostTables): Topology {
  const inner = { ...bondTopology(costs), tierCount: costs.tiers.length, nodeCount: costs.graph.nodes.length };
  return stateFrame(costs)?.topology ?? inner;
}

/** Costs of a problem with what its state costs on the way. */
export function withStateCosts(costs: CostTables, own: Costs, objective: AdditiveObjective): Costs {
  const frame = stateFrame(costs);
  if (frame === undefined) return own;
  const loops = costs.answers.carried.map(({ bytes = 0 }): LoopCosts => {
    const priced = (perByte: readonly number[]) => costs.wires.map((_, l) => bytes * (perByte[l] ?? 0));
    return { up: priced(objective.perByte), down: priced(objective.perAnswerByte) };
  });
  return frame.costs(own, loops);
}

/**
 * `branchAndBound` for a problem whose figures and topology have the nodes of its state, and all else only the model's.
 * @throws DnnSplitError `canceled`
 */
export function solveLimited(costs: CostTables, problem: LimitedProblem, options: SearchOptions): LimitedSolution {
  const frame = stateFrame(costs);
  if (frame === undefined) return branchAndBound(problem, options);
  const { lowest, highest, accepts, wholeValue } = problem;
  const { known } = options;
  const solution = branchAndBound(
    {
      ...problem,
      ...(lowest && { lowest: frame.spread(lowest, 0) }),
      ...(highest && { highest: frame.spread(highest, problem.tierCount - 1) }),
      ...(accepts && { accepts: (tiers: Uint8Array) => accepts(frame.own(tiers)) }),
      ...(wholeValue && { wholeValue: (tiers: Uint8Array) => wholeValue(frame.own(tiers)) }),
    },
    { ...options, ...(known && { known: known.map((tiers) => frame.whole(tiers)) }) },
  );
  const { best } = solution;
  return { ...solution, best: best && { ...best, tierOfNode: frame.own(best.tierOfNode) } };
}
