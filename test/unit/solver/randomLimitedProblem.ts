import fc from 'fast-check';
import type { Figure, LimitedProblem } from '../../../src/engine/solver/limited/limitedProblem';
import { assignmentCost, consumersOf } from '../../../src/engine/solver/problem';

/** The shape of a random problem: how nodes read from each other. */
type Shape = 'any' | 'chain' | 'wide';

interface Sizes {
  readonly leastNodes?: number;
  readonly mostNodes: number;
  readonly tierCount: number;
  readonly shapes?: readonly Shape[];
}

/**
 * Random problems with up to three limits around the figures of a random assignment, a goal that is a sum or the worst
 * of all stages, ranges, biggest nodes and forbidden tiers.
 */
export function limitedProblems({ leastNodes = 1, mostNodes, tierCount, shapes }: Sizes): fc.Arbitrary<LimitedProblem> {
  return fc
    .record({
      nodeCount: fc.integer({ min: leastNodes, max: mostNodes }),
      shape: fc.constantFrom<Shape>(...(shapes ?? ['any', 'chain', 'wide'])),
      seed: fc.infiniteStream(fc.nat(1000)),
      isWorst: fc.boolean(),
      tightness: fc.array(fc.option(fc.constantFrom(0.6, 0.9, 1, 1.2)), { minLength: 3, maxLength: 3 }),
      hasForbidden: fc.boolean(),
      hasRanges: fc.boolean(),
      hasLargest: fc.boolean(),
    })
    .map((draft) => build(draft, tierCount));
}

interface Draft {
  readonly nodeCount: number;
  readonly shape: Shape;
  readonly seed: fc.Stream<number>;
  readonly isWorst: boolean;
  readonly tightness: readonly (number | null)[];
  readonly hasForbidden: boolean;
  readonly hasRanges: boolean;
  readonly hasLargest: boolean;
}

function build(draft: Draft, tierCount: number): LimitedProblem {
  const { nodeCount, seed } = draft;
  const next = () => Number(seed.next().value);
  const topology = { tierCount, nodeCount, ...randomEdges(draft, next) };
  const links = tierCount - 1;
  const tensors = topology.producer.length;
  const figure = (
    ofNode: (v: number, k: number) => number,
    ofLink: (t: number, l: number) => number,
    fixed: boolean,
  ) => ({
    nodeCost: Float64Array.from({ length: nodeCount * tierCount }, (_, at) =>
      ofNode(Math.floor(at / tierCount), at % tierCount),
    ),
    crossingCost: Float64Array.from({ length: tensors * links }, (_, at) => ofLink(Math.floor(at / links), at % links)),
    linkCost: Float64Array.from({ length: links }, () => (fixed ? next() % 9 : 0)),
    reachCost: Float64Array.from({ length: links }, (_, l) => (fixed ? (4 * l + nodeCount) % 9 : 0)),
  });
  const [hasLinkCost, speed] = [next() % 2 === 0, Array.from({ length: tierCount }, () => 1 + (next() % 7))];
  const work = Array.from({ length: nodeCount }, () => 1 + (next() % 40));
  const bytes = Array.from({ length: tensors }, () => next() % 60);
  const isForbidden = Array.from({ length: nodeCount * tierCount }, () => draft.hasForbidden && next() < 40);
  const seconds = (v: number, k: number) =>
    isForbidden[v * tierCount + k] ? Number.POSITIVE_INFINITY : (work[v] ?? 0) / (speed[k] ?? 1);
  const random = () =>
    figure(
      (v, k) => seconds(v, k) * (1 + (next() % 5)),
      (t) => (bytes[t] ?? 0) * (next() % 3),
      hasLinkCost,
    );
  const stages = [
    ...speed.map((_, k) =>
      figure(
        (v, tier) => (tier === k ? seconds(v, k) : 0),
        () => 0,
        false,
      ),
    ),
    ...Array.from({ length: links }, (_, l) => {
      const one = figure(
        () => 0,
        (t, link) => (link === l ? (bytes[t] ?? 0) / 4 : 0),
        false,
      );
      if (hasLinkCost) one.linkCost[l] = next() % 9;
      return one;
    }),
  ];
  const largest = () =>
    Float64Array.from({ length: nodeCount * tierCount }, (_, at) => (next() % 20) + (at % tierCount));
  const withLargest = (own: Figure): Figure => (draft.hasLargest ? { ...own, largest: largest() } : own);
  const goal = draft.isWorst
    ? ({ kind: 'worst', figures: stages.map(withLargest) } as const)
    : ({ kind: 'sum', figure: withLargest(random()) } as const);
  const around = randomAssignment(topology, next);
  const limits = draft.tightness.flatMap((part, index) => {
    if (part === null) return [];
    const own: Figure = index === 2 && !draft.isWorst ? (stages[next() % stages.length] ?? random()) : random();
    const taken = assignmentCost({ ...topology, ...own }, around);
    const most = Number.isFinite(taken) ? taken * part * (1 + 1e-9) : 50;
    return [{ figure: withLargest(own), most: most + (draft.hasLargest ? 10 : 0) }];
  });
  if (!draft.hasRanges) return { ...topology, goal, limits };
  const lowest = Uint8Array.from({ length: nodeCount }, () => (next() < 100 ? next() % tierCount : 0));
  const highest = lowest.map((low) => (next() < 100 ? low : tierCount - 1));
  return { ...topology, goal, limits, lowest, highest };
}

