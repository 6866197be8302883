/**
 * What analysis and planning report, in the form that `dnnsplit analyze --json` and `dnnsplit plan --json` print, the
 * tree shows and the webview draws. Stable: fields are added, never renamed.
 */

import type { Message } from '../messages/message';
import type { DType } from '../vocabulary/dtype';
import type { Figures, Metric } from '../vocabulary/metrics';
import type { UnstatedFigure } from '../vocabulary/unstatedText';
import type { AnswerPlace } from './answers';
import type { FollowedReport, RegimeReport, RegionMapReport, TraceReport } from './bandwidthReports';
import type { TierEstimate } from './estimates';
import type { MarginReport, TrustReport } from './marginReports';
import type { LinkStateReport, SessionReport, StateReport } from './stateReports';
import type { ReportDim, TensorReport } from './tensorReports';

export interface CandidateReport {
  /** Number of nodes below the cut. */
  readonly position: number;
  /** Label of the last node below the cut; `null` before the first. */
  readonly after: string | null;
  readonly afterNodeId: string | null;
  readonly tensors: readonly TensorReport[];
  readonly bytes: number | null;
  readonly macsBefore: number;
  readonly macsAfter: number;
  readonly weightBytesBefore: number;
  readonly weightBytesAfter: number;
  readonly peakActivationBytesBefore: number;
  readonly peakActivationBytesAfter: number;
  readonly singleTensor: boolean;
  /** Node ids below the cut, when the cut runs across branches and is not a prefix of the order. */
  readonly nodesBefore?: readonly string[];
  /** One sentence: which positions around it are ruled out, and by which candidate. */
  readonly rulesOut: string;
}

export interface NodeReport {
  readonly id: string;
  readonly name: string;
  readonly label: string;
  readonly op: string;
  readonly macs: number | null;
  readonly elementwiseOps: number | null;
  readonly trafficBytes: number | null;
  readonly weightBytes: number;
  readonly modulePath: string;
}

export interface DiagnosticReport {
  readonly severity: 'error' | 'warning' | 'information';
  readonly message: string;
  readonly nodeId?: string;
  readonly tensor?: string;
}

/** A plan that a model states itself: pipeline stages of its nodes (ONNX IR 11), or the layers that ONNX Runtime is told of. */
export interface StatedPlanReport {
  readonly source: 'pipeline-stages' | 'layers';
  /** From the first stage upwards, each with the nodes of the split graph on it. */
  readonly stages: readonly { readonly name?: string; readonly nodes: number }[];
}

export interface AnalysisReport {
  readonly model: {
    readonly path: string;
    readonly fileBytes: number;
    readonly irVersion: number;
    readonly opsets: Readonly<Record<string, number>>;
    readonly producer: string;
    readonly nodes: number;
    readonly inputs: readonly TensorReport[];
    readonly outputs: readonly TensorReport[];
    readonly parameters: number;
    /** Of the weights of the main graph. */
    readonly weightBytes: number;
    /** Of the weights inside bodies of If, Loop and Scan; absent without any. */
    readonly bodyWeightBytes?: number;
    /** Of the nodes that can be counted; `null` where none with MACs can. */
    readonly macs: number | null;
    /** Why `macs` is `null`. */
    readonly macsUnknown?: string;
    /** Nodes whose MACs depend on sizes that are open; absent where all are counted. */
    readonly uncountedNodes?: number;
    readonly elementwiseOps: number;
    readonly peakActivationBytes: number;
    /** Bytes of the weights of the main graph by their type, the largest first; absent without weights. */
    readonly weightTypes?: readonly { readonly dtype: DType; readonly bytes: number }[];
    /** Files beside the model that hold weights, and those of them that are missing; absent where all are in the model. */
    readonly weightFiles?: { readonly files: readonly string[]; readonly missing: readonly string[] };
  };
  readonly graph: {
    readonly nodes: number;
    readonly dataTensors: number;
    readonly unknownTensors: number;
    readonly singleTensorCuts: number;
    /**
     * Blocks with more cuts across branches than were looked at: there the candidates are those of the orders tried and
     * of minimum cuts. Absent when every cut was looked at.
     */
    readonly boundedBlocks?: number;
  };
  readonly candidates: readonly CandidateReport[];
  /** What the model remembers from call to call; absent where it remembers nothing. */
  readonly state?: readonly StateReport[];
  /** Absent where the model states no plan. */
  readonly statedPlan?: StatedPlanReport;
  /** Open dimensions and the sizes that every figure is for; absent where nothing is assumed. */
  readonly assumedDimensions?: Readonly<Record<string, number>>;
  /** The same for reading: `batch 1, 128 tokens`. */
  readonly assumedText?: string;
  /** Symbols that no binding settles yet, most useful first. */
  readonly openDimensions: readonly { readonly symbol: string; readonly tensors: number }[];
  /**
   * Dimensions that only a run decides, most useful first: a number for one is the size that is expected, and counts bytes
   * and work. Absent without any.
   */
  readonly madeDimensions?: readonly { readonly symbol: string; readonly tensors: number }[];
  /** With `--nodes`. */
  readonly nodes?: readonly NodeReport[];
  /** With `--tensors`: name -> [dtype, shape]. */
  readonly tensors?: Readonly<Record<string, readonly [DType, readonly ReportDim[] | null]>>;
  readonly diagnostics: readonly DiagnosticReport[];
}

