import type { Work } from '../../../shared/work/work';
import { maximize } from '../linearProgram';
import { assignmentCosts, type ExactProblem } from '../problem';
import { solveExactly } from '../solve';
import type { OpenPart } from './narrow';
import type { Ranges } from './ranges';

/** An assignment that a priced cut found, and its figures in the order of `figuresOf`. */
export interface Column {
  readonly tierOfNode: Uint8Array;
  readonly values: Float64Array;
}

/** What priced cuts say of a part of a problem. */
export interface PricedBound {
  /** No assignment of the part that keeps the limits has a lower value; `Infinity` where there is none. */
  readonly value: number;
  /** The price of each figure, and so a good first one for a smaller part. */
  readonly prices: readonly number[];
  readonly columns: readonly Column[];
  /** The part that each column has in the cheapest mixture that keeps the limits; the rest is what is not reached. */
  readonly mixture: readonly number[];
}

export interface BoundOptions {
  readonly goals: number;
  /** The best value that is known, or more than any plan's. */
  readonly upper: number;
  /** From here on a bound says enough. */
  readonly target: number;
  readonly columns: readonly Column[];
  readonly prices: readonly number[] | undefined;
  readonly mostCuts: number;
  /** Called with every assignment that a cut finds. */
  readonly onFound: (column: Column) => void;
  readonly isLate: () => boolean;
  readonly work: Work;
}

/** Columns that a linear program takes at most. */
const mostColumns = 40;
/** A bound that is closer to what prices can reach than this part of the gap is good enough to branch on. */
const closeEnough = 0.08;

/**
 * A lower bound for a part of a problem: limits enter the goal with prices (Lagrangian relaxation; Geoffrion, 1974), for
 * the worst of several figures these with prices that add up to one, and the minimum cut under every choice of prices is
 * a bound. The best prices are found by cutting planes (Kelley, 1960), steadied by the best ones so far (Wentges, 1997).
 */
export function pricedBound(part: OpenPart, options: BoundOptions): PricedBound {
  return new Prices(part, options).bound();
}

class Prices {
  private readonly columns: Column[];
  private best: { value: number; prices: readonly number[] };
  private mixture: readonly number[] = [];

  constructor(
    private readonly part: OpenPart,
    private readonly options: BoundOptions,
  ) {
    const { goals, columns } = options;
    this.columns = [...columns].slice(-mostColumns);
    const least = Math.max(...part.least.slice(0, goals));
    this.best = { value: least, prices: options.prices ?? this.firstPrices() };
  }

  bound(): PricedBound {
    const { upper, target, mostCuts, onFound, isLate } = this.options;
    let master = this.columns.length === 0 ? undefined : this.master();
    let prices = this.options.prices ?? master?.prices ?? this.best.prices;
    for (let cuts = 0; cuts < mostCuts && !(cuts > 0 && isLate()); cuts += 1) {
      const found = this.cutUnder(prices);
      if (found === undefined) return this.answer(Number.POSITIVE_INFINITY);
      const isBetter = found.value > this.best.value;
      if (isBetter) this.best = { value: found.value, prices };
      if (this.best.value >= target) return this.answer(this.best.value);
      onFound(found.column);
      const isNew = !this.columns.some((one) => sameValues(one.values, found.column.values));
      if (isNew) this.columns.push(found.column);
      if (!isNew && master !== undefined && prices === master.prices) break;
      master = this.master();
      const open = Math.max(upper - master.value, upper * 1e-12);
      if (master.value - this.best.value <= closeEnough * open) break;
      prices = !isBetter && isNew ? mixed(master.prices, this.best.prices, 0.3) : master.prices;
    }
    return this.answer(this.best.value);
  }

  private answer(value: number): PricedBound {
    const { columns, mixture } = this;
    return { value, prices: this.best.prices, columns, mixture };
  }

  private firstPrices(): number[] {
    const { goals } = this.options;
    return this.part.caps.map((_, f) => (f < goals ? 1 / goals : 0));
  }

