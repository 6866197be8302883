/** What is asked of a policy over a trace. */
export type TraceGoal = 'mean' | 'p95' | 'missed';

/** Requests over a trace, and what each would take on every cut. */
export interface TraceRequests {
  /** By request and cut, in milliseconds. */
  readonly latencyMs: readonly (readonly number[])[];
  /** The bandwidth that was known when the request came. */
  readonly knownMbps: readonly number[];
  /** What a request takes longer on another cut than the one before. */
  readonly switchMs: number;
  /** Answers later than this are missed. */
  readonly lateMs: number;
}

export interface TraceFigures {
  readonly meanMs: number;
  readonly p95Ms: number;
  readonly missed: number;
  readonly switches: number;
}

/** The figures of one cut per request. */
export function figuresOf(requests: TraceRequests, cuts: readonly number[]): TraceFigures {
  const { latencyMs, lateMs } = requests;
  const taken = latencyMs.map((_, request) => takenMs(requests, request, cuts[request] ?? 0, cuts[request - 1]));
  const sorted = [...taken].sort((a, b) => a - b);
  return {
    meanMs: taken.reduce((sum, ms) => sum + ms, 0) / Math.max(1, taken.length),
    p95Ms: sorted[percentileIndex(taken.length)] ?? 0,
    missed: taken.filter((ms) => ms > lateMs).length,
    switches: cuts.filter((cut, request) => request > 0 && cut !== cuts[request - 1]).length,
  };
}

/** Index of the 95th percentile among sorted values: the least that at least 95 % of them do not exceed. */
function percentileIndex(count: number): number {
  return Math.max(0, Math.ceil(0.95 * count) - 1);
}

function takenMs({ latencyMs, switchMs }: TraceRequests, request: number, cut: number, before: number | undefined) {
  return (latencyMs[request]?.[cut] ?? 0) + (before === undefined || before === cut ? 0 : switchMs);
}

/**
 * The cuts that somebody would take who knows the future: no policy does better by the goal. Dynamic programming over
 * requests and cuts; for the 95th percentile, the least time for which few enough requests are later, by bisection.
 */
export function oracleCuts(requests: TraceRequests, goal: TraceGoal): number[] {
  if (goal === 'mean') return leastSum(requests, (ms) => ms);
  if (goal === 'missed') return leastSum(requests, lateCost(requests.lateMs));
  const { latencyMs, switchMs } = requests;
  const times = [...new Set(latencyMs.flatMap((byCut) => byCut.flatMap((ms) => [ms, ms + switchMs])))].sort(
    (a, b) => a - b,
  );
  const allowed = latencyMs.length - 1 - percentileIndex(latencyMs.length);
  const isPossible = (ms: number) => {
    const cuts = leastSum(requests, lateCost(ms));
    return figuresOf({ ...requests, lateMs: ms }, cuts).missed <= allowed;
  };
  let [low, high] = [0, times.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (isPossible(times[middle] ?? 0)) high = middle;
    else low = middle + 1;
  }
  return leastSum(requests, lateCost(times[low] ?? 0));
}

/** Late requests first; among as many, the faster ones. */
function lateCost(lateMs: number): (ms: number) => number {
  return (ms) => (ms > lateMs ? 1 : 0) + ms * tieBreak;
}

/** So small that a whole trace of requests does not weigh as much as one that is late. */
const tieBreak = 1e-12;

function leastSum(requests: TraceRequests, costOf: (ms: number) => number): number[] {
  const { latencyMs } = requests;
  const cutCount = latencyMs[0]?.length ?? 0;
  const cuts = Array.from({ length: cutCount }, (_, cut) => cut);
  let costs = cuts.map((cut) => costOf(takenMs(requests, 0, cut, undefined)));
  const cameFrom: number[][] = [];
  for (let request = 1; request < latencyMs.length; request += 1) {
    const before = costs;
    const from = cuts.map((cut) => {
      const total = (other: number) => (before[other] ?? 0) + costOf(takenMs(requests, request, cut, other));
      return cuts.reduce((best, other) => (total(other) < total(best) ? other : best), cut);
    });
    costs = cuts.map((cut) => (before[from[cut] ?? 0] ?? 0) + costOf(takenMs(requests, request, cut, from[cut])));
    cameFrom.push(from);
  }
  let cut = cuts.reduce((best, other) => ((costs[other] ?? 0) < (costs[best] ?? 0) ? other : best), 0);
  const chosen = [cut];
  for (const from of cameFrom.reverse()) {
    cut = from[cut] ?? 0;
    chosen.push(cut);
  }
  return chosen.reverse();
}

/** Which cut to take at a bandwidth, by the cut before: the levels lie between the borders. */
export interface TraceTable {
  readonly bordersMbps: readonly number[];
  /** By level and cut before. */
  readonly next: readonly (readonly number[])[];
}

/** Bandwidths are told apart by this many levels, each as frequent. */
const mostLevels = 16;
/** How much later requests count: about the next thousand matter. */
const discount = 0.999;

/**
 * The table that is best on average for requests like those of a trace: bandwidths as levels of a Markov chain with the
 * transitions that the trace shows, solved by value iteration (Bellman). Unlike borders alone it knows what a switch costs, and
 * which bandwidths last.
 */
