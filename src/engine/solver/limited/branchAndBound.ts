import { say } from '../../../shared/messages/say';
import { throwIfCanceled, unwatched, type Work } from '../../../shared/work/work';
import { consumersOf } from '../problem';
import { type Branch, chooseBranch } from './branching';
import { tryAll, waysToChoose } from './fewNodes';
import { goalCount, goalFiguresOf, type LimitedProblem, valueWithinLimits } from './limitedProblem';
import { narrow, type OpenPart } from './narrow';
import { type Column, type PricedBound, pricedBound } from './pricedBound';
import { firstRanges, isWithin, type Precedence, precedenceOf, type Ranges, restrict } from './ranges';
import { roundings } from './roundings';

/** How far a search goes. */
export interface SearchOptions {
  /** Assignments that are known; the best of those that keep the limits is where the search starts. */
  readonly known?: readonly Uint8Array[];
  /** Stops where nothing can be better than the best plan by more than this part of its value; 1e-9 where absent. */
  readonly gap?: number;
  /** Prices of all figures, the goal's first, that are thought to bound well. */
  readonly prices?: readonly number[];
  /** A gap that is enough once so many milliseconds are over. */
  readonly enough?: { readonly gap: number; readonly afterMs: number };
  /** Stops after so many milliseconds; never where absent. */
  readonly deadlineMs?: number;
  readonly work?: Work;
  /** Milliseconds of some clock. */
  readonly now?: () => number;
  /** Parts with no more assignments than this are tried one by one. */
  readonly fewWays?: number;
}

export interface LimitedSolution {
  /** The best assignment that was found; nothing where there is none. */
  readonly best: { readonly tierOfNode: Uint8Array; readonly value: number } | undefined;
  /** No assignment that keeps the limits is below this; `Infinity` where it is proven that there is none. */
  readonly bound: number;
  /** True where the best assignment is proven to be that within the gap, or where it is proven that there is none. */
  readonly isProven: boolean;
  /** Parts that were looked at. */
  readonly parts: number;
  /** Minimum cuts that were made. */
  readonly cuts: number;
}

const defaultGap = 1e-9;
const defaultFewWays = 3000;
/** Milliseconds between words on how far the search is. */
const reportedEveryMs = 100;
/** Cuts that one part takes at most, and the first one. */
const cutsPerPart = 12;
const cutsOfFirst = 60;

/**
 * The assignment with the least goal that keeps all limits, by branch and bound (Land and Doig, 1960) over the tiers of
 * nodes, with priced minimum cuts as bounds. It dives into the better half first and goes on with the part whose bound
 * is lowest, so that it can stop at any time with the best assignment and what nothing can be below.
 * @throws DnnSplitError `canceled`
 */
export function branchAndBound(problem: LimitedProblem, options: SearchOptions = {}): LimitedSolution {
  return new Search(problem, options).run();
}

/** A part of the problem that is still to be looked at. */
interface Waiting {
  readonly ranges: Ranges;
  readonly bound: number;
  readonly columns: readonly Column[];
  readonly prices: readonly number[] | undefined;
}

class Search {
  private readonly precedence: Precedence;
  private readonly reachesInput: Uint8Array;
  private readonly goals: number;
  private readonly work: Work;
  private readonly startedAt: number;
  private readonly endsAt: number;
  private readonly now: () => number;
  /** More than any plan's value. */
  private readonly ceiling: number;
  private readonly waiting: Waiting[] = [];
  private best: { tierOfNode: Uint8Array; value: number } | undefined;
  private parts = 0;
  private cuts = 0;
  private reportedAt: number;

  constructor(
    private readonly problem: LimitedProblem,
    private readonly options: SearchOptions,
  ) {
    const { known = [], deadlineMs = Number.POSITIVE_INFINITY, work = unwatched, now = Date.now } = options;
    this.precedence = precedenceOf(problem);
    this.reachesInput = nodesThatReachInputs(problem, this.precedence);
    this.goals = goalCount(problem);
    this.work = work;
    this.now = now;
    this.startedAt = now();
    this.reportedAt = this.startedAt;
    this.endsAt = this.startedAt + deadlineMs;
    this.ceiling = ceilingOf(problem);
    for (const tierOfNode of known) this.consider(tierOfNode);
  }

