import { setTimeout as delay } from 'node:timers/promises';

/** What a network link between two tiers is like. */
export interface LinkShape {
  readonly bandwidthMbps: number;
  /** One way. */
  readonly latencyMs: number;
}

/**
 * Makes a fast connection take the time of a slower link: bytes leave one after the other at its bandwidth, and all of
 * them arrive after its latency (the store-and-forward model of the plans).
 */
export class LinkShaper {
  private busyUntilMs = 0;

  constructor(
    private readonly link: LinkShape,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Time in milliseconds until `bytes` that are sent now have arrived; takes the link for them. */
  reserve(bytes: number): number {
    const start = Math.max(this.now(), this.busyUntilMs);
    this.busyUntilMs = start + (bytes * 8) / (this.link.bandwidthMbps * 1e3);
    return this.busyUntilMs + this.link.latencyMs - this.now();
  }

  /** Waits until `bytes` would have arrived. @throws the abort of the signal */
  async transfer(bytes: number, signal: AbortSignal): Promise<void> {
    await delay(this.reserve(bytes), undefined, { signal });
  }
}