/** Which figures are 0 because nobody states what they count, such as a price: they are not known. Absent where none is. */
export interface WithUnstated {
  readonly unstated?: readonly UnstatedFigure[];
}

export interface TierReport extends WithUnstated {
  readonly id: string;
  /** How many times as fast it was taken to be as its times say, overrides included; absent for once. */
  readonly speed?: number;
  readonly nodes: number;
  readonly macs: number;
  readonly computeMs: number;
  readonly weightBytes: number;
  readonly peakActivationBytes: number;
  /** State of one session that stays here between calls; absent where there is none. */
  readonly stateBytes?: number;
  /** How many sessions fit beside weights and activations, where the tier's memory is known. */
  readonly sessionsThatFit?: number;
  readonly costPerRequest: number;
  readonly energyJ: number;
  readonly measuredNodes: number;
  /** Label of the first and last node on this tier, where it has any. */
  readonly firstNode?: string;
  readonly lastNode?: string;
  /** Ids of the same nodes. */
  readonly firstNodeId?: string;
  readonly lastNodeId?: string;
}

/** How far the measured times of a tier's profile cover the model. */
export interface ProfileReport {
  readonly tier: string;
  /** Nodes of the model, and those that the profile has a time for; the others are estimated. */
  readonly nodes: number;
  readonly measuredNodes: number;
  /** Times in the profile, and those that belong to no node of the model. */
  readonly entries: number;
  readonly unusedEntries: number;
  /** Machine, runtime, optimization and date of the measurement. */
  readonly recordedFrom?: string;
  /** What is wrong with that, in one sentence; none where every node is measured. */
  readonly finding?: string;
}

export interface LinkReport extends WithUnstated {
  readonly from: string;
  readonly to: string;
  /** What the plan was computed with, overrides included; where the sliders of the graph view stand. */
  readonly bandwidthMbps?: number;
  /** One-way, as the bandwidth. */
  readonly latencyMs?: number;
  readonly tensors: readonly TensorReport[];
  readonly bytes: number;
  readonly transferMs: number;
  /** Outputs that come back over the link, their bytes, and what that takes; 0 ms where nobody waits for an answer. */
  readonly answers?: readonly TensorReport[];
  readonly answerBytes?: number;
  readonly answerMs?: number;
  /** State that travels between calls, part of `bytes` and `answerBytes`; absent where there is none. */
  readonly state?: LinkStateReport;
  /** Both ways. */
  readonly costPerRequest: number;
}

/** What a plan's latency and cost add up from, in the order of tiers and links. */
export interface PlanParts {
  /** Per tier. */
  readonly computeMs: readonly number[];
  readonly tierCosts: readonly number[];
  /** Per link. */
  readonly transferMs: readonly number[];
  /** Of the way back. */
  readonly answerMs?: readonly number[];
  readonly linkCosts: readonly number[];
}

