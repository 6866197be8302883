import * as z from 'zod';
import { inputRangesSchema } from '../vocabulary/inputRanges';

const milliseconds = z.number().nonnegative();

/** What a plan says of a tier, and what the measured times that it rests on were measured with. */
const trialTier = z.strictObject({
  id: z.string(),
  predictedMs: milliseconds,
  /** Time of the whole model that was measured on this very machine together with the tier's times. */
  referenceMs: z.number().positive().optional(),
});

const trialLink = z.strictObject({
  from: z.string(),
  to: z.string(),
  bandwidthMbps: z.number().positive(),
  latencyMs: milliseconds,
  downBandwidthMbps: z.number().positive(),
  downLatencyMs: milliseconds,
  bytes: z.number().nonnegative(),
  /** Both ways, with the fixed time below. */
  predictedMs: milliseconds,
  /** Fixed time of a hop that the prediction counts. */
  countedHopMs: milliseconds,
});

/** What the program that runs a plan on this machine is told. */
export const trialTaskSchema = z.strictObject({
  modelPath: z.string(),
  /** From the device upwards; sub-models lie beside their contracts. */
  contractPaths: z.array(z.string()).min(1),
  /** Numbers for symbolic dimensions of the inputs. */
  dimensions: z.record(z.string(), z.int()),
  ranges: inputRangesSchema.optional(),
  tiers: z.array(trialTier),
  links: z.array(trialLink),
  predictedMs: milliseconds,
  predictedPerSecond: z.number().positive().nullable(),
  requests: z.int().positive(),
  /** Requests a second that are sent whether earlier ones are answered or not; none where absent. */
  ratePerSecond: z.number().positive().optional(),
  threads: z.int().positive(),
  /** Whether links are as slow as the plan's. */
  shaping: z.boolean(),
  seed: z.int(),
  /** Folder whose `node_modules` holds ONNX Runtime, where a person named one. */
  runtimeFolder: z.string().optional(),
});
export type TrialTask = z.infer<typeof trialTaskSchema>;

/** Predicted beside measured; times are medians over the requests. */
const compared = {
  predictedMs: milliseconds.describe('By the plan.'),
  expectedMs: milliseconds.describe('By the plan, at the speed that the machine had, with the measured time of a hop.'),
  measuredMs: milliseconds.describe('Median.'),
  p95Ms: milliseconds,
};
const percent = z.number().nullable().describe('Above 0 is slower than said; null where nothing was said.');

/** What a plan says of a run and what running it on this machine took. */
export const trialReportSchema = z.looseObject({
  model: z.string(),
  requests: z.int().describe('Answered ones, one after the other.'),
  threads: z.int(),
  optimization: z.literal('all'),
  shaped: z.boolean().describe('Whether links were as slow as in the plan.'),
  latency: z.looseObject({
    ...compared,
    errorPercent: percent.describe('Measured over predicted.'),
    expectedErrorPercent: percent.describe('Measured over expected.'),
  }),
  tiers: z.array(
    z.looseObject({
      tier: z.string(),
      ...compared,
      errorPercent: percent,
      drift: z
        .number()
        .nullable()
        .describe('Time of the whole model now over its time when the tier was measured; null where it was not, here.'),
    }),
  ),
  links: z.array(
    z.looseObject({
      from: z.string(),
      to: z.string(),
      bandwidthMbps: z.number(),
      latencyMs: z.number(),
      bytes: z.number(),
      ...compared,
      errorPercent: percent,
      hopMs: milliseconds.describe('What the hop took over a link without limits: encoding, HTTP, copies.'),
    }),
  ),
  callerMs: milliseconds.describe('Between whoever asks and the first tier; part of the latency, not of the plan.'),
  yardstick: z.looseObject({
    runs: z.int(),
    medianMs: milliseconds.describe('The whole model, run in between.'),
    spreadPercent: z.number().describe('Between its quartiles, of its median: how much the machine wavers.'),
  }),
  rate: z
    .looseObject({
      perSecond: z.number().describe('Requests sent per second.'),
      answeredPerSecond: z.number(),
      predictedPerSecond: z.number().nullable(),
      measuredMs: milliseconds,
      p95Ms: milliseconds,
      failed: z.int(),
    })
    .optional(),
  warnings: z.array(z.string()),
});
export type TrialReport = z.infer<typeof trialReportSchema>;
