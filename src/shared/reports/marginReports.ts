import type { Message } from '../messages/message';

/** Whether a plan is still the one to take where the times of all tiers are as far off as is stated of them. */
export interface TrustReport {
  /** True where no other plan is better by more than `marginsWithinPercent` anywhere within these errors. */
  readonly holds: boolean;
  /** Nine of ten times of a tier lie within this factor of the estimates; 1 for measured ones. */
  readonly withinFactors: readonly { readonly tier: string; readonly withinFactor: number }[];
  /** Tiers of which nobody states how far their times may be off, so that nothing is said of them. */
  readonly unknown?: readonly string[];
  /** Where the plan does worst, as factors of the estimated times, and the better plan there. */
  readonly worst?: {
    readonly times: readonly { readonly tier: string; readonly factor: number }[];
    /** How much better it is, in percent; `null` where the recommended plan breaks a limit there. */
    readonly gainPercent: number | null;
    readonly summary: string;
    readonly nodesPerTier: readonly number[];
  };
  /** Tiers whose measurement would settle it. */
  readonly measure?: readonly string[];
  readonly text: string;
  /** What the text was made from, for translation. */
  readonly textSaid?: Message;
}

/**
 * How far one figure may be off, the others as they are: the plan that is recommended stays within `minimumGainPercent` of
 * the best one, and keeps the limits, between these two.
 */
export interface MarginReport {
  /** Its times, as factors of the estimated ones; instead of `link`. */
  readonly tier?: string;
  /** Index of the link whose bandwidth it is, in Mbit/s; instead of `tier`. */
  readonly link?: number;
  readonly from: number;
  /** `null` for without end. */
  readonly to: number | null;
}
