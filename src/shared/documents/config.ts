import * as z from 'zod';
import { namesOf, recordOf } from '../recordOf';
import { answerPlaces } from '../reports/answers';
import {
  additiveMetrics,
  limitedMetrics,
  linkRates,
  metricLimitedBy,
  metrics,
  metricTable,
  tierRates,
} from '../vocabulary/metrics';
import { listed } from '../vocabulary/quantities';
import { rateClasses, rateClassTable } from '../vocabulary/rateClasses';
import { mostTokens, sessionLimits } from '../vocabulary/session';
import { namedStrategies } from '../vocabulary/strategies';
import { copies, count, nonNegative, positive } from './numbers';

/** Compute by kind of work. */
const ratesSchema = z
  .strictObject(recordOf(rateClasses, (name) => positive.optional().describe(rateClassTable[name])))
  .describe('Sustained compute in GFLOP/s (1 MAC = 2 FLOP) by kind of work; `gflops` counts for the others.');

/** `dnnsplit.json` as a person writes it. The JSON schema for editors is made from this (`build/schemas`). */
export const tierSchema = z
  .strictObject({
    id: z.string().min(1).describe('Name of the tier, unique in this file.'),
    preset: z.string().optional().describe('Device whose published figures are used for missing properties.'),
    gflops: positive
      .optional()
      .describe(
        'Sustained compute in GFLOP/s (1 MAC = 2 FLOP); not part of the estimate if neither this nor the preset states it.',
      ),
    memoryGBps: positive.optional().describe('Memory bandwidth in GB/s.'),
    weightGBps: positive
      .optional()
      .describe('Bandwidth in GB/s at which weights are read, where the tier has `rates` (default: `memoryGBps`).'),
    overheadUs: nonNegative.optional().describe('Fixed launch time per node in microseconds (default: 0).'),
    rates: ratesSchema.optional(),
    kernelOverheadUs: nonNegative
      .optional()
      .describe('Fixed time per kernel in microseconds, instead of `overheadUs`; nodes that are fused count once.'),
    fusion: z
      .boolean()
      .optional()
      .describe('Prices nodes that runtimes run as one kernel as one (default: true where there are `rates`).'),
    withinFactor: z
      .number()
      .min(1)
      .max(1000)
      .optional()
      .describe('Nine of ten times lie within this factor of the estimates; `dnnsplit calibrate` writes it.'),
    operators: z
      .strictObject({
        unsupported: z.array(z.string().min(1)).describe('Such as `LSTM` or `com.microsoft:Attention`.'),
      })
      .optional()
      .describe('Operators that this tier cannot run; their nodes are placed on other tiers.'),
    memoryGB: positive
      .optional()
      .describe('Memory for weights and activations in GB; a limit unless `constraints.respectMemory` is false.'),
    ...recordOf(namesOf(tierRates), (rate) => nonNegative.optional().describe(tierRates[rate].description)),
    speed: positive
      .optional()
      .describe('How many times as fast the tier is as its estimated or measured times say (default: 1).'),
    replicas: copies.optional().describe('Copies that serve in parallel; affects throughput only.'),
    host: z
      .string()
      .optional()
      .describe(
        'Machine of this tier as `ssh` knows it, `host` or `user@host`; `dnnsplit measure` measures models there once it is confirmed.',
      ),
    profile: z.string().optional().describe('Path of a *.profile.json with measured times, relative to this file.'),
  })
  .describe('A place where a part of the model can run.');

export const linkSchema = z
  .strictObject({
    preset: z.string().optional().describe('Link whose published figures are used for missing properties.'),
    bandwidthMbps: positive.optional().describe('Bandwidth in Mbit/s.'),
    latencyMs: nonNegative.optional().describe('One-way latency in milliseconds.'),
    hopMs: nonNegative
      .optional()
      .describe(
        'Fixed time that relays take for a request over this link, in milliseconds (default: 0); `dnnsplit run --report` measures it.',
      ),
    downBandwidthMbps: positive
      .optional()
      .describe('Bandwidth of the way back in Mbit/s (default: as upward, also where that is varied).'),
    downLatencyMs: nonNegative.optional().describe('Latency of the way back in milliseconds (default: as upward).'),
    ...recordOf(namesOf(linkRates), (rate) => nonNegative.optional().describe(linkRates[rate].description)),
    wire: z
      .strictObject({ dtype: z.enum(['original', 'float16', 'int8']) })
      .optional()
      .describe('Encoding on this link.'),
  })
  .describe('Joins a tier to the next one; tensors only flow upward, and answers come back down.');