  run(): LimitedSolution {
    const ranges = firstRanges(this.problem, this.precedence);
    const { prices } = this.options;
    let next: Waiting | undefined = ranges && { ranges, bound: 0, columns: [], prices };
    while (next !== undefined) {
      throwIfCanceled(this.work);
      const halves = this.look(next);
      if (halves === 'late') {
        this.waiting.push(next);
        break;
      }
      next = this.nextOf(halves);
      if (next !== undefined) this.report(next);
    }
    return this.answer();
  }

  private answer(): LimitedSolution {
    const { best, parts, cuts } = this;
    const lowest = this.waiting.reduce((least, { bound }) => Math.min(least, bound), Number.POSITIVE_INFINITY);
    if (best === undefined) return { best, bound: lowest, isProven: lowest === Number.POSITIVE_INFINITY, parts, cuts };
    // What was left out is not below the target of its time, which only falls.
    const ruledOut = this.gap > defaultGap ? this.target : best.value;
    const bound = Math.min(lowest >= this.target ? best.value : lowest, ruledOut);
    return { best, bound, isProven: lowest >= this.target, parts, cuts };
  }

  private get upper(): number {
    return this.best?.value ?? this.ceiling;
  }

  /** What a value has to come below to be worth finding. */
  private get target(): number {
    return this.best === undefined ? this.ceiling : this.best.value * (1 - this.gap);
  }

  private get gap(): number {
    const { gap = defaultGap, enough } = this.options;
    return enough !== undefined && this.now() - this.startedAt >= enough.afterMs ? Math.max(gap, enough.gap) : gap;
  }

  private get isLate(): boolean {
    return this.now() >= this.endsAt;
  }

  /** Looks at a part. @returns the halves that it leaves, if any, the better one last */
  private look(one: Waiting): readonly Waiting[] | 'late' {
    if (one.bound >= this.target) return [];
    if (this.parts > 0 && this.isLate) return 'late';
    const part = narrow(this.problem, this.precedence, this.reachesInput, one.ranges, this.target);
    this.parts += 1;
    if (part === undefined) return [];
    const { fewWays = defaultFewWays } = this.options;
    if (waysToChoose(part, fewWays) <= fewWays) {
      tryAll(this.problem, part, (tierOfNode) => {
        this.consider(tierOfNode);
        return this.target;
      });
      return [];
    }
    const bound = this.boundOf(part, one);
    if (bound.value >= this.target) return [];
    for (const rounded of roundings(bound, this.problem.tierCount)) this.consider(rounded);
    if (bound.value >= this.target) return [];
    const branch = chooseBranch(this.precedence, part, bound);
    return this.halvesOf(part, bound, branch, Math.max(one.bound, bound.value));
  }

  private boundOf(part: OpenPart, { columns, prices, bound }: Waiting): PricedBound {
    const found = pricedBound(part, {
      goals: this.goals,
      upper: this.upper,
      target: this.target,
      columns: columns.filter(({ tierOfNode }) => isWithin(part.ranges, tierOfNode)),
      prices,
      mostCuts: bound === 0 ? cutsOfFirst : cutsPerPart,
      onFound: ({ tierOfNode, values }) => {
        this.cuts += 1;
        if (this.mayKeep(values)) this.consider(tierOfNode);
      },
      isLate: () => this.isLate,
      work: this.work,
    });
    return found;
  }

  private mayKeep(values: Float64Array): boolean {
    const { limits } = this.problem;
    for (let f = 0; f < this.goals; f += 1) if ((values[f] ?? 0) >= this.target) return false;
    return limits.every(({ most }, l) => (values[this.goals + l] ?? 0) <= most);
  }

