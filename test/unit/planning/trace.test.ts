import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bandwidthAt, parseTrace, sendingSeconds, traceOf } from '../../../src/engine/planning/bandwidths/trace';
import {
  figuresOf,
  learnedTable,
  oracleCuts,
  type TraceGoal,
  type TraceRequests,
  tableCuts,
} from '../../../src/engine/planning/bandwidths/traceChoices';

describe('a bandwidth trace', () => {
  it('is read from its file, scaled, and starts at 0', () => {
    const { steps, durationS } = parseTrace('seconds,mbps\r\n2,10\n3.5,0\n4,2e1\n\n', 0.5);
    expect(steps).toEqual([
      { seconds: 0, mbps: 5 },
      { seconds: 1.5, mbps: 0 },
      { seconds: 2, mbps: 10 },
    ]);
    expect(durationS).toBe(2.5);
  });

  it.each([
    ['time,mbps\n0,1', /seconds,mbps/],
    ['seconds,mbps\n0,1\n0,2', /Line 3/],
    ['seconds,mbps\n0,-1', /Line 2/],
    ['seconds,mbps\n0,1\nx,2', /Line 3/],
    ['seconds,mbps\n0,0\n1,0', /Nothing ever passes/],
    ['seconds,mbps\n', /Nothing ever passes/],
  ])('is refused in a sentence where it is none: %j', (text, sentence) => {
    expect(() => parseTrace(text)).toThrow(sentence);
  });

  it('lets through what its bandwidths add up to, waiting where they are 0, and begins again at its end', () => {
    const steps = fc.array(fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 0, max: 5 })), {
      minLength: 1,
      maxLength: 6,
    });
    fc.assert(
      fc.property(steps, fc.integer({ min: 0, max: 30 }), fc.integer({ min: 1, max: 40 }), (widths, start, mbit) => {
        fc.pre(widths.some(([, mbps], index) => mbps > 0 && index < widths.length));
        let at = 0;
        const trace = traceOf(
          widths.map(([seconds, mbps]) => {
            const step = { seconds: at, mbps };
            at += seconds;
            return step;
          }),
        );
        // Bit by bit, in steps of a thousandth of a second.
        let [passed, time] = [0, start];
        const small = 1e-3;
        while (passed < mbit - 1e-9) {
          passed += bandwidthAt(trace, time + small / 2) * small;
          time += small;
        }
        expect(Math.abs(sendingSeconds(trace, start, (mbit * 1e6) / 8) - (time - start))).toBeLessThan(2 * small);
      }),
      { numRuns: 40 },
    );
  });
});

const goals: readonly TraceGoal[] = ['mean', 'p95', 'missed'];

/** A few requests on a few cuts, with a few bandwidths. */
const small = fc
  .record({
    cuts: fc.integer({ min: 1, max: 3 }),
    latencies: fc.array(fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 3, maxLength: 3 }), {
      minLength: 1,
      maxLength: 6,
    }),
    mbps: fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 6, maxLength: 6 }),
    switchMs: fc.integer({ min: 0, max: 8 }),
    lateMs: fc.integer({ min: 1, max: 20 }),
  })
  .map(
    ({ cuts, latencies, mbps, switchMs, lateMs }): TraceRequests => ({
      latencyMs: latencies.map((byCut) => byCut.slice(0, cuts)),
      knownMbps: mbps.slice(0, latencies.length),
      switchMs,
      lateMs,
    }),
  );

/** Every choice of a cut per request. */
function everyChoice(requests: TraceRequests): number[][] {
  const cuts = requests.latencyMs[0]?.map((_, cut) => cut) ?? [];
  return requests.latencyMs.reduce<number[][]>((all) => all.flatMap((some) => cuts.map((cut) => [...some, cut])), [[]]);
}

/** The figures from their definitions. */
function byDefinition({ latencyMs, switchMs, lateMs }: TraceRequests, cuts: readonly number[]) {
  const taken = cuts.map((cut, i) => (latencyMs[i]?.[cut] ?? 0) + (i > 0 && cuts[i - 1] !== cut ? switchMs : 0));
  const p95 = Math.min(...taken.filter((ms) => taken.filter((other) => other <= ms).length >= 0.95 * taken.length));
  return {
    mean: taken.reduce((sum, ms) => sum + ms, 0) / taken.length,
    p95,
    missed: taken.filter((ms) => ms > lateMs).length,
  };
}

describe('whoever knows the future', () => {
  it.each(goals)('has the least %s of all choices there are', (goal) => {
    fc.assert(
      fc.property(small, (requests) => {
        const least = Math.min(...everyChoice(requests).map((cuts) => byDefinition(requests, cuts)[goal]));
        expect(byDefinition(requests, oracleCuts(requests, goal))[goal]).toBeCloseTo(least, 9);
      }),
      { numRuns: 150 },
    );
  });

  it('is told by the figures of the definitions', () => {
    fc.assert(
      fc.property(small, (requests) => {
        for (const cuts of everyChoice(requests).slice(0, 20)) {
          const { meanMs, p95Ms, missed } = figuresOf(requests, cuts);
          const { mean, ...rest } = byDefinition(requests, cuts);
          expect({ p95: p95Ms, missed }).toEqual(rest);
          expect(meanMs).toBeCloseTo(mean, 9);
        }
      }),
      { numRuns: 40 },
    );
  });
});

