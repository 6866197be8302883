import type { EstimateBasis } from '../../shared/reports/estimates';
import type { LinkRate, TierRate } from '../../shared/vocabulary/metrics';
import type { Rates } from '../../shared/vocabulary/rateClasses';

/** One published figure: its value, where it was read and when. */
export interface Figure {
  readonly value: number;
  readonly source: string;
  /** Date of the figure or of its source, as precise as it is known. */
  readonly date: string;
  /** What the source says, where the value is not literally it. */
  readonly note?: string;
}

/** What published times of one device with one runtime and precision fit: how they were fitted is in `build/presets`. */
export interface FittedTimes {
  /** Runtime and precision, as in the preset's id. */
  readonly runtime: string;
  readonly rates: Rates;
  readonly memoryGBps: number;
  /** Where weights are read at a bandwidth of their own. */
  readonly weightGBps?: number;
  readonly kernelOverheadUs: number;
  /** How many models were fitted, and how many of these are predicted within a factor of 1.3 when each is left out. */
  readonly models: number;
  readonly within13: number;
  /** Nine of ten left-out times lie within this factor of their prediction. */
  readonly withinFactor: number;
  readonly medianErrorPercent: number;
  readonly source: string;
  readonly date: string;
}

/** A device: what fills in a tier's missing figures. */
export interface TierPreset extends Readonly<Partial<Record<TierRate, Figure>>> {
  readonly id: string;
  readonly title: string;
  readonly gflops: Figure;
  /** What `gflops` is: the peak of a data sheet, or one published time. */
  readonly basis: Extract<EstimateBasis, 'peak' | 'published'>;
  /** With it the times count by kind of work instead. */
  readonly fit?: FittedTimes;
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
