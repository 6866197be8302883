import { prometheusLabel } from '../../shared/escape/prometheus';

/** Upper bounds of the latency histograms, in seconds. */
const bucketsS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

class Series {
  readonly counts = new Float64Array(bucketsS.length);
  sum = 0;
  count = 0;
}

/** A Prometheus histogram of seconds, a series per set of labels. */
class Histogram {
  private readonly series = new Map<string, Series>();

  constructor(
    private readonly name: string,
    private readonly help: string,
  ) {}

  /** @param labels in Prometheus' form */
  observe(seconds: number, labels = ''): void {
    const series = this.series.get(labels) ?? new Series();
    this.series.set(labels, series);
    series.sum += seconds;
    series.count += 1;
    const first = bucketsS.findIndex((bound) => seconds <= bound);
    if (first >= 0) series.counts[first] = (series.counts[first] ?? 0) + 1;
  }

  /** Count and sum in seconds of the series whose labels pass. */
  total(passes: (labels: string) => boolean = () => true): { count: number; sumS: number } {
    let [count, sumS] = [0, 0];
    for (const [key, series] of this.series) {
      if (!passes(key)) continue;
      count += series.count;
      sumS += series.sum;
    }
    return { count, sumS };
  }

  lines(tier: string): string[] {
    const all = this.series.size === 0 ? [['', new Series()] as const] : [...this.series];
    return [
      `# HELP ${this.name} ${this.help}`,
      `# TYPE ${this.name} histogram`,
      ...all.flatMap(([key, { counts, sum, count }]) => {
        const labels = key === '' ? tier : `${tier},${key}`;
        let below = 0;
        const buckets = bucketsS.map((bound, index) => {
          below += counts[index] ?? 0;
          return `${this.name}_bucket{${labels},le="${bound}"} ${below}`;
        });
        return [
          ...buckets,
          `${this.name}_bucket{${labels},le="+Inf"} ${count}`,
          `${this.name}_sum{${labels}} ${sum}`,
          `${this.name}_count{${labels}} ${count}`,
        ];
      }),
    ];
  }
}

/** What one request came to. */
export interface Outcome {
  readonly status: number;
  readonly receivedBytes: number;
  readonly sentBytes: number;
  readonly elapsedMs: number;
}

/** What one way to the tier above and back came to. */
export interface UpstreamOutcome {
  readonly status: number;
  readonly elapsedMs: number;
  readonly sentBytes: number;
  readonly receivedBytes: number;
}

/** What the link to the tier above seems to be like. */
export interface LinkFigures {
  readonly bandwidthMbps?: number | undefined;
  readonly roundTripMs?: number | undefined;
}

/** Which cut is in force, and how often it has changed. */
export interface SteeringFigures {
  readonly cut: string;
  readonly switches: number;
  readonly switchesFor: Readonly<Record<string, number>>;
  /** The cut for each range of bandwidths, from the slowest to the fastest. */
  readonly regimes: readonly { readonly fromMbps: number; readonly cut: string }[];
  /** Positions of the tiers below the links whose bandwidths decide. */
  readonly links: readonly number[];
}

/** What is kept of sessions between their requests. */
export interface SessionFigures {
  readonly sessions: number;
  readonly bytes: number;
  readonly started: number;
  readonly expired: number;
}

/** Figures of one relay in Prometheus' text format (exposition format 0.0.4). */
export class Metrics {
  private readonly requestsByStatus = new Map<number, number>();
  private readonly totals = { received: 0, sent: 0, upstreamSent: 0, upstreamReceived: 0, unencoded: 0 };
  private link: LinkFigures = {};
  /** By the position of the tier below them, of links further up. */
  private readonly linksAbove = new Map<number, LinkFigures>();
  private steering: (() => SteeringFigures) | undefined;
  private sessions: (() => SessionFigures) | undefined;
  readonly request = new Histogram('dnnsplit_request_seconds', 'Time from request to answer, by its status.');
  readonly compute = new Histogram('dnnsplit_compute_seconds', 'Time of the sub-model on this tier, by outcome.');
  readonly queue = new Histogram('dnnsplit_queue_seconds', 'Time that requests waited for the sub-model.');
  readonly upstream = new Histogram('dnnsplit_upstream_seconds', 'Time until the tier above answered, by its status.');