/** Another plan under the same conditions, to be held against the one that is shown. */
export interface AlternativeReport extends Figures, WithUnstated {
  readonly parts: PlanParts;
  readonly nodesPerTier: readonly number[];
  /** Per link the number of nodes below its cut, where these are the first of the order; `null` where they are not. */
  readonly cuts: readonly (number | null)[];
  /** The nodes of each tier, as overrides take them, where the cuts do not say it. */
  readonly nodes?: readonly (readonly string[])[];
  /** Label of the last node on the lowest tier that is used; `null` where it is the only one. */
  readonly after: string | null;
  /** Objective value relative to the shown plan's; above 1 is worse. */
  readonly relative: number | null;
}

/** A node that a pin keeps on a tier. */
export interface PinReport {
  readonly nodeId: string;
  readonly label: string;
  readonly tier: string;
}

export interface StrategyReport extends Figures, WithUnstated {
  readonly strategy: string;
  readonly evaluatedPlans: number;
  /** Objective value relative to the plan's; above 1 is worse than the plan. None without a plan, or where the plan's is 0. */
  readonly relative: number | null;
  /** Absent where there is no plan. */
  readonly parts?: PlanParts;
  /** Why it could not be computed here, where it could not. */
  readonly unavailable?: string;
}

export interface ParetoReport extends Figures, WithUnstated {
  /** The nodes of each tier: ids, or first..last of consecutive file indices. */
  readonly nodes?: readonly (readonly string[])[];
  readonly nodesPerTier: readonly number[];
}

export interface AuditReport {
  readonly metric: Metric;
  readonly holds: boolean;
  readonly exceptionCount: number;
  readonly exceptions: readonly { readonly node: string; readonly lowerTier: string; readonly upperTier: string }[];
  readonly consequence: string;
  /** What the consequence was made from, for translation. */
  readonly consequenceSaid?: Message;
}

/** What the times of a tier rest on. */
export interface EstimateReport extends TierEstimate {
  readonly tier: string;
}

