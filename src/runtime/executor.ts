import { Ending } from './ending';
import type { Tensor } from './tensor';

/** The session that a request is a step of, where the model keeps state between requests. */
export interface Sequence {
  /** Sessions of different callers never meet, even under one id. */
  readonly caller: string;
  readonly id: string;
  readonly isStart: boolean;
  readonly isEnd: boolean;
  /** Steps that the tier below has made before this one; clients do not say. */
  readonly step?: number | undefined;
  /** Sessions that the tier below has given up. */
  readonly ended?: readonly string[] | undefined;
}

/** What travels with a request's tensors through every tier and engine that works on it. */
export interface Call {
  /** Ends when the request's time is up or its sender is gone; its reason is a `Refusal`. */
  readonly ending: Ending;
  /** When its time is up, on the clock of `performance.now()`, in milliseconds. */
  readonly deadlineMs: number;
  /** `id` of the protocol's message, where its sender gave one. */
  readonly id?: string | undefined;
  /** Headers that every server on the way gets: trace context and the request's name in logs. */
  readonly headers: Readonly<Record<string, string>>;
  /** Whether its sender asks for times per tier. */
  readonly wantsTiming: boolean;
  readonly sequence?: Sequence | undefined;
  /** Set where the tiers above are waited for, however slow the link to them has become. */
  readonly waits?: boolean;
  /** What is written down of the request on this tier; none where nobody collects it. */
  readonly span?: Span | undefined;
}

/** A part of a request's work that is written down with its times, for OpenTelemetry. */
export interface Span {
  /** `traceparent` header of what is asked of other servers within it. */
  readonly traceParent: string;
  /** Begins a part of this part. */
  begin(name: string, kind?: 'internal' | 'client'): Span;
  /** @param failure why it failed, in a sentence */
  end(attributes?: Readonly<Record<string, string | number>>, failure?: string): void;
}

/** A call that nobody waits for: it may take as long as it needs. */
export const unhurriedCall: Call = {
  ending: new Ending(),
  deadlineMs: Number.POSITIVE_INFINITY,
  headers: {},
  wantsTiming: false,
};

/** Runs one tier's sub-model. */
export interface Executor {
  /** Nobody reads the inputs any more once `run` has answered: they go to no other server, which may still be sent them then. */
  readonly letsInputsGo?: true;
  /** True once it can run. */
  isReady(): Promise<boolean>;
  /**
   * Runs the sub-model once.
   * @returns its outputs, by name
   * @throws Refusal where the inputs do not fit (400), or the engine fails (500, 502)
   */
  run(inputs: readonly Tensor[], call: Call): Promise<readonly Tensor[]>;
  /**
   * Whether the engine itself keeps an input from one step of a session to the next; only engines that can say so.
   * @throws Refusal where the engine cannot be asked
   */
  keeps?(input: string): Promise<boolean>;
  close(): Promise<void>;
}