  constructor(private readonly tier: string) {}

  answered({ status, receivedBytes, sentBytes, elapsedMs }: Outcome): void {
    this.requestsByStatus.set(status, (this.requestsByStatus.get(status) ?? 0) + 1);
    this.totals.received += receivedBytes;
    this.totals.sent += sentBytes;
    this.request.observe(elapsedMs / 1e3, `status="${status}"`);
  }

  answeredAbove({ status, elapsedMs, sentBytes, receivedBytes }: UpstreamOutcome): void {
    this.upstream.observe(elapsedMs / 1e3, `status="${status}"`);
    this.totals.upstreamSent += sentBytes;
    this.totals.upstreamReceived += receivedBytes;
  }

  /** A tensor that its link's encoding would have changed beyond rounding. */
  sentUnencoded(): void {
    this.totals.unencoded += 1;
  }

  /** Takes in what the link to the tier above seems to be like now; figures that are not known stay as they were. */
  linkSeen({ bandwidthMbps, roundTripMs }: LinkFigures): void {
    this.link = {
      ...this.link,
      ...(Number.isFinite(bandwidthMbps) && { bandwidthMbps }),
      ...(Number.isFinite(roundTripMs) && { roundTripMs }),
    };
  }

  /** Takes in what a link further up is like, as the tier below it has measured it. */
  linkAboveSeen(link: number, figures: LinkFigures): void {
    this.linksAbove.set(link, figures);
  }

  /** What is known of the link to the tier above and of those further up. @param position of this tier */
  linksNow(position: number): (LinkFigures & { readonly link: number })[] {
    return [[position, this.link] as const, ...this.linksAbove].map(([link, figures]) => ({ link, ...figures }));
  }

  /** Shows which cut is in force. */
  steersBy(steering: () => SteeringFigures): void {
    this.steering = steering;
  }

  /** Shows what is kept of sessions. */
  keepsSessions(sessions: () => SessionFigures): void {
    this.sessions = sessions;
  }

  /** Requests answered well and refused, with their times in seconds: what Triton calls statistics. */
  statistics() {
    return {
      success: this.request.total((labels) => labels === 'status="200"'),
      fail: this.request.total((labels) => labels !== 'status="200"'),
      queue: this.queue.total(),
      compute: this.compute.total(),
    };
  }

