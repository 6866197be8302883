import type { RegimeReport } from './bandwidthReports';
import { durationText } from './quantities';

/** Latencies of a regime's plan at the slow end of its bandwidths and at the fast one; one text where these are the same. */
export function latencyEnds(
  regime: Pick<RegimeReport, 'fromMbps' | 'toMbps' | 'fixedMs' | 'bytes' | 'answerBytes'>,
): readonly string[] {
  const { fromMbps, toMbps, fixedMs } = regime;
  const bytes = regime.bytes + (regime.answerBytes ?? 0);
  const at = (mbps: number) => durationText(fixedMs + (bytes === 0 ? 0 : (8 * bytes) / (mbps * 1000)));
  const [slow, fast] = [at(fromMbps), at(toMbps ?? Number.POSITIVE_INFINITY)];
  // Over a link that stands still nothing arrives.
  if (fromMbps === 0 && bytes > 0) return [`≥ ${fast}`];
  return slow === fast ? [fast] : [slow, fast];
}
