import type { Tensor } from './tensor';

/** Runs one tier's sub-model. */
export interface Executor {
  /** True once it can run. */
  isReady(): Promise<boolean>;
  /**
   * Runs the sub-model once.
   * @returns its outputs, by name
   * @throws Refusal where the inputs do not fit (400), or the engine fails (500, 502)
   */
  run(inputs: readonly Tensor[], signal: AbortSignal): Promise<readonly Tensor[]>;
  close(): Promise<void>;
}
