import { cutKey } from '../../split/cuts';
import { searchCandidates } from '../../split/findCandidates';
import type { Candidate, Cut } from '../../split/splitGraph';
import type { CostTables, WireTable } from '../costs/costTables';

/** Candidates per wire table; tables are kept from plan to plan, so this is computed once per encoding. */
const found = new WeakMap<WireTable, readonly Candidate[]>();

/**
 * The cuts that a search over candidates looks at: the model's own, and those that are candidates under the sizes on the
 * wire, which differ from the tensors' own when an input has a given size or a link encodes float32 tensors smaller.
 */
export function searchableCuts(costs: CostTables, candidates: readonly Candidate[]): Cut[] {
  const cuts = new Map<string, Cut>(candidates.map((candidate) => [cutKey(candidate), candidate]));
  for (const wire of new Set(costs.wires)) {
    const more = found.get(wire) ?? candidatesUnder(costs, wire);
    found.set(wire, more);
    for (const candidate of more) cuts.set(cutKey(candidate), candidate);
  }
  return [...cuts.values()].sort((a, b) => a.position - b.position);
}

/** Candidates under a table's sizes; none where they are the tensors' own. */
function candidatesUnder(costs: CostTables, wire: WireTable): readonly Candidate[] {
  const { tensors } = costs.graph;
  const isOwnSize = tensors.every((tensor, t) => tensor.bytes === undefined || tensor.bytes === wire.tensorBytes[t]);
  return isOwnSize ? [] : searchCandidates(costs.graph, wire.tensorBytes).candidates;
}
