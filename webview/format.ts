/** Numbers for people: three significant digits, SI prefixes, the unit always beside the number. */

/** What stands where a number is not known. */
export const unknownNumber = '–';

interface Prefix {
  readonly factor: number;
  readonly symbol: string;
}

const largePrefixes: readonly Prefix[] = [
  { factor: 1e15, symbol: 'P' },
  { factor: 1e12, symbol: 'T' },
  { factor: 1e9, symbol: 'G' },
  { factor: 1e6, symbol: 'M' },
  { factor: 1e3, symbol: 'k' },
  { factor: 1, symbol: '' },
];

const smallPrefixes: readonly Prefix[] = [
  { factor: 1e-3, symbol: 'm' },
  { factor: 1e-6, symbol: 'µ' },
  { factor: 1e-9, symbol: 'n' },
];

/** Three significant digits without an exponent: `161`, `16.1`, `0.00161`; `1235` keeps its integer digits. */
export function formatSignificant(value: number): string {
  if (!Number.isFinite(value)) return value > 0 ? '∞' : unknownNumber;
  if (value === 0) return '0';
  const magnitude = Math.floor(Math.log10(Math.abs(Number(value.toPrecision(3)))));
  return value.toFixed(Math.min(20, Math.max(0, 2 - magnitude)));
}

function withPrefix(value: number, unit: string, prefixes: readonly Prefix[]): string {
  const rounded = Math.abs(Number(value.toPrecision(3)));
  const prefix = prefixes.find(({ factor }) => rounded >= factor) ?? prefixes[prefixes.length - 1];
  if (prefix === undefined) return formatSignificant(value);
  return `${formatSignificant(value / prefix.factor)} ${prefix.symbol}${unit}`.trimEnd();
}

/** Counts of things that come whole (bytes, MACs): `0 B`, `999 B`, `392 kB`, `11.6 GB`. */
function formatWhole(value: number | null, unit: string): string {
  if (value === null || Number.isNaN(value)) return unknownNumber;
  if (Math.abs(value) < 1000) return `${Math.round(value)} ${unit}`.trimEnd();
  return withPrefix(value, unit, largePrefixes);
}

/** Bytes with SI prefixes (1 kB = 1000 B). */
export function formatBytes(bytes: number | null): string {
  return formatWhole(bytes, 'B');
}

/** Multiply-accumulates: `11.6 G`. */
export function formatMacs(macs: number | null): string {
  return formatWhole(macs, '');
}

/** Milliseconds in the unit that fits: `12.0 µs`, `161 ms`, `2.35 s`. */
export function formatMs(milliseconds: number | null): string {
  if (milliseconds === null || Number.isNaN(milliseconds)) return unknownNumber;
  if (milliseconds === 0) return '0 ms';
  if (!Number.isFinite(milliseconds)) return '∞';
  return withPrefix(milliseconds / 1000, 's', [{ factor: 1, symbol: '' }, ...smallPrefixes]);
}

/** Dollars with three significant digits: `$0.0000213`, `$1.50`, `$1,240`. */
export function formatDollars(dollars: number | null): string {
  if (dollars === null || Number.isNaN(dollars)) return unknownNumber;
  if (dollars !== 0 && Math.abs(dollars) < 1e-9) return '<$0.000000001';
  if (Math.abs(dollars) >= 1000) return `$${formatCount(Math.round(dollars))}`;
  return `$${formatSignificant(dollars)}`;
}

/** Joules with SI prefixes. */
export function formatJoules(joules: number | null): string {
  if (joules === null || Number.isNaN(joules)) return unknownNumber;
  if (joules === 0) return '0 J';
  return withPrefix(joules, 'J', [...largePrefixes, ...smallPrefixes]);
}

/** Requests per second: `12.4 /s`. */
export function formatRate(perSecond: number | null): string {
  if (perSecond === null || Number.isNaN(perSecond)) return unknownNumber;
  if (!Number.isFinite(perSecond)) return '∞';
  return `${perSecond >= 1000 ? formatWhole(perSecond, '') : formatSignificant(perSecond)} /s`;
}

/** Bandwidth given in megabits per second: `200 kbit/s`, `20.0 Mbit/s`, `1.00 Gbit/s`. */
export function formatMbps(mbps: number | null): string {
  if (mbps === null || Number.isNaN(mbps)) return unknownNumber;
  return formatWhole(mbps * 1e6, 'bit/s');
}

/** How many times something is of something else: `3.20×`. */
export function formatRatio(ratio: number | null): string {
  return ratio === null || !Number.isFinite(ratio) ? unknownNumber : `${formatSignificant(ratio)}×`;
}

/** A whole number with grouped digits: `20,036`. */
export function formatCount(count: number | null): string {
  if (count === null || !Number.isFinite(count)) return unknownNumber;
  return String(Math.round(count)).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** `7×7×2048 float32` of a reported tensor; `scalar` where it has no dimensions, `?` where the rank is unknown. */
export function formatTensor(tensor: { readonly dtype: string; readonly shape: readonly (number | string)[] | null }) {
  const shape = tensor.shape === null ? '?' : tensor.shape.length === 0 ? 'scalar' : tensor.shape.join('×');
  return `${shape} ${tensor.dtype}`;
}