  /** @param now requests that run, that wait for their turn, and that are open at all */
  text(now: { readonly running: number; readonly waiting: number; readonly open: number }): string {
    const tier = `tier="${prometheusLabel(this.tier)}"`;
    const single = (name: string, type: 'counter' | 'gauge', help: string, value: number | undefined) =>
      value === undefined ? [] : [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`, `${name}{${tier}} ${value}`];
    const counter = (name: string, help: string, value: number) => single(name, 'counter', help, value);
    const gauge = (name: string, help: string, value: number | undefined) => single(name, 'gauge', help, value);
    const requests = [...this.requestsByStatus].map(
      ([status, count]) => `dnnsplit_requests_total{${tier},status="${status}"} ${count}`,
    );
    const { received, sent, upstreamSent, upstreamReceived, unencoded } = this.totals;
    const sessions = this.sessions?.();
    return [
      '# HELP dnnsplit_requests_total Inference requests by the status of their answer.',
      '# TYPE dnnsplit_requests_total counter',
      ...requests,
      ...counter('dnnsplit_received_bytes_total', 'Bytes of inference requests.', received),
      ...counter('dnnsplit_sent_bytes_total', 'Bytes of inference answers.', sent),
      ...counter('dnnsplit_upstream_sent_bytes_total', 'Bytes sent to the tier above.', upstreamSent),
      ...counter('dnnsplit_upstream_received_bytes_total', 'Bytes that the tier above answered.', upstreamReceived),
      ...counter(
        'dnnsplit_unencoded_tensors_total',
        "Tensors beyond their encoding's range, sent as they are.",
        unencoded,
      ),
      ...gauge('dnnsplit_running_requests', 'Requests whose sub-model runs now.', now.running),
      ...gauge('dnnsplit_waiting_requests', 'Requests that wait for their turn.', now.waiting),
      ...gauge('dnnsplit_open_requests', 'Requests that are not answered yet.', now.open),
      ...gauge('dnnsplit_link_mbps', 'Bandwidth to the tier above, in Mbit/s.', this.link.bandwidthMbps),
      ...gauge('dnnsplit_link_round_trip_ms', 'Round trip to the tier above, in milliseconds.', this.link.roundTripMs),
      ...(sessions === undefined
        ? []
        : [
            ...gauge('dnnsplit_sessions', 'Sessions whose state is kept.', sessions.sessions),
            ...gauge('dnnsplit_session_bytes', 'Bytes of state that sessions keep.', sessions.bytes),
            ...counter('dnnsplit_sessions_started_total', 'Sessions that began.', sessions.started),
            ...counter('dnnsplit_sessions_expired_total', 'Sessions that ended unused.', sessions.expired),
          ]),
      ...this.linksAboveLines(tier),
      ...this.steeringLines(tier),
      ...this.request.lines(tier),
      ...this.queue.lines(tier),
      ...this.compute.lines(tier),
      ...this.upstream.lines(tier),
      '',
    ].join('\n');
  }

  private linksAboveLines(tier: string): string[] {
    if (this.linksAbove.size === 0) return [];
    return [
      '# HELP dnnsplit_link_above_mbps Bandwidth of links further up, by the position of the tier below, in Mbit/s.',
      '# TYPE dnnsplit_link_above_mbps gauge',
      ...[...this.linksAbove].map(
        ([link, { bandwidthMbps }]) => `dnnsplit_link_above_mbps{${tier},link="${link}"} ${bandwidthMbps}`,
      ),
    ];
  }

  private steeringLines(tier: string): string[] {
    if (this.steering === undefined) return [];
    const { cut, switches, switchesFor, regimes, links } = this.steering();
    return [
      '# HELP dnnsplit_cut The cut that requests take now.',
      '# TYPE dnnsplit_cut gauge',
      `dnnsplit_cut{${tier},cut="${prometheusLabel(cut)}"} 1`,
      '# HELP dnnsplit_regime_from_mbps Bandwidth from which requests are to take a cut, in Mbit/s.',
      '# TYPE dnnsplit_regime_from_mbps gauge',
      ...regimes.map(
        (one, index) =>
          `dnnsplit_regime_from_mbps{${tier},regime="${index}",cut="${prometheusLabel(one.cut)}"} ${one.fromMbps}`,
      ),
      '# HELP dnnsplit_followed_link Links whose bandwidths decide, by the position of the tier below.',
      '# TYPE dnnsplit_followed_link gauge',
      ...links.map((link) => `dnnsplit_followed_link{${tier},link="${link}"} 1`),
      '# HELP dnnsplit_cut_switches_total How often requests took another cut than the one before.',
      '# TYPE dnnsplit_cut_switches_total counter',
      `dnnsplit_cut_switches_total{${tier}} ${switches}`,
      '# HELP dnnsplit_cut_switches_by_reason_total The same by why: bandwidth, a tier lost or found, a cut not held above.',
      '# TYPE dnnsplit_cut_switches_by_reason_total counter',
      ...Object.entries(switchesFor).map(
        ([reason, count]) => `dnnsplit_cut_switches_by_reason_total{${tier},reason="${reason}"} ${count}`,
      ),
    ];
  }
}
