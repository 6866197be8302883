/** What changes with the bandwidth, as reports say it: regimes, region maps, traces, and where no plan is possible. Stable as these. */
import type { LimitName } from '../vocabulary/metrics';

export interface RegimeReport {
  /** Index of the link whose bandwidth varies; the other figures are fixed. */
  readonly link: number;
  readonly fromMbps: number;
  /** `null` for "and above". */
  readonly toMbps: number | null;
  readonly latencyMs: number;
  /** At b Mbit/s the latency is fixedMs + 8 x (bytes + answerBytes) / (1000 b): the part without the link's bytes, and these. */
  readonly fixedMs: number;
  readonly bytes: number;
  /** What comes back at the same bandwidth; 0 where the link states one of its own for that. */
  readonly answerBytes?: number;
  /** First node label of each tier that runs something, for reading. */
  readonly summary: string;
  /** Nodes per tier. */
  readonly nodesPerTier: readonly number[];
  /** The bandwidth below which the plan breaks a limit; absent where it keeps them at any. */
  readonly keepsLimitsFromMbps?: number;
  /** Where no plan keeps the limits; the plan above is possible once they are relaxed as said. */
  readonly infeasible?: InfeasibleReport;
}

/** Why no plan is possible, and the least change of limits that makes one possible. */
export interface InfeasibleReport {
  /** One sentence. */
  readonly reason: string;
  readonly relax: readonly RelaxReport[];
}

/** A limit, or a tier's `memoryGB`, and what to set it to. */
export interface RelaxReport {
  readonly constraint: LimitName | 'memoryGB';
  readonly tier?: string;
  readonly to: number;
}

/** What a running system does at one measured bandwidth. */
export interface FollowedReport {
  readonly bandwidthMbps: number;
  /** Index of the regime that it uses, in the regimes of the link. */
  readonly regime: number;
  /** True when it moves the cut here. */
  readonly moves: boolean;
  readonly summary: string;
  /** True where no plan keeps the limits; the plan is the one that comes closest. */
  readonly infeasible?: boolean;
}

/** What requests over a bandwidth trace would take with one way to choose their cuts. */
export interface TraceRow {
  /** `regimes`, `table`, `cut N` for one cut of all requests, or `oracle`, which knows the future. */
  readonly name: string;
  readonly meanMs: number;
  readonly p95Ms: number;
  /** Answers that were later than allowed. */
  readonly missed: number;
  readonly switches: number;
}

/** One decision of a table that was made for a bandwidth trace; cuts by their indices. */
export interface TableStep {
  /** The cut of the request before. */
  readonly before: number;
  readonly fromMbps: number;
  readonly toMbps: number | null;
  /** The one to take next. */
  readonly cut: number;
}

/** Ways to choose the cut of each request over a bandwidth trace, beside each other. */
export interface TraceReport {
  readonly link: number;
  /** What the table and the oracle keep least. */
  readonly goal: 'mean' | 'p95' | 'missed';
  readonly requests: number;
  readonly everyS: number;
  /** What a request takes longer on another cut than the one before. */
  readonly switchMs: number;
  readonly lateMs?: number;
  /** The cuts of all regimes, from the slowest link to the fastest. */
  readonly cuts: readonly { readonly summary: string; readonly fixedMs: number; readonly bytes: number }[];
  readonly rows: readonly TraceRow[];
  /** The cut to take next, by the cut before and the bandwidth; indices in `cuts`. */
  readonly table: readonly TableStep[];
}

/** The best plan for every pair of bandwidths of two links, the other figures fixed. */
export interface RegionMapReport {
  /** Indices of the two links. */
  readonly links: readonly [number, number];
  /** Range of both bandwidths. */
  readonly fromMbps: number;
  readonly toMbps: number;
  readonly regions: readonly RegionReport[];
  /** Where no plan keeps the limits, as polygons like those of the regions; absent where there always is one. */
  readonly infeasible?: readonly (readonly (readonly [number, number])[])[];
  /** What to relax for a plan to be possible everywhere there, in one sentence. */
  readonly infeasibleReason?: string;
}

/** Where one plan is best: at bandwidths a and b its objective value is constant + slopes[0] / a + slopes[1] / b. */
export interface RegionReport {
  /** Regions with the same number are parts of where the same plan is best. */
  readonly plan?: number;
  readonly nodesPerTier: readonly number[];
  /** First node label of each tier that runs something, for reading. */
  readonly summary: string;
  readonly constant: number;
  readonly slopes: readonly [number, number];
  /** Corners in Mbit/s of both links; the edges between them are straight over the reciprocals of the bandwidths. */
  readonly cornersMbps: readonly (readonly [number, number])[];
}
