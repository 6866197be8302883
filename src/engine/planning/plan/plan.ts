import type { Sentence } from '../../../shared/messages/say';
import type { Figures, LimitName, Metric } from '../../../shared/vocabulary/metrics';
import type { Strategy } from '../../../shared/vocabulary/strategies';

/** Tier index per node of the split graph; never falls along an edge. */
export type Assignment = Uint8Array;

export interface TierLoad {
  readonly nodes: number;
  readonly macs: number;
  readonly busyS: number;
  /** The same in milliseconds. */
  readonly computeMs: number;
  readonly weightBytes: number;
  readonly peakActivationBytes: number;
  /** State of one session that stays between calls; absent where there is none. */
  readonly stateBytes?: number;
  /** Nodes whose time is measured; the others are estimates. */
  readonly measuredNodes: number;
  readonly costPerRequest: number;
  readonly energyJ: number;
}

export interface LinkLoad {
  /** Tensor indices that cross, ascending. */
  readonly tensors: readonly number[];
  /** Of these tensors, and of state that goes up. */
  readonly bytes: number;
  readonly transferMs: number;
  /** Tensor indices of the outputs that come back, ascending. */
  readonly answers: readonly number[];
  /** Of these outputs, and of state that comes down. */
  readonly answerBytes: number;
  /** State that travels between calls; absent where there is none. */
  readonly state?: StateLoad;
  /** Of the way back, also where nothing is left to carry: whoever asks waits for the end. */
  readonly answerMs: number;
  /** Both ways. */
  readonly costPerRequest: number;
}

/** State on a link: made on one side of it and read on the other one, by the tensor indices of the outputs. */
export interface StateLoad {
  readonly up: readonly number[];
  readonly upBytes: number;
  readonly down: readonly number[];
  readonly downBytes: number;
}

/** What an assignment costs on an infrastructure (`docs/theory.md` section 4). */
export interface Evaluation extends Figures {
  readonly tiers: readonly TierLoad[];
  readonly links: readonly LinkLoad[];
  /** The objective's value: smaller is better, throughput as seconds per request of the slowest stage. */
  readonly objectiveValue: number;
  /** Of a session that has limits on its calls. */
  readonly calls?: { readonly firstTokenMs: number; readonly perTokenMs: number };
}

export interface Plan {
  readonly strategy: Strategy;
  readonly assignment: Assignment;
  readonly evaluation: Evaluation;
  /** Plans whose value was computed on the way to the best value. */
  readonly evaluatedPlans: number;
}

/** What a search hands back. */
export interface FoundPlan {
  readonly assignment: Assignment;
  /** Whole or partial plans whose value was computed. */
  readonly evaluatedPlans: number;
}

/** The proof that a plan carries: how far it is from the true optimum. */
export interface Certificate {
  readonly exactValue: number;
  readonly exactLatencyMs: number;
  readonly gapPercent: number;
  /** Why there is no exact value, where there is none, or that it is a bound. */
  readonly unavailable?: string;
  /** True where the value is a lower bound of the optimum's, and the gap an upper bound. */
  readonly isBound?: boolean;
}

export interface AuditFinding {
  readonly metric: Metric;
  /** True when no layer is dearer on a higher tier: the candidates are enough. */
  readonly holds: boolean;
  /** Nodes that break it (indices), with the pair of tiers; at most a few dozen. */
  readonly exceptions: readonly { readonly node: number; readonly lowerTier: number; readonly upperTier: number }[];
  /** Pairs of a layer and two neighboring tiers that break it. */
  readonly exceptionCount: number;
  readonly consequence: Sentence;
}

/** Over one link's bandwidth: the plan that is best from `fromMbps` up to the next regime. */
export interface Regime {
  readonly fromMbps: number;
  readonly toMbps: number;
  readonly assignment: Assignment;
  /** At the link's own bandwidth where the regime holds it, else at the border nearest to it. */
  readonly latencyMs: number;
  /** The part of the latency that does not depend on the link's bandwidth, and the bytes that cross it. */
  readonly fixedMs: number;
  readonly bytes: number;
  /** Bytes that come back at the same bandwidth; 0 where the link states one of its own for that. */
  readonly answerBytes: number;
  /** The bandwidth below which the plan breaks a limit; absent where it keeps them at any. */
  readonly keepsLimitsFromMbps?: number;
  /** Where no plan keeps the limits: why, and what to relax for the plan above to be possible. */
  readonly infeasible?: { readonly reason: string; readonly changes: readonly Change[] };
}

/** One change that is needed to make a plan possible: a limit, or the memory of a tier, and what to set it to. */
export interface Change {
  readonly constraint: LimitName | 'memoryGB';
  /** The tier whose memory it is. */
  readonly tier?: string;
  /** Rounded to where the limit is certainly kept. */
  readonly to: number;
}
