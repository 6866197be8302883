import { RecentResults } from '../../../shared/recentResults';
import { cutKey, membersBelow } from '../../split/cuts';
import { searchCuts } from '../../split/findCandidates';
import { cutsBesideKernels, withWholeKernels } from '../../split/kernelCuts';
import type { Candidate, Cut, SplitGraph } from '../../split/splitGraph';
import { answersAbove } from '../costs/answers';
import type { CostTables, WireTable } from '../costs/costTables';
import { bytesCrossing } from './cutFamily';

/** Cuts that were found under sizes on the wire and answers. */
interface FoundCuts {
  readonly tensorBytes: Float64Array;
  readonly nodeBytes: Float64Array;
  readonly cuts: readonly Cut[];
}

/** How many are kept of each model: as many as encodings that are compared, back and forth. */
const mostKept = 4;
/** By the tensors, which say who makes and who reads what; a plan for other tiers finds the same cuts. */
const kept = new WeakMap<SplitGraph['tensors'], readonly FoundCuts[]>();
/** Both by the bonds of a graph. */
const besideKernels = new RecentResults<CostTables['bonds'], readonly Cut[]>();
const worthTheirKernels = new RecentResults<CostTables['bonds'], readonly Cut[]>();

/**
 * The cuts that a search over candidates looks at: the model's own, and those that are candidates under the sizes on the
 * wire, which differ from the tensors' own when an input has a given size or a link encodes float32 tensors smaller; and
 * those that a smaller cut does not rule out because an answer is made between the two or it breaks a kernel.
 * @param isFree true where neither pins nor memories rule anything out: then a cut inside of kernels is left out where their
 * ends are no dearer.
 */
export function searchableCuts(costs: CostTables, candidates: readonly Candidate[], isFree = false): readonly Cut[] {
  const cuts = new Map<string, Cut>(candidates.map((candidate) => [cutKey(candidate), candidate]));
  for (const wire of new Set(costs.wires)) for (const cut of cutsUnder(costs, wire)) cuts.set(cutKey(cut), cut);
  for (const cut of cutsForKernels(costs, [...cuts.values()])) cuts.set(cutKey(cut), cut);
  const all = [...cuts.values()].sort((a, b) => a.position - b.position);
  if (!isFree || costs.bonds.length === 0) return all;
  const parts = [...costs.tiers.map(({ seconds }) => seconds), ...costs.wires, costs.answers, ...all];
  return worthTheirKernels.get(costs.bonds, parts, () => all.filter((cut) => !isBetterAtItsEnd(costs, cut)));
}

/** Whether the rest of the kernels that a cut breaks runs for nothing on every tier, and no more crosses above it. */
function isBetterAtItsEnd(costs: CostTables, cut: Cut): boolean {
  const { graph, tiers, wires, answers, bonds } = costs;
  const whole = withWholeKernels(graph, bonds, cut);
  if (whole === cut || answers.carried.length > 0) return false;
  const below = membersBelow(graph, cut);
  const takesNothing = (node: number) => tiers.every(({ seconds }) => seconds[node] === 0);
  return (
    wires.every((wire) => bytesCrossing(costs, wire, whole) <= bytesCrossing(costs, wire, cut)) &&
    answersAbove(answers, whole) === answersAbove(answers, cut) &&
    membersBelow(graph, whole).every((member, node) => member === below[node] || takesNothing(node))
  );
}

/** What is worth a look besides because cuts inside of kernels cost something. */
function cutsForKernels({ graph, wires, answers, bonds }: CostTables, candidates: readonly Cut[]): readonly Cut[] {
  if (bonds.length === 0) return [];
  const parts = [...wires, answers, ...candidates];
  return besideKernels.get(bonds, parts, () =>
    [...new Set(wires)].flatMap(({ tensorBytes }) =>
      cutsBesideKernels(graph, tensorBytes, answers.nodeBytes, bonds, candidates),
    ),
  );
}

function cutsUnder(costs: CostTables, { tensorBytes }: WireTable): readonly Cut[] {
  const { graph, answers } = costs;
  const { nodeBytes } = answers;
  const known = kept.get(graph.tensors) ?? [];
  const isSame = (one: FoundCuts) => areEqual(one.tensorBytes, tensorBytes) && areEqual(one.nodeBytes, nodeBytes);
  const found = known.find(isSame) ?? { tensorBytes, nodeBytes, cuts: searchUnder(costs, tensorBytes) };
  kept.set(graph.tensors, [found, ...known.filter((one) => one !== found)].slice(0, mostKept));
  return found.cuts;
}

/** Candidates under sizes and the answers; none where these are those of the model, which a session's never are. */
function searchUnder(costs: CostTables, tensorBytes: Float64Array): readonly Cut[] {
  const { tensors, session } = costs.graph;
  const isOwnSize =
    session === undefined && tensors.every(({ bytes }, tensor) => bytes === undefined || bytes === tensorBytes[tensor]);
  const answers = answersMatter(costs) ? costs.answers.nodeBytes : undefined;
  if (isOwnSize && answers === undefined) return [];
  // Where no answer is below, those of the model's own sizes are known.
  return searchCuts(costs.graph, tensorBytes, answers, isOwnSize).cuts;
}

/**
 * Whether an answer can be below a cut that anything is above: not where the one node that makes any waits for all others.
 */
function answersMatter({ graph, answers }: CostTables): boolean {
  if (answers.outputs.length === 0) return false;
  const isEnd = ({ writes }: CostTables['graph']['nodes'][number]) =>
    writes.every((tensor) => (graph.tensors[tensor]?.consumers.length ?? 0) === 0);
  const ends = graph.nodes.flatMap((node, index) => (isEnd(node) ? [index] : []));
  return answers.nodeBytes.some((bytes, node) => bytes > 0 && (ends.length > 1 || node !== ends[0]));
}

function areEqual(a: Float64Array, b: Float64Array): boolean {
  return a === b || (a.length === b.length && a.every((bytes, index) => bytes === b[index]));
}
