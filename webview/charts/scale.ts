/** Maps values of a domain to pixels. */
export interface Scale {
  (value: number): number;
  readonly ticks: readonly number[];
}

/** A linear scale from `low`..`high` to `start`..`end`, with about `count` round ticks. */
export function linearScale(low: number, high: number, start: number, end: number, count: number): Scale {
  const span = high > low ? high - low : 1;
  const rough = span / Math.max(1, count);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((candidate) => candidate >= rough) ?? rough;
  const ticks: number[] = [];
  for (let tick = Math.ceil(low / step) * step; tick <= low + span + step * 1e-9; tick += step) ticks.push(tick);
  return Object.assign((value: number) => start + ((value - low) / span) * (end - start), { ticks });
}

/** Whole powers of ten around positive values, at least one apart. */
export function decades(values: readonly number[]): [number, number] {
  const low = Math.floor(Math.log10(Math.min(...values)) + 1e-9);
  return [10 ** low, 10 ** Math.max(low + 1, Math.ceil(Math.log10(Math.max(...values)) - 1e-9))];
}

/** The scale that shows positive values best: a logarithmic one over decades, a linear one within less than one. */
export function fittingScale(values: readonly number[], start: number, end: number, count: number): Scale {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  if (high >= low * 10) return logScale(...decades(values), start, end, count);
  const margin = (high - low) * 0.05 || low * 0.05 || 1;
  return linearScale(Math.max(0, low - margin), high + margin, start, end, count);
}

/** A logarithmic scale between positive values, with a tick at every power of ten, thinned to at most `count`. */
export function logScale(low: number, high: number, start: number, end: number, count: number): Scale {
  const bottom = Math.log10(low);
  const span = high > low ? Math.log10(high) - bottom : 1;
  const first = Math.ceil(bottom - 1e-9);
  const last = Math.floor(bottom + span + 1e-9);
  const every = Math.max(1, Math.ceil((last - first + 1) / count));
  const ticks: number[] = [];
  for (let exponent = first; exponent <= last; exponent += every) ticks.push(10 ** exponent);
  const place = (value: number) => start + ((Math.log10(Math.max(value, low)) - bottom) / span) * (end - start);
  return Object.assign(place, { ticks });
}
