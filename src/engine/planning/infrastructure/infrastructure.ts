import type { Recording } from '../../../shared/documents/profile';
import type { AnswerPlace } from '../../../shared/reports/answers';
import type { TierEstimate } from '../../../shared/reports/estimates';
import type { AdditiveMetric, LimitName, LinkRate, Metric, TierRate } from '../../../shared/vocabulary/metrics';
import type { Rates } from '../../../shared/vocabulary/rateClasses';
import type { SessionLimit } from '../../../shared/vocabulary/session';

/** A tier with everything resolved: presets filled in, profile read. Absent rates drop their term (`docs/theory.md` section 4). */
export interface Tier extends Readonly<Record<TierRate, number>> {
  readonly id: string;
  /** What neither the configuration nor a preset states; it counts as 0. */
  readonly unstated?: readonly TierRate[] | undefined;
  readonly gflops: number | undefined;
  readonly memoryGBps: number | undefined;
  /** Fixed time per node that is not view-only. */
  readonly overheadUs: number;
  /** Sustained compute by kind of work; where a kind is missing, `gflops` counts. */
  readonly rates?: Rates | undefined;
  /** Bandwidth at which kernels read their weights; `memoryGBps` where absent. */
  readonly weightGBps?: number | undefined;
  /** Fixed time per kernel, instead of `overheadUs`. */
  readonly kernelOverheadUs?: number | undefined;
  /** Prices what runtimes run as one kernel as one; true where there are `rates` or `kernelOverheadUs`. */
  readonly fusion?: boolean | undefined;
  /** Operators that it cannot run, as `Op` or `domain:Op`. */
  readonly unsupportedOperators?: readonly string[];
  /** What its times rest on. */
  readonly estimate?: TierEstimate | undefined;
  readonly memoryGB: number | undefined;
  /** How many times as fast it is as what is estimated or measured says; once where absent. */
  readonly speed?: number | undefined;
  readonly replicas: number;
  /** Measured microseconds by node id or name. */
  readonly profile: ReadonlyMap<string, number> | undefined;
  /** How the measured times came about. */
  readonly recording?: Recording | undefined;
}

/** Link i joins tier i to tier i+1; tensors only flow upwards, and answers come back down. */
export interface Link extends Readonly<Record<LinkRate, number>> {
  readonly bandwidthMbps: number;
  readonly latencyMs: number;
  /** Fixed time of relays for what is sent, besides the latency. */
  readonly hopMs?: number | undefined;
  /** Downwards; as upwards where absent, also where that is varied. */
  readonly downBandwidthMbps?: number | undefined;
  readonly downLatencyMs?: number | undefined;
  /** As of tiers. */
  readonly unstated?: readonly LinkRate[] | undefined;
  /** How tensors travel on this link. */
  readonly wireDtype: 'original' | 'float16' | 'int8';
}

/** One metric, or a weighted sum of those that add up, each in its unit: seconds, dollars, joules. */
export type Objective = Metric | Readonly<Partial<Record<AdditiveMetric, number>>>;

export interface Constraints extends Readonly<Partial<Record<LimitName | SessionLimit, number>>> {
  /** Refuse plans that do not fit into a tier's `memoryGB`; true where absent. */
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
  /** Where the graph's outputs are wanted; by name, where some are wanted elsewhere than the others. */
  readonly answer: AnswerPlace;
  readonly outputAnswers: Readonly<Record<string, AnswerPlace>>;
}
