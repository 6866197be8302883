import type { LinkRate, TierRate } from '../../shared/metrics';

/** One published figure: its value, where it was read and when. */
export interface Figure {
  readonly value: number;
  readonly source: string;
  /** Date of the figure or of its source, as precise as it is known. */
  readonly date: string;
  /** What the source says, where the value is not literally it. */
  readonly note?: string;
}

/** A device: what fills in a tier's missing figures. */
export interface TierPreset extends Readonly<Partial<Record<TierRate, Figure>>> {
  readonly id: string;
  readonly title: string;
  readonly gflops: Figure;
  readonly memoryGBps: Figure;
  readonly memoryGB?: Figure;
}

/** A kind of connection: what fills in a link's missing figures. */
export interface LinkPreset extends Readonly<Partial<Record<LinkRate, Figure>>> {
  readonly id: string;
  readonly title: string;
  /** Upwards. */
  readonly bandwidthMbps: Figure;
  /** One way. */
  readonly latencyMs: Figure;
  /** Downwards, where it is published. */
  readonly downBandwidthMbps?: Figure;
  readonly downLatencyMs?: Figure;
}
