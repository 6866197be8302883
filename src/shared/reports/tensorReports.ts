import type { DType } from '../vocabulary/dtype';

/** A number, or a symbolic expression as text (`batch`, `2*seq`, `?`). */
export type ReportDim = number | string;

export interface TensorReport {
  readonly name: string;
  readonly dtype: DType;
  /** `null` where the rank is unknown. */
  readonly shape: readonly ReportDim[] | null;
  /** `null` where it is unknown. */
  readonly bytes: number | null;
}