  private halvesOf({ ranges }: OpenPart, { columns, prices }: PricedBound, branch: Branch, bound: number): Waiting[] {
    const { node, tier } = branch;
    const halves = [
      restrict(this.precedence, ranges, node, { atMost: tier }),
      restrict(this.precedence, ranges, node, { atLeast: tier + 1 }),
    ].flatMap((half) => (half === undefined ? [] : [{ ranges: half, bound, columns, prices }]));
    const last = columns.at(-1)?.tierOfNode[node] ?? 0;
    return last <= tier ? halves.reverse() : halves;
  }

  /** The half to dive into, or the waiting part with the lowest bound. */
  private nextOf(halves: readonly Waiting[]): Waiting | undefined {
    const [first, second] = halves;
    if (second !== undefined && first !== undefined) {
      this.wait(first);
      return second;
    }
    if (first !== undefined) return first;
    return this.takeLowest();
  }

  /** Says now and then how much of the best value is proven, before the search goes on with a part. */
  private report(next: Waiting): void {
    const now = this.now();
    if (now - this.reportedAt < reportedEveryMs) return;
    this.reportedAt = now;
    const bound = Math.min(next.bound, this.waiting[0]?.bound ?? next.bound);
    const proven = this.best === undefined || this.best.value <= 0 ? 0 : bound / this.best.value;
    this.work.report(say('stage.closing', {}).text, Math.min(1, proven));
  }

  private wait(one: Waiting): void {
    const heap = this.waiting;
    heap.push(one);
    let at = heap.length - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = heap[parent];
      if (above === undefined || above.bound <= one.bound) break;
      heap[at] = above;
      at = parent;
    }
    heap[at] = one;
  }

  private takeLowest(): Waiting | undefined {
    const heap = this.waiting;
    const [lowest] = heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return lowest;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      const [left, right] = [heap[child], heap[child + 1]];
      if (left === undefined) break;
      if (right !== undefined && right.bound < left.bound) child += 1;
      const lower = heap[child];
      if (lower === undefined || lower.bound >= last.bound) break;
      heap[at] = lower;
      at = child;
    }
    heap[at] = last;
    return lowest;
  }

  private consider(tierOfNode: Uint8Array): void {
    const value = valueWithinLimits(this.problem, tierOfNode);
    if (value < (this.best?.value ?? Number.POSITIVE_INFINITY)) this.best = { tierOfNode: tierOfNode.slice(), value };
  }
}

/** Nodes that need, by themselves or through others, something that is given on the first tier. */
function nodesThatReachInputs(problem: LimitedProblem, { before, beforeStart }: Precedence): Uint8Array {
  const reaches = new Uint8Array(problem.nodeCount);
  for (let tensor = 0; tensor < problem.producer.length; tensor += 1) {
    if ((problem.producer[tensor] ?? -1) >= 0) continue;
    for (const reader of consumersOf(problem, tensor)) reaches[reader] = 1;
  }
  for (let node = 0; node < reaches.length; node += 1) {
    for (let at = beforeStart[node] ?? 0; at < (beforeStart[node + 1] ?? 0); at += 1) {
      if (reaches[before[at] ?? 0] === 1) reaches[node] = 1;
    }
  }
  return reaches;
}

/** A value above that of every assignment. */
function ceilingOf(problem: LimitedProblem): number {
  const { nodeCount, tierCount } = problem;
  const ceilings = goalFiguresOf(problem).map(({ nodeCost, crossingCost, linkCost, reachCost, largest = [] }) => {
    let sum = 0;
    for (const one of largest) sum = Math.max(sum, one);
    for (let node = 0; node < nodeCount; node += 1) {
      let most = 0;
      for (let tier = 0; tier < tierCount; tier += 1) most = Math.max(most, finite(nodeCost[node * tierCount + tier]));
      sum += most;
    }
    for (const cost of crossingCost) sum += finite(cost);
    for (const cost of linkCost) sum += finite(cost);
    for (const cost of reachCost) sum += finite(cost);
    return sum;
  });
  return Math.max(...ceilings) * 1.001 + Number.MIN_VALUE;
}

function finite(cost: number | undefined): number {
  return cost === undefined || cost === Number.POSITIVE_INFINITY ? 0 : cost;
}