export interface PlanReport extends Figures, WithUnstated {
  readonly objective: string;
  /** Where every figure is of all calls of a session: how it goes. */
  readonly session?: SessionReport;
  /** Whether any output is returned to the first tier. */
  readonly answer?: AnswerPlace;
  readonly strategy: string;
  readonly tiers: readonly TierReport[];
  readonly links: readonly LinkReport[];
  readonly objectiveValue: number;
  readonly evaluatedPlans: number;
  readonly exact: {
    readonly latencyMs: number | null;
    readonly objectiveValue: number | null;
    readonly gapPercent: number | null;
    /** True where the value is the optimum's; otherwise no plan is below it, where there is one. */
    readonly proven: boolean;
    readonly unavailable?: string;
  };
  readonly baselines: readonly StrategyReport[];
  /** With `--compare`, and in the workbench: the other strategies. */
  readonly strategies: readonly StrategyReport[];
  /** Over the bandwidth of the first link, from slow to fast. */
  readonly regimes: readonly RegimeReport[];
  /** The same for every link. */
  readonly linkRegimes: readonly (readonly RegimeReport[])[];
  /** What the regimes leave out, where they leave something out. */
  readonly regimesNote?: string;
  /** With `--follow`: measured bandwidths of one link in turn, and the regime that a running system uses at each. */
  readonly followed?: readonly FollowedReport[];
  /** With `--trace`: ways to choose the cut of each request over it. */
  readonly trace?: TraceReport;
  /** With `--regions`: the best plans over the bandwidths of two links. */
  readonly regionMap?: RegionMapReport;
  /** With `--pareto`, and in the workbench: the plans that no other one beats in every metric at once. */
  readonly pareto?: readonly ParetoReport[];
  /** True where there are more such plans than are listed. */
  readonly paretoBounded?: boolean;
  /** True where `pareto` holds every plan that no other one beats, up to plans with the same figures. */
  readonly paretoComplete?: boolean;
  /** Where it does not: the levels of throughput that the best plans were found for, besides those of minimum cuts. */
  readonly paretoLevels?: number;
  /** The same per metric. */
  readonly paretoLevelsOf?: Readonly<Record<Metric, number>>;
  /** With `--top` and the strategy `exhaustive`: the best plans over all positions of the order, best first. */
  readonly ranked?: readonly ParetoReport[];
  /** How many cuts were looked at for the efficient plans. */
  readonly paretoCuts?: number;
  readonly audit: AuditReport;
  /** What the times of each tier rest on, where that is known, and the same in one line. */
  readonly estimates?: readonly EstimateReport[];
  readonly estimatesText?: string;
  /** Nine of ten latencies of the plan lie in here, as far as the errors of its tiers' estimates are known. */
  readonly latencyRangeMs?: readonly [from: number, to: number];
  /** As in the analysis; absent when every cut was looked at. */
  readonly boundedBlocks?: number;
  /** Of the tiers that have a profile, where any has one. */
  readonly profiles?: readonly ProfileReport[];
  /** As in the analysis. */
  readonly assumedDimensions?: Readonly<Record<string, number>>;
  readonly assumedText?: string;
  /**
   * The plan to follow where the best one, which everything else here is about, is not worth its parts: within
   * `minimumGainPercent` of it with fewer tiers or bytes. Absent where that is the best one, and where a strategy is named.
   */
  readonly advised?: AdvisedReport;
  /** Per tier, then per link; absent where too many plans would have to be looked at. */
  readonly margins?: readonly MarginReport[];
  /** True where these are of all plans of the graph; otherwise of those that were searched. */
  readonly marginsExact?: boolean;
  /** How much better another plan may be within them, in percent. */
  readonly marginsWithinPercent?: number;
  /** Whether the plan that is recommended holds within the errors that are stated; absent where none is. */
  readonly trust?: TrustReport;
  /** The answer in one sentence: where the model is split, what that gives, and against what it is better. */
  readonly verdict: string;
  /** What the verdict was made from, for translation. */
  readonly verdictSaid?: Message;
  /** The best plan that cuts once and elsewhere, where there is one. */
  readonly runnerUp?: AlternativeReport;
  /** In the workbench, while cuts, pins, a placement or a strategy are tried: the plan without them. */
  readonly withoutTried?: AlternativeReport;
  /** Nodes that pins keep on their tier, where there are any. */
  readonly pins?: readonly PinReport[];
  /** What to do, "do not split" included: the headline first, then reasons. */
  readonly advice: string;
  /** What the advice was made from, for translation. */
  readonly adviceSaid?: Message;
  /** Per candidate, in order: what cutting there (only there) would give with the best pair of neighboring tiers. */
  readonly candidates: readonly CandidateOutcome[];
}

/** A plan that is recommended instead of the best one. */
export interface AdvisedReport extends Figures, WithUnstated {
  /** `single:<tier>` where everything runs on one tier. */
  readonly strategy: string;
  readonly objectiveValue: number;
  readonly nodesPerTier: readonly number[];
  /** The nodes of each tier: ids, or first..last of consecutive file indices. */
  readonly nodes: readonly (readonly string[])[];
  /** First node label of each tier that runs something, for reading. */
  readonly summary: string;
  readonly reason: 'fewerTiers' | 'fewerBytes' | 'noWork';
  /** How much better the best plan is, in percent. */
  readonly optimumGainPercent: number;
  readonly minimumGainPercent: number;
}

/** The best plan that crosses between tiers at this candidate alone. */
export interface CandidateOutcome extends Partial<Figures<number | null>>, WithUnstated {
  readonly position: number;
  readonly latencyMs: number | null;
  readonly costPerRequest: number | null;
  readonly throughputPerSecond: number | null;
  /** Smaller is better, throughput as seconds per request of the slowest stage. */
  readonly objectiveValue?: number | null;
  /** Lower tier of the crossing; `null`, like the figures, where no plan may cut here or nothing is left above. */
  readonly link: number | null;
  /** True when the chosen plan cuts here. */
  readonly chosen: boolean;
}
