import * as z from 'zod';
import { namesOf, recordOf } from '../recordOf';
import { answerPlaces } from '../reports/answers';
import { estimateBases } from '../reports/estimates';
import {
  type FigureName,
  figures,
  linkRates,
  type Metric,
  metricEntry,
  type metricTable,
  type RateEntry,
  tierRates,
} from '../vocabulary/metrics';
import { rateClasses } from '../vocabulary/rateClasses';
import type { StateSetting } from '../vocabulary/statePairs';
import { unstatedFigures } from '../vocabulary/unstatedText';
import { copies, count, nonNegative, positive, real } from './numbers';
import { optimizationLevels } from './profile';

/**
 * `<model>.splitplan.json`: the exported plan, made to be committed, compared and deployed. The same model and
 * configuration give the same bytes. Extend it, never rename.
 */
type Later<Entry, Schema extends z.ZodType> = Entry extends { readonly isNewInPlans: true }
  ? z.ZodOptional<Schema>
  : Schema;
type FigureSchema<Entry> = Later<
  Entry,
  Entry extends { readonly isUnbounded: string } ? z.ZodNullable<z.ZodNumber> : z.ZodNumber
>;

/** The figures of a plan, one per metric. */
const planFigures = figures((metric) => {
  const { isUnbounded, isNewInPlans } = metricEntry(metric);
  const schema = isUnbounded === undefined ? nonNegative : nonNegative.nullable().describe(isUnbounded);
  return isNewInPlans ? schema.optional() : schema;
}) as { readonly [M in Metric as FigureName<M>]: FigureSchema<(typeof metricTable)[M]> };

/** What metrics count, as the plan was made with it. */
function ratesOf<Table extends Readonly<Record<string, RateEntry>>>(table: Table) {
  return recordOf(namesOf(table), (rate) => (table[rate]?.isNewInPlans ? nonNegative.optional() : nonNegative)) as {
    readonly [Rate in keyof Table]: Later<Table[Rate], z.ZodNumber>;
  };
}

/** Which of these nobody states. */
function unstatedOf<Table extends Readonly<Record<string, RateEntry>>>(table: Table) {
  const schema = z.array(z.enum(namesOf(table) as (keyof Table & string)[])).optional();
  return schema.describe('What neither the configuration nor a preset states; it counts as 0.');
}

const dim = z.union([count, z.string()]);
const tensor = z.strictObject({
  name: z.string(),
  dtype: z.string(),
  shape: z.array(dim).nullable(),
  bytes: nonNegative.nullable(),
});
export type PlanTensor = z.infer<typeof tensor>;

const estimateSchema = z
  .strictObject({
    basis: z.enum(estimateBases),
    withinFactor: z.number().min(1).optional().describe('Nine of ten times lie within this factor of the estimates.'),
    models: count.optional().describe('How many models were fitted.'),
    within13: count.optional().describe('How many of these are predicted within a factor of 1.3 when left out.'),
  })
  .describe('What the times of the tier rest on.');

const measuredSchema = z
  .strictObject({
    device: z.string(),
    runtime: z.string(),
    recorded: z.string(),
    model: z.string().optional().describe('Name of the model that was measured.'),
    threads: count.optional(),
    optimization: z.enum(optimizationLevels).optional(),
    runMs: nonNegative.optional().describe('Median time of a run of the whole model there.'),
  })
  .describe('How the measured times of the tier came about.');

const planTier = z.strictObject({
  id: z.string(),
  preset: z.string().optional().describe('Device whose published figures were used.'),
  gflops: positive.nullable(),
  memoryGBps: positive.nullable(),
  overheadUs: nonNegative,
  rates: z
    .strictObject(recordOf(rateClasses, () => positive.optional()))
    .optional()
    .describe('GFLOP/s by kind of work, where the estimate counts by it.'),
  weightGBps: positive.optional().describe('Bandwidth at which weights are read, where it is one of its own.'),
  kernelOverheadUs: nonNegative.optional(),
  fusion: z.boolean().optional().describe('Whether fused nodes count as one.'),
  estimate: estimateSchema.optional(),
  memoryGB: positive.nullable(),
  ...ratesOf(tierRates),
  unstated: unstatedOf(tierRates),
  speed: positive.optional().describe('How many times as fast the tier was taken to be; once where absent.'),
  replicas: copies,
  profile: z.string().nullable().describe('Where the measured times came from.'),
  nodes: z
    .array(z.string())
    .describe('Ids of the nodes on this tier: single ids, or first..last of consecutive file indices.'),
  inputs: z.array(tensor).describe('What the nodes here read from outside: model inputs and tensors of lower tiers.'),
  outputs: z.array(tensor).describe('What they make for others: tensors that higher tiers read, and model outputs.'),
  nodeCount: count,
  macs: nonNegative,
  computeMs: nonNegative,
  separatedKernelMs: nonNegative
    .optional()
    .describe('What parts of kernels that a cut separates take besides on this tier; they are part of `computeMs`.'),
  weightBytes: nonNegative,
  peakActivationBytes: nonNegative,
  costPerRequest: nonNegative,
  energyJ: nonNegative,
  measuredNodes: count,
  measured: measuredSchema.optional(),
});
export type PlanTier = z.infer<typeof planTier>;

