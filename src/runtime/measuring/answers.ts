import * as z from 'zod';
import { optimizationLevels } from '../../shared/documents/profile';
import { inputRangesSchema } from '../../shared/inputRanges';

const short = z.string().max(200);
const time = z.number().nonnegative().max(1e12);

/** What the program that measures on another machine is told, as one line of JSON. */
export const measuringOrderSchema = z.strictObject({
  /** In the folder that it runs in. */
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

/** A line of its answer: how far it is, what it measured, or one sentence on why it did not. */
export const measuringLineSchema = z.union([
  z.strictObject({ done: z.int().nonnegative(), of: z.int().positive() }),
  z.strictObject({ measured: measuredAnswerSchema }),
  z.strictObject({ failed: z.string().max(2000) }),
]);
export type MeasuringLine = z.infer<typeof measuringLineSchema>;
