import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';

const load = (path: string) => import(pathToFileURL(join(import.meta.dirname, '../../../build', path)).href);
const { spread, timeInTurn, figure } = await load('bench/statistics.mjs');

describe('the statistics of the bench', () => {
  it('takes the middle of an odd and the mean of the two middles of an even number of values', () => {
    expect(spread([5, 1, 100])).toEqual({ least: 1, median: 5, most: 100 });
    expect(spread([10, 4, 2, 1])).toEqual({ least: 1, median: 3, most: 10 });
    expect(() => spread([])).toThrow(RangeError);
  });

  it('runs cases in turn and leaves the first round out', async () => {
    const calls: string[] = [];
    let now = 0;
    const takes = (name: string, ms: number) => ({
      name,
      run: () => {
        calls.push(name);
        now += calls.length > 2 ? ms : 1000;
      },
    });
    const cases = [takes('a', 1), takes('b', 10)];
    const timings = await timeInTurn(cases, 2, () => ({ wallMs: now, cpuMs: 2 * now }));
    expect(calls).toEqual(['a', 'b', 'a', 'b', 'a', 'b']);
    expect(timings).toEqual([
      { name: 'a', wallMs: { least: 1, median: 1, most: 1 }, cpuMs: { least: 2, median: 2, most: 2 } },
      { name: 'b', wallMs: { least: 10, median: 10, most: 10 }, cpuMs: { least: 20, median: 20, most: 20 } },
    ]);
  });

  it('writes three digits', () => {
    expect([0.1234, 1.234, 12.34, 123.4, Number.NaN].map(figure)).toEqual(['0.123', '1.23', '12.3', '123', 'NaN']);
  });
});
