import { brokenBonds } from './brokenBonds';
import { cutAboveMembers, cutAtPosition, cutKey, membersBelow } from './cuts';
import { minimaBetween } from './findCandidates';
import type { KernelBond } from './kernelBonds';
import { liveBytes } from './liveBytes';
import type { Cut, SplitGraph } from './splitGraph';

/** Positions that are looked at because a kernel is broken below them, at most; models have few. */
const mostPositions = 512;

/**
 * Cuts that an optimum may use besides candidates where cutting a kernel costs something: a candidate inside of a kernel rules
 * nothing out, since a cut with as many bytes that breaks no kernel may be better. So the minima of the order that begin anew
 * above each cut inside of a kernel, and every candidate with the rest of the kernels that it breaks.
 * @param answers more than 0 for nodes that make what comes back.
 * @param candidates what is found when kernels are left out of account.
 */
export function cutsBesideKernels(
  graph: SplitGraph,
  bytesOf: Float64Array,
  answers: Float64Array,
  bonds: readonly KernelBond[],
  candidates: readonly Cut[],
): Cut[] {
  const broken = brokenBonds(bonds);
  const { bytes } = liveBytes(graph, bytesOf);
  const makesAnswer = (place: number) => (answers[place] ?? 0) > 0;
  const all = minimaBetween(bytes, { makesAnswer, breaksKernel: (at) => broken.by({ position: at }).length > 0 });
  let lower: number | undefined;
  const minima = all.filter((position) => {
    const isRuledOut =
      lower !== undefined &&
      (bytes[lower] ?? 0) <= (bytes[position] ?? 0) &&
      !answers.subarray(lower, position).some((one) => one > 0) &&
      breaksNoMore(bonds, broken.by({ position: lower }), broken.by({ position }));
    if (!isRuledOut) lower = position;
    return !isRuledOut;
  });
  const step = Math.ceil(minima.length / mostPositions);
  const positions = minima.filter((_, index) => index % step === 0);
  const whole = candidates.filter((cut) => broken.by(cut).length > 0).map((cut) => withWholeKernels(graph, bonds, cut));
  const cuts = [...positions.map((position) => cutAtPosition(graph, position)), ...whole];
  return [...new Map(cuts.map((cut) => [cutKey(cut), cut])).values()];
}

/** Whether a cut costs no more than another one in each kernel, on any tiers. */
function breaksNoMore(bonds: readonly KernelBond[], lower: readonly number[], upper: readonly number[]): boolean {
  const sumOf = (some: readonly number[], main: number, of: 'bytes' | 'launches') =>
    some.reduce((sum, bond) => sum + (bonds[bond]?.main === main ? (bonds[bond]?.[of] ?? 0) : 0), 0);
  return lower.every((bond) => {
    const main = bonds[bond]?.main ?? -1;
    return (['bytes', 'launches'] as const).every((of) => sumOf(lower, main, of) <= sumOf(upper, main, of));
  });
}

/** By the bonds of a graph and a cut: plans ask for those of all candidates again. */
const wholeCuts = new WeakMap<readonly KernelBond[], WeakMap<Cut, Cut>>();

/** The smallest cut that holds another one and breaks no kernel. */
export function withWholeKernels(graph: SplitGraph, bonds: readonly KernelBond[], cut: Cut): Cut {
  const open = brokenBonds(bonds).by(cut);
  if (open.length === 0) return cut;
  const known = wholeCuts.get(bonds) ?? new WeakMap<Cut, Cut>();
  wholeCuts.set(bonds, known);
  const whole = known.get(cut) ?? withoutOpen(graph, bonds, cut, open);
  known.set(cut, whole);
  return whole;
}

function withoutOpen(graph: SplitGraph, bonds: readonly KernelBond[], cut: Cut, first: readonly number[]): Cut {
  const broken = brokenBonds(bonds);
  const members = membersBelow(graph, cut);
  let whole = cut;
  for (let open = first; open.length > 0; open = broken.by(whole)) {
    for (const bond of open) for (const reader of bonds[bond]?.readers ?? []) addWithMakers(graph, members, reader);
    whole = cutAboveMembers(graph, members);
  }
  return whole;
}

/** Marks a node and all that it waits for. */
function addWithMakers({ nodes, tensors }: SplitGraph, members: Uint8Array, node: number): void {
  const waiting = [node];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (members[next] === 1) continue;
    members[next] = 1;
    for (const read of nodes[next]?.reads ?? []) {
      const maker = tensors[read]?.producer ?? -1;
      if (maker >= 0) waiting.push(maker);
    }
  }
}
