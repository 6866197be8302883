import * as z from 'zod';
import { optimizationLevels } from '../../shared/documents/profile';
import { inputRangesSchema } from '../../shared/vocabulary/inputRanges';

const short = z.string().max(200);
const time = z.number().nonnegative().max(1e12);

/** What the program that measures is told, as one line of JSON. */
export const measuringOrderSchema = z.strictObject({
  /** Absolute, or in the folder that it runs in. */
  modelFile: z.string(),
  inputs: z.array(z.strictObject({ name: z.string(), dtype: z.string(), shape: z.array(z.int().nonnegative()) })),
  ranges: inputRangesSchema,
  /** All runs, those to warm up included. */
  runs: z.int().positive(),
  warmup: z.int().nonnegative(),
  threads: z.int().positive(),
  optimization: z.enum(optimizationLevels),
  runtimeFolder: z.string().optional(),
});
export type MeasuringOrder = z.infer<typeof measuringOrderSchema>;

/** What it answers: numbers and names alone, each within bounds, whoever answers. */
export const measuredAnswerSchema = z.strictObject({
  machine: short,
  version: short,
  runs: z.int().positive().max(1e6),
  runMicroseconds: time.positive(),
  kernels: z
    .array(
      z.strictObject({
        name: z.string().max(2000),
        op: short,
        index: z.int().nonnegative().optional(),
        provider: short,
        microseconds: time,
        spreadMicroseconds: time,
      }),
    )
    .max(500_000),
});
export type MeasuredAnswer = z.infer<typeof measuredAnswerSchema>;

/** A line that another machine answers, as those of every task: how far it is, what it measured, or why it did not. */
export const measuringLineSchema = z.union([
  z.strictObject({ progress: z.number().min(0).max(1) }),
  z.strictObject({ report: measuredAnswerSchema }),
  z.strictObject({ error: z.object({ message: z.string() }) }),
]);
