import { expect } from 'vitest';

/** A figure as people read it, back in base units. */
export interface Figure {
  readonly value: number;
  /** `B`, `s`, `$` per request, `MACs`, `J`, `/s`, `bit/s`, `x`, `%`; empty for a plain number. */
  readonly unit: string;
}

const prefixes: Readonly<Record<string, number>> = {
  n: 1e-9,
  µ: 1e-6,
  m: 1e-3,
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
};

/** Reads one figure; knows nothing of the code that wrote it. */
export function readFigure(text: string): Figure {
  const plain = text.replaceAll('\u00a0', ' ').trim();
  const dollars = /^\$([\d.]+)(?:\/M| per million requests)?$/.exec(plain);
  if (dollars) return { value: Number(dollars[1]) * 1e-6, unit: '$' };
  const found = /^([+−]?)([\d.,]+) ?([nµmkMGT]?)(B|s|MACs|bit\/s|J|\/s|x|%|)$/.exec(plain);
  if (!found) throw new Error(`"${text}" is no figure`);
  const [, sign = '', digits = '', prefix = '', unit = ''] = found;
  const value = Number(digits.replaceAll(',', '')) * (prefixes[prefix] ?? Number.NaN);
  return { value: sign === '−' ? -value : value, unit };
}

/** A text must say a figure to its three digits, in its unit. */
export function expectFigure(text: string | undefined, value: number, unit: string): void {
  const said = readFigure(text ?? '');
  expect(said.unit, `the unit of "${text}"`).toBe(unit);
  const error = value === 0 ? Math.abs(said.value) : Math.abs(said.value / value - 1);
  expect(error, `"${text}" for ${value} ${unit}`).toBeLessThan(0.006);
}