export function learnedTable(requests: TraceRequests, goal: TraceGoal): TraceTable {
  if (goal !== 'p95') return solvedTable(requests, goal === 'mean' ? (ms) => ms : lateCost(requests.lateMs));
  // What is late decides what is rarely late: the best of several limits, by what it comes to.
  const best = figuresOf(requests, oracleCuts(requests, 'p95')).p95Ms;
  const tables = [1, 1.05, 1.1, 1.2, 1.35, 1.5, 2].map((factor) => solvedTable(requests, lateCost(best * factor)));
  const p95Of = (table: TraceTable) => figuresOf(requests, tableCuts(requests, table)).p95Ms;
  return tables.reduce((least, table) => (p95Of(table) < p95Of(least) ? table : least));
}

/** The cuts that a table takes, one request after the other, knowing nothing of the next one. */
export function tableCuts({ knownMbps }: TraceRequests, { bordersMbps, next }: TraceTable): number[] {
  const cuts: number[] = [];
  for (const mbps of knownMbps) {
    const level = bordersMbps.filter((border) => border <= mbps).length;
    const before = cuts.at(-1);
    cuts.push(before === undefined ? firstChoice(next[level] ?? []) : (next[level]?.[before] ?? 0));
  }
  return cuts;
}

/** Without a cut before: the one that most others lead to. */
function firstChoice(next: readonly number[]): number {
  const votes = next.map((_, cut) => next.filter((other) => other === cut).length);
  return votes.indexOf(Math.max(...votes));
}

function solvedTable(requests: TraceRequests, costOf: (ms: number) => number): TraceTable {
  const { latencyMs, knownMbps, switchMs } = requests;
  const bordersMbps = quantiles(knownMbps);
  const levels = knownMbps.map((mbps) => bordersMbps.filter((border) => border <= mbps).length);
  const cutCount = latencyMs[0]?.length ?? 0;
  const cuts = Array.from({ length: cutCount }, (_, cut) => cut);
  const levelCount = bordersMbps.length + 1;
  const zeros = () => Array.from({ length: levelCount }, () => new Array<number>(levelCount).fill(0));
  const moves = zeros();
  const counts = new Array<number>(levelCount).fill(0);
  // By level and cut: what it costs where the cut stays, and where it has changed.
  const stays = Array.from({ length: levelCount }, () => new Array<number>(cutCount).fill(0));
  const changes = Array.from({ length: levelCount }, () => new Array<number>(cutCount).fill(0));
  for (const [request, level] of levels.entries()) {
    counts[level] = (counts[level] ?? 0) + 1;
    const row = moves[level];
    const then = levels[(request + 1) % levels.length] ?? 0;
    if (row !== undefined) row[then] = (row[then] ?? 0) + 1;
    for (const cut of cuts) {
      const ms = latencyMs[request]?.[cut] ?? 0;
      add(stays, level, cut, costOf(ms));
      add(changes, level, cut, costOf(ms + switchMs));
    }
  }
  const share = (level: number, value: number | undefined) => (value ?? 0) / Math.max(1, counts[level] ?? 0);
  return {
    bordersMbps,
    next: valueIteration({
      cuts,
      cost: (level, cut, before) => share(level, (cut === before ? stays : changes)[level]?.[cut]),
      moves: moves.map((row, level) => row.map((count) => share(level, count))),
    }),
  };
}

function add(table: number[][], level: number, cut: number, value: number): void {
  const row = table[level];
  if (row !== undefined) row[cut] = (row[cut] ?? 0) + value;
}

interface Decisions {
  readonly cuts: readonly number[];
  readonly cost: (level: number, cut: number, before: number) => number;
  /** Probability of each level after each. */
  readonly moves: readonly (readonly number[])[];
}

/** Steps after which nothing that matters changes: 0.999 to this power is below 1e-8. */
const iterations = 20_000;
const enough = 1e-9;

/** Best decision by level and cut before, for the least discounted cost. */
function valueIteration({ cuts, cost, moves }: Decisions): number[][] {
  const costs = moves.map((_, level) => cuts.map((cut) => cuts.map((before) => cost(level, cut, before))));
  let values = moves.map(() => cuts.map(() => 0));
  let best = moves.map(() => cuts.map(() => 0));
  for (let step = 0; step < iterations; step += 1) {
    const later = moves.map((row) =>
      cuts.map((cut) => row.reduce((sum, p, to) => sum + p * (values[to]?.[cut] ?? 0), 0)),
    );
    const total = (level: number, cut: number, before: number) =>
      (costs[level]?.[cut]?.[before] ?? 0) + discount * (later[level]?.[cut] ?? 0);
    best = moves.map((_, level) =>
      cuts.map((before) =>
        cuts.reduce((least, cut) => (total(level, cut, before) < total(level, least, before) ? cut : least), before),
      ),
    );
    const next = best.map((row, level) => row.map((cut, before) => total(level, cut, before)));
    const [highest, lowest] = extremes(next, values);
    values = next;
    // All values grow by the same then: the decisions stay.
    if (highest - lowest < enough * Math.max(1, Math.abs(highest))) break;
  }
  return best;
}

function extremes(after: readonly (readonly number[])[], before: readonly (readonly number[])[]): [number, number] {
  const grown = after.flatMap((row, level) => row.map((value, cut) => value - (before[level]?.[cut] ?? 0)));
  return [Math.max(...grown), Math.min(...grown)];
}

/** Borders between levels that are about as frequent. */
function quantiles(values: readonly number[]): number[] {
  const sorted = [...values].sort((a, b) => a - b);
  const borders = Array.from({ length: mostLevels - 1 }, (_, index) => {
    return sorted[Math.floor(((index + 1) * sorted.length) / mostLevels)] ?? 0;
  });
  return [...new Set(borders)].filter((border) => border > (sorted[0] ?? 0));
}
