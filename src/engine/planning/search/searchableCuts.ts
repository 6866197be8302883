import { RecentResults } from '../../../shared/recentResults';
import { cutKey } from '../../split/cuts';
import { searchCuts } from '../../split/findCandidates';
import type { Candidate, Cut } from '../../split/splitGraph';
import type { CostTables, WireTable } from '../costs/costTables';

/** Cuts per wire table, answers and bonds; tables are kept from plan to plan, so this is computed once for each. */
const found = new RecentResults<WireTable, readonly Cut[]>();

/**
 * The cuts that a search over candidates looks at: the model's own, and those that are candidates under the sizes on the
 * wire, which differ from the tensors' own when an input has a given size or a link encodes float32 tensors smaller; and
 * those that a smaller cut does not rule out because an answer is made between the two or it breaks a kernel.
 */
export function searchableCuts(costs: CostTables, candidates: readonly Candidate[]): Cut[] {
  const cuts = new Map<string, Cut>(candidates.map((candidate) => [cutKey(candidate), candidate]));
  for (const wire of new Set(costs.wires)) {
    const more = found.get(wire, [costs.answers, costs.bonds.length > 0], () => candidatesUnder(costs, wire));
    for (const cut of more) cuts.set(cutKey(cut), cut);
  }
  return [...cuts.values()].sort((a, b) => a.position - b.position);
}

/** Candidates under a table's sizes and the answers; none where these are those of the model, which a session's never are. */
function candidatesUnder(costs: CostTables, wire: WireTable): readonly Cut[] {
  const { tensors } = costs.graph;
  const isOwnSize = tensors.every((tensor, t) => tensor.bytes === undefined || tensor.bytes === wire.tensorBytes[t]);
  const { nodeBytes } = costs.answers;
  const matter = answersMatter(costs);
  if (isOwnSize && !matter && costs.graph.session === undefined && costs.bonds.length === 0) return [];
  return searchCuts(costs.graph, wire.tensorBytes, matter ? nodeBytes : undefined, costs.bonds).cuts;
}

/**
 * Whether an answer can be below a cut that anything is above: not where the one node that makes any waits for all others.
 */
function answersMatter({ graph, answers }: CostTables): boolean {
  const isEnd = ({ writes }: CostTables['graph']['nodes'][number]) =>
    writes.every((tensor) => (graph.tensors[tensor]?.consumers.length ?? 0) === 0);
  const ends = graph.nodes.flatMap((node, index) => (isEnd(node) ? [index] : []));
  return answers.nodeBytes.some((bytes, node) => bytes > 0 && (ends.length > 1 || node !== ends[0]));
}
