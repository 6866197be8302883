import type { RegimeReport } from '../reports/bandwidthReports';
import { durationText } from '../vocabulary/quantities';

type Regime = Pick<RegimeReport, 'fixedMs' | 'bytes' | 'answerBytes'>;

/** Latency in milliseconds of a regime's plan at a bandwidth. */
export function latencyAt({ fixedMs, bytes, answerBytes = 0 }: Regime, mbps: number): number {
  const crossing = bytes + answerBytes;
  return fixedMs + (crossing === 0 ? 0 : (8 * crossing) / (mbps * 1000));
}

/** Latencies of a regime's plan at the slow end of its bandwidths and at the fast one; one text where these are the same. */
export function latencyEnds(regime: Regime & Pick<RegimeReport, 'fromMbps' | 'toMbps'>): readonly string[] {
  const { fromMbps, toMbps } = regime;
  const [slow, fast] = [fromMbps, toMbps ?? Number.POSITIVE_INFINITY].map((mbps) =>
    durationText(latencyAt(regime, mbps)),
  ) as [string, string];
  // Over a link that stands still nothing arrives.
  if (latencyAt(regime, 0) === Number.POSITIVE_INFINITY && fromMbps === 0) return [`≥ ${fast}`];
  return slow === fast ? [fast] : [slow, fast];
}
