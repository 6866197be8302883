import type { optimizationLevels } from '../../shared/documents/profile';
import type { InputRanges } from '../../shared/vocabulary/inputRanges';
import type { ErrorData } from '../../shared/work/errors';
import type { InputSpec } from './modelInputs';

/** What the process that runs the model is told. */
export interface ProfilingOrder {
  readonly modelPath: string;
  readonly inputs: readonly InputSpec[];
  readonly ranges: InputRanges;
  /** All runs, those to warm up included. */
  readonly runs: number;
  readonly threads: number;
  readonly optimization: (typeof optimizationLevels)[number];
  /** Beginning of the trace's path; ONNX Runtime adds date and `.json`. */
  readonly tracePrefix: string;
  /** Folder whose `node_modules` holds ONNX Runtime, where a person named one. */
  readonly runtimeFolder?: string;
}

/** What that process answers. */
export type ProfilingAnswer =
  | { readonly kind: 'progress'; readonly done: number }
  | { readonly kind: 'done'; readonly version: string; readonly runMicroseconds: number }
  | { readonly kind: 'failed'; readonly error: ErrorData };