export const objectiveSchema = z
  .union([z.enum(metrics), z.strictObject(recordOf(additiveMetrics, () => nonNegative.optional()))])
  .describe(
    `What to optimize: one metric, or weights for ${listed(additiveMetrics.map((metric) => metricTable[metric].unit))}.`,
  );

export const constraintsSchema = z
  .strictObject({
    ...recordOf(
      limitedMetrics.map((metric) => metricTable[metric].limit),
      (limit) => positive.optional().describe(metricTable[metricLimitedBy(limit)].limitDescription),
    ),
    ...recordOf(namesOf(sessionLimits), (limit) => positive.optional().describe(sessionLimits[limit])),
    respectMemory: z
      .boolean()
      .optional()
      .describe('Reject plans that exceed the memory of a tier, where that is known (default: true).'),
    keepInputOnFirstTier: z.boolean().optional().describe('The raw input never leaves the first tier.'),
    pin: z.record(z.string(), z.string()).optional().describe('Node name or id to tier id.'),
    excludeTiers: z.array(z.string()).optional().describe('Ids of tiers to exclude from the plan.'),
  })
  .describe('Constraints on the plan.');

const dimensionsSchema = z
  .record(z.string(), count)
  .describe('Sizes of symbolic dimensions, and expected sizes of those known only at run time.');
const inputsSchema = z
  .record(
    z.string(),
    z.strictObject({
      wireBytes: z.int().positive().optional().describe('Bytes of this input on the wire, for example of a JPEG.'),
    }),
  )
  .describe('Facts about inputs, by name.');
const wireSchema = z
  .strictObject({ dtype: z.enum(['original', 'float16', 'int8']) })
  .describe('Default encoding of tensors on the links.');

const answerSchema = z.enum(answerPlaces);
const outputsSchema = z
  .record(z.string(), z.strictObject({ answer: answerSchema.optional().describe('Where this output is wanted.') }))
  .describe('Facts about outputs, by name.');

/** One `*` at most, so that what it stands for is never in doubt. */
const statePattern = z.string().regex(/^[^*]+\*?[^*]*$|^\*[^*]*$/);
const stateSchema = z
  .union([
    z.literal('none'),
    z.array(
      z.strictObject({
        input: statePattern.describe('Input that reads what the last call left, such as `past_key_values.*`.'),
        output: statePattern.describe('Output that the next call reads; `*` stands for the same text as in `input`.'),
      }),
    ),
  ])
  .describe(
    'Outputs that are inputs of the next call: exactly these pairs, or `none` (default: those that names and shapes tell).',
  );

const sessionSchema = z
  .strictObject({
    prefillTokens: z.int().min(1).max(mostTokens.prefill).describe('Tokens that are given at the start.'),
    generatedTokens: z
      .int()
      .min(1)
      .max(mostTokens.generated)
      .describe('Tokens, or steps of a stream, that follow one by one.'),
  })
  .describe('Plans models with state for a whole session: every figure is of all its calls.');

const perModelSchema = z.strictObject({
  objective: objectiveSchema.optional(),
  constraints: constraintsSchema.optional(),
  dimensions: dimensionsSchema.optional(),
  inputs: inputsSchema.optional(),
  wire: wireSchema.optional(),
  answer: answerSchema
    .optional()
    .describe('`returned` to the caller on the first tier (default), or `stays` on the tier that makes it.'),
  outputs: outputsSchema.optional(),
  state: stateSchema.optional(),
  session: sessionSchema.optional(),
  minimumGainPercent: nonNegative
    .optional()
    .describe(
      'What a plan must gain over one with fewer tiers or bytes to be recommended, where no strategy is named (default: 5; 0 for the best plan).',
    ),
});

export const configSchema = z.strictObject({
  $schema: z.string().optional(),
  tiers: z.array(tierSchema).min(1).max(8).describe('Tiers from the device upward.'),
  links: z.array(linkSchema).optional().describe('Links between neighboring tiers: link i joins tier i to tier i+1.'),
  ...perModelSchema.shape,
  strategy: z
    .string()
    .meta({ examples: [...namedStrategies] })
    .optional()
    .describe(
      `Search strategy: ${namedStrategies.join(', ')}, or \`single:\` and a tier; ${namedStrategies[0]} unless stated.`,
    ),
  models: z
    .record(z.string(), perModelSchema)
    .optional()
    .describe('Overrides for single models, by file name or path.'),
});

export type ConfigDocument = z.infer<typeof configSchema>;
export type TierDocument = z.infer<typeof tierSchema>;
export type LinkDocument = z.infer<typeof linkSchema>;
