import { describe, expect, test } from 'vitest';
import {
  formatBytes,
  formatCount,
  formatDollars,
  formatFigure,
  formatMacs,
  formatMbps,
  formatMbpsRange,
  formatMs,
  formatRatio,
  formatSignificant,
  formatTensor,
} from '../../../webview/text/format';

describe('numbers for people', () => {
  test.for([
    [0, '0'],
    [0.00161, '0.00161'],
    [0.9996, '1.00'],
    [9.996, '10.0'],
    [99.96, '100'],
    [161.4, '161'],
    [-16.14, '-16.1'],
    [Number.POSITIVE_INFINITY, '∞'],
    [Number.NaN, '–'],
  ] as const)('three significant digits of %f are %s', ([value, shown]) => {
    expect(formatSignificant(value)).toBe(shown);
  });

  test.for([
    [0, '0 B'],
    [64, '64 B'],
    [999, '999 B'],
    [1000, '1.00 kB'],
    [401_408, '401 kB'],
    [999_600, '1.00 MB'],
    [602_112, '602 kB'],
    [11.6e9, '11.6 GB'],
    [null, '–'],
  ] as const)('%s bytes are %s', ([bytes, shown]) => {
    expect(formatBytes(bytes)).toBe(shown);
  });

  test.for([
    [0, '0 ms'],
    [0.012, '12.0 µs'],
    [0.000_004, '4.00 ns'],
    [0.9999, '1.00 ms'],
    [161, '161 ms'],
    [999.7, '1.00 s'],
    [2345, '2.35 s'],
    [null, '–'],
    [Number.POSITIVE_INFINITY, '∞'],
  ] as const)('%s milliseconds are %s', ([ms, shown]) => {
    expect(formatMs(ms)).toBe(shown);
  });

  test.for([
    [0, '$0'],
    [0.0000213, '$21.3/M'],
    [0.0124, '$12400/M'],
    [null, '–'],
  ] as const)('%s dollars are %s', ([dollars, shown]) => {
    expect(formatDollars(dollars)).toBe(shown);
  });

  test('other units', () => {
    expect(formatMacs(11_560_000_000)).toBe('11.6 G');
    expect(formatMacs(512)).toBe('512');
    expect(formatFigure('energy', 0.0123)).toBe('0.0123 J');
    expect(formatFigure('energy', 0)).toBe('0 J');
    expect(formatFigure('throughput', 12.44)).toBe('12.4 /s');
    expect(formatMbps(20)).toBe('20 Mbit/s');
    expect(formatMbps(0.2)).toBe('200 kbit/s');
    expect(formatMbpsRange(2, 19.6)).toEqual(['2 Mbit/s', '19.6 Mbit/s']);
    expect(formatMbpsRange(19.58, 19.61)).toEqual(['19.58 Mbit/s', '19.61 Mbit/s']);
    expect(formatMbpsRange(19.5, 19.5)).toEqual(['19.5 Mbit/s', '19.5 Mbit/s']);
    expect(formatRatio(3.2)).toBe('3.20x');
    expect(formatCount(20_036)).toBe('20,036');
    expect(formatCount(null)).toBe('–');
  });

  test('tensors', () => {
    expect(formatTensor({ dtype: 'float32', shape: [7, 7, 'batch'] })).toBe('7x7xbatch float32');
    expect(formatTensor({ dtype: 'int64', shape: [] })).toBe('scalar int64');
    expect(formatTensor({ dtype: 'int64', shape: null })).toBe('? int64');
  });
});