const planLink = z.strictObject({
  from: z.string(),
  to: z.string(),
  bandwidthMbps: positive,
  latencyMs: nonNegative,
  hopMs: nonNegative.optional().describe('Fixed time of the relays; 0 where absent.'),
  downBandwidthMbps: positive.optional().describe('Of the way back; as upward where absent.'),
  downLatencyMs: nonNegative.optional(),
  ...ratesOf(linkRates),
  unstated: unstatedOf(linkRates),
  wireDtype: z.enum(['original', 'float16', 'int8']),
  tensors: z.array(tensor).describe('What crosses here, in the order of the hop contract.'),
  bytes: nonNegative,
  transferMs: nonNegative,
  answers: z.array(z.string()).optional().describe('Names of the outputs that come back over the link.'),
  answerBytes: nonNegative.optional(),
  answerMs: nonNegative.optional().describe('How long the answer takes over the link; whoever asks waits for it.'),
});
export type PlanLink = z.infer<typeof planLink>;

/** Figures of a plan; those that nobody states are 0. */
const prediction = {
  ...planFigures,
  unstated: z
    .array(z.enum(unstatedFigures))
    .optional()
    .describe('Figures that are 0 because nobody states what they count, such as a price: they are not known.'),
};

const outcome = z.strictObject({
  strategy: z.string(),
  ...prediction,
});

const pair = z.tuple([real, real]);

const nodesOfTiers = z
  .array(z.array(z.string()))
  .describe('The nodes of each tier: single ids, or first..last of consecutive file indices.');

const regime = z.strictObject({
  link: count.describe('Index of the link whose bandwidth this is about.'),
  fromMbps: nonNegative,
  toMbps: nonNegative.nullable(),
  latencyMs: nonNegative,
  fixedMs: nonNegative.optional().describe('At b Mbit/s the latency is fixedMs + 8 x bytes / (1000 b).'),
  bytes: nonNegative.optional().describe('What crosses the link.'),
  answerBytes: nonNegative
    .optional()
    .describe('What comes back at the same bandwidth, which counts with `bytes`; 0 where the link has one of its own.'),
  nodesPerTier: z.array(count),
  nodes: nodesOfTiers.optional(),
  keepsLimitsFromMbps: nonNegative.optional().describe('Below this bandwidth the plan breaks a limit.'),
  infeasible: z
    .strictObject({
      reason: z.string(),
      relax: z.array(z.strictObject({ constraint: z.string(), tier: z.string().optional(), to: nonNegative })),
    })
    .optional()
    .describe('No plan keeps the limits here; the plan of this row is possible once they are relaxed as said.'),
});

const bandwidthFigure = z.strictObject({ constant: real, slopes: pair });

const mappedPlan = z.strictObject({
  nodesPerTier: z.array(count),
  nodes: nodesOfTiers,
  terms: z
    .array(bandwidthFigure)
    .min(1)
    .optional()
    .describe(
      'The objective value of the plan at any bandwidths a and b is the largest of these: constant + slopes[0] / a + slopes[1] / b.',
    ),
  limits: z
    .array(bandwidthFigure)
    .optional()
    .describe(
      'By how much each limit is exceeded, as a part of it, counted like `terms`; no more than 0 where it is kept.',
    ),
});