describe('the table made for a trace', () => {
  /** Bandwidths in turn: `slow` and `fast` requests, on a cut that likes each. */
  const alternating = (stretch: number, switchMs: number): TraceRequests => {
    const knownMbps = Array.from({ length: 240 }, (_, index) => (Math.floor(index / stretch) % 2 === 0 ? 1 : 10));
    return {
      knownMbps,
      latencyMs: knownMbps.map((mbps) => (mbps === 1 ? [100, 110] : [60, 50])),
      switchMs,
      lateMs: Number.POSITIVE_INFINITY,
    };
  };

  it('follows bandwidths that last, and stays where switching costs more than it gains', () => {
    const following = alternating(60, 30);
    expect(figuresOf(following, tableCuts(following, learnedTable(following, 'mean'))).switches).toBe(3);
    const wavering = alternating(1, 30);
    expect(figuresOf(wavering, tableCuts(wavering, learnedTable(wavering, 'mean'))).switches).toBe(0);
    const free = alternating(1, 0);
    expect(figuresOf(free, tableCuts(free, learnedTable(free, 'mean'))).switches).toBe(239);
  });

  it('is no worse than any other table of the same levels, where a long trace repeats', () => {
    // Two levels and two cuts: sixteen tables, each tried on many rounds.
    const pattern = fc
      .array(fc.constantFrom(1, 10), { minLength: 3, maxLength: 8 })
      .filter((one) => new Set(one).size > 1);
    const cost = fc.integer({ min: 10, max: 40 });
    const costs = fc.tuple(cost, cost, cost, cost);
    fc.assert(
      fc.property(pattern, costs, fc.integer({ min: 0, max: 30 }), (mbps, [a, b, c, d], switchMs) => {
        const rounds = Array.from({ length: 60 }, () => mbps).flat();
        const latencyMs = rounds.map((one) => (one === 1 ? [a, b] : [c, d]));
        const requests = { knownMbps: rounds, latencyMs, switchMs, lateMs: 1e9 };
        const table = learnedTable(requests, 'mean');
        expect(table.bordersMbps).toEqual([10]);
        const all = Array.from({ length: 16 }, (_, n) => [
          [n & 1, (n >> 1) & 1],
          [(n >> 2) & 1, (n >> 3) & 1],
        ]);
        // The chain knows how often levels follow each other, not in which order: within what that hides.
        const markov = (next: readonly (readonly number[])[]) =>
          markovMean(
            mbps,
            [
              [a, b],
              [c, d],
            ],
            switchMs,
            next,
          );
        const least = Math.min(...all.map(markov));
        expect(markov(table.next)).toBeLessThanOrEqual(least + 0.05);
      }),
      { numRuns: 15 },
    );
  });
});

/** How often each level follows each in a cyclic pattern, as parts of 1. */
function movesOf(levels: readonly number[]): number[][] {
  return [0, 1].map((from) => {
    const after = levels.flatMap((level, at) => (level === from ? [levels[(at + 1) % levels.length]] : []));
    return [0, 1].map((to) => after.filter((level) => level === to).length / Math.max(1, after.length));
  });
}

/** Long-run mean of a table over the Markov chain of a cyclic pattern, by multiplying its distribution out. */
function markovMean(
  mbps: readonly number[],
  costs: readonly (readonly number[])[],
  switchMs: number,
  next: readonly (readonly number[])[],
): number {
  const levels = mbps.map((one) => (one === 1 ? 0 : 1));
  const moves = movesOf(levels);
  const states = [0, 1].flatMap((level) => [0, 1].map((before) => ({ level, before, key: `${level}${before}` })));
  const [warm, measured] = [400, 400];
  const meanFrom = (first: number) => {
    const begin = (level: number) => levels.filter((one) => one === level).length / levels.length;
    let now = new Map(states.map(({ level, before, key }) => [key, before === first ? begin(level) : 0]));
    let sum = 0;
    for (let step = 0; step < warm + measured; step += 1) {
      const then = new Map<string, number>();
      for (const { level, before, key } of states) {
        const p = now.get(key) ?? 0;
        const cut = next[level]?.[before] ?? 0;
        if (step >= warm) sum += p * ((costs[level]?.[cut] ?? 0) + (cut === before ? 0 : switchMs));
        for (const to of [0, 1])
          then.set(`${to}${cut}`, (then.get(`${to}${cut}`) ?? 0) + p * (moves[level]?.[to] ?? 0));
      }
      now = then;
    }
    return sum / measured;
  };
  // A table may never leave the cut that it begins with: the better beginning counts.
  return Math.min(meanFrom(0), meanFrom(1));
}
