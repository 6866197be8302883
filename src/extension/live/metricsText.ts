import { type LiveCut, type LiveLink, type SwitchReason, switchReasons } from '../../shared/reports/live';

/** What the metrics of a first tier's relay say, as far as a graph shows it. */
export interface RelayMetrics {
  readonly links: readonly LiveLink[];
  readonly roundTripMs: number | null;
  readonly cut: LiveCut | null;
  readonly requests: number;
  readonly failed: number;
  /** Answered ones, and the time that they took together. */
  readonly answered: number;
  readonly answeredMs: number;
  readonly switchesFor: Readonly<Record<SwitchReason, number>>;
}

interface Sample {
  readonly labels: string;
  readonly value: number;
}

/** Reads metrics in Prometheus' text format; nothing where they are not a relay's. */
export function readMetrics(text: string): RelayMetrics | undefined {
  const samples = new Map<string, Sample[]>();
  for (const [, name = '', labels = '', value] of text.matchAll(/^(dnnsplit_\w+)(?:\{(.*)\})? (\S+)$/gm)) {
    const number = Number(value);
    if (!Number.isFinite(number)) continue;
    const found = samples.get(name);
    if (found === undefined) samples.set(name, [{ labels, value: number }]);
    else found.push({ labels, value: number });
  }
  if (samples.size === 0) return undefined;
  const all = (name: string) => samples.get(`dnnsplit_${name}`) ?? [];
  const sum = (found: readonly Sample[]) => found.reduce((total, { value }) => total + value, 0);
  const good = (name: string) => sum(all(name).filter(({ labels }) => labels.includes('status="200"')));
  const requests = sum(all('requests_total'));
  const [mbps] = all('link_mbps');
  const reasons = all('cut_switches_by_reason_total');
  const countOf = (reason: SwitchReason) => sum(reasons.filter(({ labels }) => labelOf(labels, 'reason') === reason));
  const followed = new Set(all('followed_link').map(linkOf));
  // Relays that do not say so follow the first link.
  const decides = (link: number) => (followed.size === 0 ? link === 0 : followed.has(link));
  return {
    links: [
      ...(mbps === undefined ? [] : [{ link: 0, mbps: mbps.value }]),
      ...all('link_above_mbps').map((sample) => ({ link: linkOf(sample), mbps: sample.value })),
    ].map((one) => ({ ...one, decides: decides(one.link) })),
    roundTripMs: all('link_round_trip_ms')[0]?.value ?? null,
    cut: cutOf(all('cut'), all('regime_from_mbps')),
    requests,
    failed: requests - good('requests_total'),
    answered: good('request_seconds_count'),
    answeredMs: 1e3 * good('request_seconds_sum'),
    switchesFor: Object.fromEntries(switchReasons.map((reason) => [reason, countOf(reason)])) as Record<
      SwitchReason,
      number
    >,
  };
}

function linkOf({ labels }: Sample): number {
  return Number(labelOf(labels, 'link'));
}

function cutOf([now]: readonly Sample[], regimes: readonly Sample[]): LiveCut | null {
  const id = now && labelOf(now.labels, 'cut');
  const index = regimes.findIndex(({ labels }) => labelOf(labels, 'cut') === id);
  if (id === undefined || index < 0) return null;
  const [from, to] = [regimes[index], regimes[index + 1]];
  return { id, number: index + 1, count: regimes.length, fromMbps: from?.value ?? 0, toMbps: to?.value ?? null };
}

function labelOf(labels: string, name: string): string | undefined {
  return new RegExp(`(?:^|,)${name}="([^"]*)"`).exec(labels)?.[1];
}
