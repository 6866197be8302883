/** A stretch of a sequence that is one period, several times over. */
export interface Run {
  readonly start: number;
  readonly period: number;
  readonly repeats: number;
}

export interface RunOptions {
  /** What folding must at least save, in weight. */
  readonly minimumSaving: number;
  /** Least weight of one period. */
  readonly minimumPeriod: number;
  /** How bad it is to begin a period at a place; of the possible phases of a run the least bad one is taken. */
  readonly phaseCost: (place: number) => number;
}

/** Longest period that is looked for, in elements. */
const longestPeriod = 512;

/** Comparisons that a sequence may cost; longer sequences are searched for shorter periods. */
const comparisonLimit = 8_000_000;

interface Stretch {
  readonly start: number;
  readonly end: number;
  readonly period: number;
  readonly saving: number;
}

function maximalStretches(symbols: Int32Array, weightBefore: Float64Array, minimumSaving: number): Stretch[] {
  const count = symbols.length;
  const limit = Math.min(longestPeriod, count >> 1, Math.max(8, Math.floor(comparisonLimit / Math.max(1, count))));
  const stretches: Stretch[] = [];
  for (let period = 1; period <= limit; period++) {
    let equal = 0;
    for (let place = 0; place + period <= count; place++) {
      if (place + period < count && symbols[place] === symbols[place + period]) {
        equal++;
        continue;
      }
      const start = place - equal;
      const saving = (weightBefore[place + period] ?? 0) - (weightBefore[start + period] ?? 0);
      if (equal >= period && saving >= minimumSaving) stretches.push({ start, end: place + period, period, saving });
      equal = 0;
    }
  }
  return stretches.sort((a, b) => b.saving - a.saving || a.period - b.period || a.start - b.start);
}

/** Longest part of a stretch that is not taken yet. */
function freePart({ start, end }: Stretch, taken: Uint8Array): { start: number; end: number } {
  let best = { start, end: start };
  let from = start;
  for (let place = start; place <= end; place++) {
    if (place < end && taken[place] === 0) continue;
    if (place - from > best.end - best.start) best = { start: from, end: place };
    from = place + 1;
  }
  return best;
}

/** Chooses where the periods of a stretch begin: at the least cost, then as many of them as fit, then early. */
function inPhase(start: number, end: number, period: number, phaseCost: (place: number) => number): Run {
  let best: Run = { start, period, repeats: Math.floor((end - start) / period) };
  for (let shift = 1; shift < period && start + shift + 2 * period <= end; shift++) {
    const run = { start: start + shift, period, repeats: Math.floor((end - start - shift) / period) };
    const gain = phaseCost(best.start) - phaseCost(run.start);
    if (gain > 0 || (gain === 0 && run.repeats > best.repeats)) best = run;
  }
  return best;
}

/**
 * Finds repeated stretches in a sequence of symbols, the ones that save most first; they do not overlap and come back in
 * order. `weights` says what each element counts.
 */
export function findRuns(symbols: Int32Array, weights: readonly number[], options: RunOptions): Run[] {
  const weightBefore = new Float64Array(symbols.length + 1);
  weights.forEach((weight, place) => {
    weightBefore[place + 1] = (weightBefore[place] ?? 0) + weight;
  });
  const weightOf = (start: number, end: number) => (weightBefore[end] ?? 0) - (weightBefore[start] ?? 0);
  const taken = new Uint8Array(symbols.length);
  const runs: Run[] = [];
  for (const stretch of maximalStretches(symbols, weightBefore, options.minimumSaving)) {
    const { start, end } = freePart(stretch, taken);
    if (end - start < 2 * stretch.period) continue;
    const run = inPhase(start, end, stretch.period, options.phaseCost);
    const runEnd = run.start + run.period * run.repeats;
    const periodWeight = weightOf(run.start, run.start + run.period);
    if (periodWeight < options.minimumPeriod) continue;
    if (weightOf(run.start + run.period, runEnd) < options.minimumSaving) continue;
    taken.fill(1, run.start, runEnd);
    runs.push(run);
  }
  return runs.sort((a, b) => a.start - b.start);
}
