import { describe, expect, it } from 'vitest';
import { findRuns } from '../../../src/engine/picture/layout/repeats';

/** Runs of a text, one symbol per letter, as `start:period x repeats`. */
function runsOf(text: string, phaseCost: (place: number) => number = () => 0): string[] {
  const symbols = Int32Array.from(text, (letter) => letter.codePointAt(0) ?? 0);
  const weights = Array.from(text, () => 1);
  const runs = findRuns(symbols, weights, { minimumSaving: 3, minimumPeriod: 1, phaseCost });
  return runs.map(({ start, period, repeats }) => `${start}:${text.slice(start, start + period)} x${repeats}`);
}

describe('repeats', () => {
  it('are found at any place and of any period', () => {
    expect(runsOf('zzababababq')).toEqual(['2:ab x4']);
    expect(runsOf('aaaaaa')).toEqual(['0:a x6']);
    expect(runsOf('abcdef')).toEqual([]);
  });

  it('are those that save most where several overlap', () => {
    expect(runsOf('aaabaaabaaabaaab')).toEqual(['0:aaab x4']);
  });

  it('are left alone where folding saves next to nothing', () => {
    expect(runsOf('xyxy')).toEqual([]);
  });

  it('are several where the sequence has several', () => {
    expect(runsOf('abababab--cccccc')).toEqual(['0:ab x4', '10:c x6']);
  });

  it('begin where it is cheapest', () => {
    expect(runsOf('abcabcabcabc', (place) => (place % 3 === 1 ? 0 : 1))).toEqual(['1:bca x3']);
  });
});
