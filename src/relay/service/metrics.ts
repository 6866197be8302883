import { prometheusLabel } from '../../shared/escape/prometheus';

/** Upper bounds of the latency histograms, in seconds. */
const bucketsS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** A Prometheus histogram of seconds. */
class Histogram {
  private readonly counts = new Float64Array(bucketsS.length);
  private sum = 0;
  private count = 0;

  observe(seconds: number): void {
    this.sum += seconds;
    this.count += 1;
    const first = bucketsS.findIndex((bound) => seconds <= bound);
    if (first >= 0) this.counts[first] = (this.counts[first] ?? 0) + 1;
  }

  lines(name: string, help: string, labels: string): string[] {
    let below = 0;
    const buckets = bucketsS.map((bound, index) => {
      below += this.counts[index] ?? 0;
      return `${name}_bucket{${labels},le="${bound}"} ${below}`;
    });
    return [
      `# HELP ${name} ${help}`,
      `# TYPE ${name} histogram`,
      ...buckets,
      `${name}_bucket{${labels},le="+Inf"} ${this.count}`,
      `${name}_sum{${labels}} ${this.sum}`,
      `${name}_count{${labels}} ${this.count}`,
    ];
  }
}

/** Figures of one relay in Prometheus' text format (exposition format 0.0.4). */
export class Metrics {
  private readonly requestsByStatus = new Map<number, number>();
  private receivedBytes = 0;
  private sentBytes = 0;
  readonly request = new Histogram();
  readonly compute = new Histogram();
  readonly upstream = new Histogram();

  constructor(private readonly tier: string) {}

  answered(status: number, receivedBytes: number, sentBytes: number): void {
    this.requestsByStatus.set(status, (this.requestsByStatus.get(status) ?? 0) + 1);
    this.receivedBytes += receivedBytes;
    this.sentBytes += sentBytes;
  }

  /** @param running requests that run now @param waiting requests that wait for their turn */
  text(running: number, waiting: number): string {
    const labels = `tier="${prometheusLabel(this.tier)}"`;
    const single = (name: string, type: 'counter' | 'gauge', help: string, value: number) => [
      `# HELP ${name} ${help}`,
      `# TYPE ${name} ${type}`,
      `${name}{${labels}} ${value}`,
    ];
    const requests = [...this.requestsByStatus].map(
      ([status, count]) => `dnnsplit_requests_total{${labels},status="${status}"} ${count}`,
    );
    return [
      '# HELP dnnsplit_requests_total Inference requests by the status of their answer.',
      '# TYPE dnnsplit_requests_total counter',
      ...requests,
      ...single('dnnsplit_received_bytes_total', 'counter', 'Bytes of inference requests.', this.receivedBytes),
      ...single('dnnsplit_sent_bytes_total', 'counter', 'Bytes of inference answers.', this.sentBytes),
      ...single('dnnsplit_running_requests', 'gauge', 'Requests that run now.', running),
      ...single('dnnsplit_waiting_requests', 'gauge', 'Requests that wait for their turn.', waiting),
      ...this.request.lines('dnnsplit_request_seconds', 'Time from request to answer.', labels),
      ...this.compute.lines('dnnsplit_compute_seconds', 'Time of the sub-model on this tier.', labels),
      ...this.upstream.lines('dnnsplit_upstream_seconds', 'Time until the tier above answered.', labels),
      '',
    ].join('\n');
  }
}