const regionMap = z
  .strictObject({
    links: z.tuple([count, count]).describe('Indices of the two links whose bandwidths this is about.'),
    fromMbps: nonNegative,
    toMbps: nonNegative,
    plans: z
      .array(mappedPlan)
      .optional()
      .describe('Those of the regions first, then plans that are best where a link is slower than the range.'),
    regions: z.array(
      z.strictObject({
        plan: count.optional().describe('Index in `plans`; a plan may have several regions.'),
        nodesPerTier: z.array(count),
        constant: real,
        slopes: pair,
        cornersMbps: z
          .array(pair)
          .describe('Corners of the region in Mbit/s of both links; edges are straight over the reciprocals.'),
      }),
    ),
    infeasible: z.array(z.array(pair)).optional().describe('Corners of where no plan keeps the limits.'),
    infeasibleReason: z.string().optional().describe('What to relax for a plan to be possible everywhere there.'),
  })
  .describe(
    'The best plan for every pair of bandwidths of two links, the other figures fixed. To look bandwidths a and b up, take the region that holds the point (1/a, 1/b); its objective value there is constant + slopes[0] / a + slopes[1] / b. Without limits, and for objectives that add up, that is the region with the least such value.',
  );

export const planDocumentSchema = z.strictObject({
  $schema: z.string().optional(),
  format: z.literal('dnnsplit.splitplan'),
  formatVersion: z.literal(1),
  tool: z.strictObject({ name: z.literal('dnnsplit'), version: z.string() }),
  model: z.strictObject({
    file: z.string().describe('Path of the model, relative to this document.'),
    name: z.string(),
    fileBytes: count,
    structureHash: z.string().describe('Hash of nodes, attributes and shapes, without weights.'),
    nodes: count,
    macs: nonNegative.nullable().describe('Of the nodes that can be counted; null where none with MACs can.'),
    weightBytes: nonNegative,
    inputs: z.array(tensor),
    outputs: z.array(tensor),
  }),
  dimensions: z.record(z.string(), count),
  assumedDimensions: z
    .record(z.string(), count)
    .optional()
    .describe('Sizes that every figure is for, of dimensions that `dimensions` leaves open.'),
  answer: z.enum(answerPlaces).optional().describe('Whether outputs are returned to the first tier.'),
  outputs: z
    .record(z.string(), z.strictObject({ answer: z.enum(answerPlaces) }))
    .optional()
    .describe('Outputs that are wanted elsewhere than the others.'),
  state: z
    .array(z.strictObject({ input: z.string(), output: z.string() }))
    .optional()
    .describe('Outputs that are inputs of the next call; they stay on the tiers that use them.'),
  session: z
    .strictObject({
      prefillTokens: count,
      generatedTokens: count,
      firstTokenMs: nonNegative,
      perTokenMs: nonNegative,
      tokensPerSecond: nonNegative.nullable(),
    })
    .optional()
    .describe('Where every figure is of all calls of a session: its tokens, and how it goes.'),
  objective: z.string(),
  strategy: z.string(),
  tiers: z.array(planTier).min(1).max(8),
  links: z.array(planLink),
  prediction: z.strictObject(prediction),
  certificate: z.strictObject({
    exactObjectiveValue: real.nullable(),
    objectiveValue: real,
    gapPercent: real.nullable(),
    unavailable: z.string().optional(),
  }),
  audit: z.strictObject({ metric: z.string(), holds: z.boolean(), exceptionCount: count, consequence: z.string() }),
  baselines: z.array(outcome),
  strategies: z.array(outcome),
  regimes: z
    .array(regime)
    .describe(
      'The policy table of each link, from slow to fast: a system looks its measured bandwidth up among the borders, and keeps its regime until the bandwidth lies a tenth beyond that border, so that a wavering link does not move the cut back and forth. It leaves at once where the plan would break a limit, or where one that keeps them is possible again.',
    ),
  regimesNote: z.string().optional().describe('What the regimes leave out.'),
  regionMap: regionMap.optional(),
  advice: z.string(),
});
export type PlanDocument = z.infer<typeof planDocumentSchema>;

/** Every size of a dimension that a plan is for: those that were given, and those that were assumed. */
export function sizesOfPlan({
  dimensions,
  assumedDimensions,
}: Pick<PlanDocument, 'dimensions' | 'assumedDimensions'>): Readonly<Record<string, number>> {
  return { ...assumedDimensions, ...dimensions };
}

/** How the model of a plan is to be read, so that it is the one that was planned. */
export function readingOfPlan(plan: Pick<PlanDocument, 'dimensions' | 'assumedDimensions' | 'state'>): {
  readonly bindings: Readonly<Record<string, number>>;
  readonly state: StateSetting;
} {
  return { bindings: sizesOfPlan(plan), state: plan.state ?? 'none' };
}
