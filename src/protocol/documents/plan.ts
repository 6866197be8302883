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

const outcome = z.strictObject({
  strategy: z.string(),
  latencyMs: z.number(),
  costPerRequest: z.number(),
  throughputPerSecond: z.number(),
  energyJ: z.number(),
});

const pair = z.tuple([z.number(), z.number()]);

const regionMap = z
  .strictObject({
    links: z.tuple([z.int(), z.int()]).describe('Indices of the two links whose bandwidths this is about.'),
    fromMbps: z.number(),
    toMbps: z.number(),
    regions: z.array(
      z.strictObject({
        nodesPerTier: z.array(z.int()),
        constant: z.number(),
        slopes: pair,
        cornersMbps: z
          .array(pair)
          .describe('Corners of the region in Mbit/s of both links; edges are straight over the reciprocals.'),
      }),
    ),
  })
  .describe(
    'The best plan for every pair of bandwidths of two links, the other figures fixed. To look bandwidths a and b up, take the region with the least constant + slopes[0] / a + slopes[1] / b, which is its objective value.',
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
  objective: z.string(),
  strategy: z.string(),
  tiers: z.array(planTier).min(1).max(8),
  links: z.array(planLink),
  prediction: z.strictObject({
    latencyMs: z.number(),
    costPerRequest: z.number(),
    throughputPerSecond: z.number(),
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
    .array(
      z.strictObject({
        link: z.int().describe('Index of the link whose bandwidth this is about.'),
        fromMbps: z.number(),
        toMbps: z.number().nullable(),
        latencyMs: z.number(),
        nodesPerTier: z.array(z.int()),
      }),
    )
    .describe(
      'The policy table of each link, from slow to fast: a system looks its measured bandwidth up among the borders, and keeps its regime until the bandwidth lies a tenth beyond that border, so that a wavering link does not move the cut back and forth.',
    ),
  regimesNote: z.string().optional().describe('What the regimes leave out: limits.'),
  regionMap: regionMap.optional(),
  advice: z.string(),
});
export type PlanDocument = z.infer<typeof planDocumentSchema>;
