import * as z from 'zod';

/**
 * `<model>.splitplan.json`: the exported plan, made to be committed, compared and deployed. The same model and
 * configuration give the same bytes. Extend it, never rename.
 */
const dim = z.union([z.int().nonnegative(), z.string()]);
const tensor = z.strictObject({
  name: z.string(),
  dtype: z.string(),
  shape: z.array(dim).nullable(),
  bytes: z.number().nonnegative().nullable(),
});
export type PlanTensor = z.infer<typeof tensor>;

const planTier = z.strictObject({
  id: z.string(),
  preset: z.string().optional().describe('Device whose published figures were used.'),
  gflops: z.number().nullable(),
  memoryGBps: z.number().nullable(),
  overheadUs: z.number(),
  memoryGB: z.number().nullable(),
  pricePerHour: z.number(),
  watts: z.number(),
  electricityPerKWh: z.number(),
  replicas: z.int(),
  profile: z.string().nullable().describe('Where the measured times came from.'),
  nodes: z
    .array(z.string())
    .describe('Ids of the nodes on this tier: single ids, or first..last of consecutive file indices.'),
  inputs: z.array(tensor).describe('What the nodes here read from outside: model inputs and tensors of lower tiers.'),
  outputs: z.array(tensor).describe('What they make for others: tensors that higher tiers read, and model outputs.'),
  nodeCount: z.int(),
  macs: z.number(),
  computeMs: z.number(),
  weightBytes: z.number(),
  peakActivationBytes: z.number(),
  costPerRequest: z.number(),
  energyJ: z.number(),
  measuredNodes: z.int(),
});
export type PlanTier = z.infer<typeof planTier>;

const planLink = z.strictObject({
  from: z.string(),
  to: z.string(),
  bandwidthMbps: z.number(),
  latencyMs: z.number(),
  pricePerGB: z.number(),
  joulesPerMB: z.number(),
  wireDtype: z.enum(['original', 'float16', 'int8']),
  tensors: z.array(tensor).describe('What crosses here, in the order of the hop contract.'),
  bytes: z.number(),
  transferMs: z.number(),
});
export type PlanLink = z.infer<typeof planLink>;

const throughput = z.number().nullable().describe('Requests per second; null where no stage takes any time.');

const outcome = z.strictObject({
  strategy: z.string(),
  latencyMs: z.number(),
  costPerRequest: z.number(),
  throughputPerSecond: throughput,
  energyJ: z.number(),
});

const pair = z.tuple([z.number(), z.number()]);

const nodesOfTiers = z
  .array(z.array(z.string()))
  .describe('The nodes of each tier: single ids, or first..last of consecutive file indices.');

const regime = z.strictObject({
  link: z.int().describe('Index of the link whose bandwidth this is about.'),
  fromMbps: z.number(),
  toMbps: z.number().nullable(),
  latencyMs: z.number(),
  fixedMs: z.number().optional().describe('At b Mbit/s the latency is fixedMs + 8 x bytes / (1000 b).'),
  bytes: z.number().optional().describe('What crosses the link.'),
  nodesPerTier: z.array(z.int()),
  nodes: nodesOfTiers.optional(),
  keepsLimitsFromMbps: z.number().optional().describe('Below this bandwidth the plan breaks a limit.'),
  infeasible: z
    .strictObject({
      reason: z.string(),
      relax: z.array(z.strictObject({ constraint: z.string(), tier: z.string().optional(), to: z.number() })),
    })
    .optional()
    .describe('No plan keeps the limits here; the plan of this row is possible once they are relaxed as said.'),
});

const regionMap = z
  .strictObject({
    links: z.tuple([z.int(), z.int()]).describe('Indices of the two links whose bandwidths this is about.'),
    fromMbps: z.number(),
    toMbps: z.number(),
    plans: z.array(z.strictObject({ nodesPerTier: z.array(z.int()), nodes: nodesOfTiers })).optional(),
    regions: z.array(
      z.strictObject({
        plan: z.int().optional().describe('Index in `plans`; a plan may have several regions.'),
        nodesPerTier: z.array(z.int()),
        constant: z.number(),
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
    fileBytes: z.int(),
    structureHash: z.string().describe('Hash of nodes, attributes and shapes; weights do not enter.'),
    nodes: z.int(),
    macs: z.number(),
    weightBytes: z.number(),
    inputs: z.array(tensor),
    outputs: z.array(tensor),
  }),
  dimensions: z.record(z.string(), z.int()),
  assumedDimensions: z
    .record(z.string(), z.int())
    .optional()
    .describe('Sizes that every figure is for, of dimensions that `dimensions` leaves open.'),
  objective: z.string(),
  strategy: z.string(),
  tiers: z.array(planTier).min(1).max(8),
  links: z.array(planLink),
  prediction: z.strictObject({
    latencyMs: z.number(),
    costPerRequest: z.number(),
    throughputPerSecond: throughput,
    energyJ: z.number(),
  }),
  certificate: z.strictObject({
    exactObjectiveValue: z.number().nullable(),
    objectiveValue: z.number(),
    gapPercent: z.number().nullable(),
    unavailable: z.string().optional(),
  }),
  audit: z.strictObject({ metric: z.string(), holds: z.boolean(), exceptionCount: z.int(), consequence: z.string() }),
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