function randomEdges({ nodeCount, shape }: Draft, next: () => number) {
  const readersOf: number[][] = Array.from({ length: nodeCount + 2 }, () => []);
  for (let node = 0; node < nodeCount; node += 1) {
    const isJoin = shape === 'wide' && node === nodeCount - 1;
    if (isJoin) for (let other = 0; other < node; other += 1) readersOf[other + 2]?.push(node);
    if (shape === 'wide' && node > 0 && next() < 700) readersOf[2]?.push(node);
    else if (shape === 'chain') readersOf[Math.max(0, node + 1 - (next() % 2))]?.push(node);
    else for (let read = 0; read < 1 + (next() % 3); read += 1) readersOf[next() % (node + 2)]?.push(node);
  }
  const producer = Int32Array.from(readersOf, (_, index) => Math.max(-1, index - 2));
  const lists = readersOf.map((readers) => [...new Set(readers)].sort((a, b) => a - b));
  const consumerStart = new Int32Array(lists.length + 1);
  for (const [index, list] of lists.entries()) consumerStart[index + 1] = (consumerStart[index] ?? 0) + list.length;
  return { producer, consumerStart, consumers: Int32Array.from(lists.flat()) };
}

type Topology = Pick<LimitedProblem, 'tierCount' | 'nodeCount' | 'producer' | 'consumerStart' | 'consumers'>;

function makersOf(problem: Topology): number[][] {
  const makers: number[][] = Array.from({ length: problem.nodeCount }, () => []);
  for (const [tensor, maker] of problem.producer.entries()) {
    if (maker >= 0) for (const reader of consumersOf(problem, tensor)) makers[reader]?.push(maker);
  }
  return makers;
}

function randomAssignment(problem: Topology, next: () => number): Uint8Array {
  const tiers = new Uint8Array(problem.nodeCount);
  for (const [node, makers] of makersOf(problem).entries()) {
    const lowest = Math.max(0, ...makers.map((maker) => tiers[maker] ?? 0));
    tiers[node] = lowest + (next() % (problem.tierCount - lowest));
  }
  return tiers;
}

/** The least goal within the limits, by trying every assignment; `Infinity` where there is none. */
export function tryEvery(problem: LimitedProblem): number {
  const makers = makersOf(problem);
  const tiers = new Uint8Array(problem.nodeCount);
  const { goal, limits, tierCount, lowest, highest } = problem;
  const figureOf = (figure: Figure) => {
    const biggest = Math.max(0, ...tiers.map((tier, node) => figure.largest?.[node * tierCount + tier] ?? 0));
    return assignmentCost({ ...problem, ...figure }, tiers) + biggest;
  };
  let best = Number.POSITIVE_INFINITY;
  const tryFrom = (node: number): void => {
    if (node < problem.nodeCount) {
      const from = Math.max(lowest?.[node] ?? 0, ...(makers[node] ?? []).map((maker) => tiers[maker] ?? 0));
      for (let tier = from; tier <= (highest?.[node] ?? tierCount - 1); tier += 1) {
        tiers[node] = tier;
        tryFrom(node + 1);
      }
      return;
    }
    const own = goal.kind === 'sum' ? figureOf(goal.figure) : Math.max(...goal.figures.map(figureOf));
    const value = problem.wholeValue?.(tiers) ?? own;
    if (
      value < best &&
      limits.every(({ figure, most }) => figureOf(figure) <= most) &&
      problem.accepts?.(tiers) !== false
    )
      best = value;
  };
  tryFrom(0);
  return best;
}
