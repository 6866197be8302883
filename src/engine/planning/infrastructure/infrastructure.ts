/** A tier with everything resolved: presets filled in, profile read. Absent rates drop their term (`docs/theory.md` section 4). */
export interface Tier {
  readonly id: string;
  readonly gflops: number | undefined;
  readonly memoryGBps: number | undefined;
  /** Fixed time per node that is not view-only. */
  readonly overheadUs: number;
  readonly memoryGB: number | undefined;
  readonly pricePerHour: number;
  readonly watts: number;
  readonly electricityPerKWh: number;
  readonly replicas: number;
  /** Measured microseconds by node id or name. */
  readonly profile: ReadonlyMap<string, number> | undefined;
  /** The model that was measured, where the profile says so. */
  readonly profiledModel?: { readonly name: string; readonly structureHash: string } | undefined;
}

/** Link i joins tier i to tier i+1; data only flows upwards. */
export interface Link {
  readonly bandwidthMbps: number;
  readonly latencyMs: number;
  readonly pricePerGB: number;
  readonly joulesPerMB: number;
  /** How tensors travel on this link. */
  readonly wireDtype: 'original' | 'float16' | 'int8';
}

export type Metric = 'latency' | 'cost' | 'throughput' | 'energy';

/** One metric, or a weighted sum of latency (seconds), cost (dollars) and energy (joules). */
export type Objective = Metric | { readonly latency?: number; readonly cost?: number; readonly energy?: number };

export type LimitName = 'maxLatencyMs' | 'maxCostPerRequest' | 'maxEnergyJ' | 'minThroughputPerSecond';

export interface Constraints {
  readonly maxLatencyMs?: number;
  readonly maxCostPerRequest?: number;
  readonly maxEnergyJ?: number;
  readonly minThroughputPerSecond?: number;
  /** Refuse plans that do not fit into a tier's `memoryGB`. */
  readonly respectMemory?: boolean;
  /** Node 0 at least runs on the first tier, so that the raw input never leaves it. */
  readonly keepInputOnFirstTier?: boolean;
  /** Node id or name -> tier id. */
  readonly pin?: Readonly<Record<string, string>>;
  /** Ids of tiers that run nothing. */
  readonly excludeTiers?: readonly string[];
}

export interface Infrastructure {
  /** 1 to 8 tiers from the device upwards. */
  readonly tiers: readonly Tier[];
  /** One fewer than tiers. */
  readonly links: readonly Link[];
  readonly objective: Objective;
  readonly constraints: Constraints;
  /** Bytes on the wire of graph inputs, by name, where they differ from their tensor's (a JPEG). */
  readonly inputWireBytes: Readonly<Record<string, number>>;
}
