import type { DType } from '../vocabulary/dtype';
import type { ReportDim, TensorReport } from './tensorReports';

/** What one call leaves for the next: an output that is an input of the next call. */
export interface StateReport {
  readonly input: string;
  readonly output: string;
  readonly dtype: DType;
  /** Of the output. */
  readonly shape: readonly ReportDim[] | null;
  readonly bytes: number | null;
  /** The axis along which it grows with every call; absent where it keeps its size. */
  readonly growsAlong?: number;
  /** Nodes that make the output and that read the input first. */
  readonly madeBy: string;
  readonly readBy?: string;
}

/** How the calls of a session go under a plan. */
export interface SessionReport {
  readonly prefillTokens: number;
  readonly generatedTokens: number;
  /** From the request until the first token is there. */
  readonly firstTokenMs: number;
  /** Of the call in the middle of the generation. */
  readonly perTokenMs: number;
  /** Of many sessions at a time; `null` where no stage takes any time. */
  readonly tokensPerSecond: number | null;
}

/** State that is made on one side of a link and read on the other one. */
export interface LinkStateReport {
  readonly up: readonly TensorReport[];
  readonly upBytes: number;
  readonly down: readonly TensorReport[];
  readonly downBytes: number;
}
