import type { MeasuringOrder } from '../../runtime/measuring/answers';
import type { InputRanges } from '../../shared/vocabulary/inputRanges';

/** How a model is to be run while it is measured. */
export type MeasuringRuns = Pick<MeasuringOrder, 'runs' | 'warmup' | 'threads' | 'optimization'>;

/** What must be known of a model to run it somewhere, as data. */
export interface MeasurableModel {
  readonly path: string;
  /** Names of the files with its weights, relative to it. */
  readonly weights: readonly string[];
  readonly inputs: readonly { readonly name: string; readonly dtype: string; readonly shape: readonly number[] }[];
  readonly ranges: InputRanges;
}

/** What the program that measures is told. */
export function measuringOrder(
  { path, inputs, ranges }: MeasurableModel,
  { runs, warmup, threads, optimization }: MeasuringRuns,
  runtimeFolder: string | undefined,
): MeasuringOrder {
  return {
    modelFile: path,
    inputs: inputs.map(({ name, dtype, shape }) => ({ name, dtype, shape: [...shape] })),
    ranges: { ...ranges },
    ...{ runs: runs + warmup, warmup, threads, optimization },
    ...(runtimeFolder !== undefined && { runtimeFolder }),
  };
}
