/** Why a running chain takes another cut, as its first relay says it. */
export const switchReasons = ['bandwidth', 'lost', 'found', 'held'] as const;
export type SwitchReason = (typeof switchReasons)[number];

/** A link of a running chain. */
export interface LiveLink {
  /** Position of the tier below it. */
  readonly link: number;
  readonly mbps: number;
  /** Whether the cut follows its bandwidth. */
  readonly decides: boolean;
}

/** The cut that requests take. */
export interface LiveCut {
  /** As the relays name it; its number may change with other links than the first one. */
  readonly id: string;
  /** From 1 on, from the slowest link to the fastest. */
  readonly number: number;
  readonly count: number;
  readonly fromMbps: number;
  /** `null` for "and above". */
  readonly toMbps: number | null;
}

/** What the first tier of a running chain does, of one look at it. */
export interface LiveMoment {
  /** In milliseconds since 1970. */
  readonly atMs: number;
  /** As far as requests have shown them. */
  readonly links: readonly LiveLink[];
  readonly roundTripMs: number | null;
  /** `null` where the chain has one cut alone. */
  readonly cut: LiveCut | null;
  /** Since the relay has started. */
  readonly requests: number;
  readonly failed: number;
  /** Since the look before; `null` where nothing was answered. */
  readonly latencyMs: number | null;
  readonly perSecond: number;
}

export interface LiveSwitch {
  readonly atMs: number;
  readonly reason: SwitchReason;
  readonly cut: LiveCut;
  /** Of the first link; `null` where it is not known. */
  readonly mbps: number | null;
}

/** A running chain that a graph follows. */
export interface LiveView {
  /** Of the first tier. */
  readonly address: string;
  /** Why it cannot be looked at now, in a sentence; the last look before that stays. */
  readonly trouble: string | null;
  /** The newest last. */
  readonly history: readonly LiveMoment[];
  /** The newest first. */
  readonly switches: readonly LiveSwitch[];
}