  /**
   * The prices under which no mixture of the columns is cheap, and the value of the cheapest mixture: a linear program
   * over their parts. What is left of the whole is a plan that nobody has, as dear as the best one that is known and with
   * every limit just met, so that there always is a mixture.
   */
  private master(): { prices: number[]; value: number } {
    const { goals, upper } = this.options;
    const { caps } = this.part;
    const isWorst = goals > 1;
    const scaled = (f: number, value: number) => {
      const most = f < goals ? upper : (caps[f] ?? 0);
      return most > 0 ? value / most - 1 : value - most;
    };
    const rows = caps.flatMap((_, f) =>
      f === 0 && !isWorst
        ? []
        : [[...this.columns.map(({ values }) => scaled(f, values[f] ?? 0)), isWorst && f < goals ? 1 : 0]],
    );
    const gain = [...this.columns.map(({ values }) => (isWorst ? 0 : -scaled(0, values[0] ?? 0))), isWorst ? 1 : 0];
    const whole = [...this.columns.map(() => 1), 0];
    const right = [...rows.map(() => 0), 1];
    const solution = maximize(gain, [...rows, whole], right);
    this.mixture = solution.parts.slice(0, this.columns.length);
    const rowPrices = solution.prices.slice(0, -1);
    const prices = isWorst ? rowPrices : [1, ...rowPrices];
    // Back from parts of the best value and of the limits to the figures' own units.
    const unscaled = prices.map((price, f) => {
      const most = f < goals ? upper : (caps[f] ?? 0);
      return f < goals ? price : (price * upper) / (most > 0 ? most : 1);
    });
    return { prices: unscaled, value: (1 - solution.value) * upper };
  }

  /** The cheapest assignment under prices and the bound that it gives; nothing where none is left. */
  private cutUnder(prices: readonly number[]): { value: number; column: Column } | undefined {
    const { goals, work } = this.options;
    const { reduction, caps, ranges } = this.part;
    const { tierOfNode, cost } = solveExactly(this.priced(prices), work);
    if (!Number.isFinite(cost)) return undefined;
    let value = cost;
    let whole = 0;
    for (const [f, price] of prices.entries()) {
      value += price * (reduction.figures[f]?.constant ?? 0);
      if (f < goals) whole += price;
      else if (price > 0) value -= price * (caps[f] ?? 0);
    }
    // Figures at prices that add up to one are at most as large as the largest.
    const column = { tierOfNode: this.whole(ranges, tierOfNode), values: this.valuesOf(tierOfNode) };
    return { value: whole > 0 ? value / whole : 0, column };
  }

  private priced(prices: readonly number[]): ExactProblem {
    const { topology, figures, blockedNodes, blockedCrossings } = this.part.reduction;
    const nodeCost = blockedNodes.slice();
    const crossingCost = blockedCrossings.slice();
    const linkCost = new Float64Array(topology.tierCount - 1);
    const reachCost = new Float64Array(topology.tierCount - 1);
    for (const [f, price] of prices.entries()) {
      const figure = figures[f];
      if (figure === undefined || price <= 0) continue;
      addTimes(nodeCost, figure.nodeCost, price);
      addTimes(crossingCost, figure.crossingCost, price);
      addTimes(linkCost, figure.linkCost, price);
      addTimes(reachCost, figure.reachCost, price);
    }
    return { ...topology, nodeCost, crossingCost, linkCost, reachCost };
  }

  private valuesOf(tierOfNode: Uint8Array): Float64Array {
    const { topology, figures } = this.part.reduction;
    return assignmentCosts(topology, figures, tierOfNode).map((cost, f) => cost + (figures[f]?.constant ?? 0));
  }

  private whole({ lowest }: Ranges, tierOfNode: Uint8Array): Uint8Array {
    const all = lowest.slice();
    for (const [index, node] of this.part.reduction.nodeOf.entries()) all[node] = tierOfNode[index] ?? 0;
    return all;
  }
}

function addTimes(sum: Float64Array, cost: Float64Array, price: number): void {
  for (let at = 0; at < sum.length; at += 1) sum[at] = (sum[at] ?? 0) + price * (cost[at] ?? 0);
}

function mixed(a: readonly number[], b: readonly number[], partOfB: number): number[] {
  return a.map((one, at) => one * (1 - partOfB) + (b[at] ?? 0) * partOfB);
}

function sameValues(a: Float64Array, b: Float64Array): boolean {
  return a.every((value, at) => value === b[at]);
}
