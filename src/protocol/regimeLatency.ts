import type { RegimeReport } from './reports';

/** Milliseconds of a regime's plan at the slow end of its bandwidths and at the fast one; `Infinity` at a link that stands still. */
export function latencyEndsMs(
  regime: Pick<RegimeReport, 'fromMbps' | 'toMbps' | 'fixedMs' | 'bytes'>,
): [number, number] {
  const at = (mbps: number) => regime.fixedMs + (regime.bytes === 0 ? 0 : (8 * regime.bytes) / (mbps * 1000));
  return [at(regime.fromMbps), at(regime.toMbps ?? Number.POSITIVE_INFINITY)];
}
