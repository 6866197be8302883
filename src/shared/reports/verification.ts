import * as z from 'zod';
import { inputRangesSchema } from '../vocabulary/inputRanges';

/** A deployment that runs, and what it takes to be answered by it. */
const runningDeployment = z.strictObject({
  /** Base address of its first tier. */
  url: z.string(),
  token: z.string().optional(),
  /** Certificates to trust instead of those of the system, PEM. */
  certificateAuthority: z.string().optional(),
});
export type RunningDeployment = z.infer<typeof runningDeployment>;

/** What the program that runs a whole model and its chain is told. */
export const verificationTaskSchema = z.strictObject({
  modelPath: z.string(),
  /** From the device upwards; sub-models lie beside their contracts. */
  contractPaths: z.array(z.string()).min(1),
  /** Numbers for symbolic dimensions of the inputs. */
  dimensions: z.record(z.string(), z.int()),
  ranges: inputRangesSchema.optional(),
  runs: z.int().positive(),
  seed: z.int(),
  /** Folder whose `node_modules` holds ONNX Runtime, where a person named one. */
  runtimeFolder: z.string().optional(),
  /** How far an element may be off: so much, and as much of its own magnitude. */
  tolerance: z.number().nonnegative().optional(),
  /** Run the chain as it is served: optimized, on all processors. */
  serving: z.boolean().optional(),
  /** Asked instead of running the sub-models here. */
  deployment: runningDeployment.optional(),
});
export type VerificationTask = z.infer<typeof verificationTaskSchema>;

const outputSchema = z.strictObject({
  name: z.string(),
  dtype: z.string(),
  elements: z.number(),
  identical: z.boolean(),
  differingElements: z.number(),
  /** Largest difference of one element; `null` where elements are not numbers. */
  largestAbsolute: z.number().nullable(),
  /** Largest difference of one element as a part of the whole model's value. */
  largestRelative: z.number().nullable(),
  /** Elements that are off by more than the tolerance. */
  beyondTolerance: z.number().optional(),
  /** Cosine of the angle between both outputs as vectors, the least of all runs; `null` where there is none. */
  cosine: z.number().nullable().optional(),
  /** Part of the rows along the last axis whose largest element is at the same place, 0..1. */
  topOneAgreement: z.number().nullable().optional(),
});
export type VerifiedOutput = z.infer<typeof outputSchema>;

/** How the answers of a chain of sub-models compare with those of the whole model, over all runs. */
export const verificationReportSchema = z.strictObject({
  model: z.string(),
  /** Of a running deployment: those that say that they took part. */
  tiers: z.array(z.string()),
  /** Cuts that were run, each by itself, where the sub-models hold several. */
  cuts: z.number().optional(),
  /** Encoding of float32 tensors on each hop; anything but `original` changes results by intent. */
  wire: z.array(z.string()),
  runs: z.number(),
  /** Where the model remembers: requests of all runs together, each of which is a session. */
  steps: z.number().optional(),
  seed: z.number(),
  runtime: z.string(),
  /** Optimization of ONNX Runtime that the chain ran with, where it ran here; the whole model runs without any. */
  optimization: z.enum(['disabled', 'all']).optional(),
  /** Where a running deployment was asked: its address, and whether it holds the export that the plan makes; `null` where it does not say. */
  deployment: z.strictObject({ url: z.string(), sameExport: z.boolean().nullable() }).optional(),
  identical: z.boolean(),
  tolerance: z.number().optional(),
  /** True where no element of any output is off by more than the tolerance. */
  withinTolerance: z.boolean().optional(),
  outputs: z.array(outputSchema),
});
export type VerificationReport = z.infer<typeof verificationReportSchema>;
