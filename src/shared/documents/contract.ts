import * as z from 'zod';
import { count, nonNegative, positive } from './numbers';

/**
 * `contract.json` beside every exported sub-model: what one tier receives, runs, sends on and answers. A relay needs
 * nothing else, so each tier's folder can be copied to its machine alone. Tensors keep their names in the original model.
 * Version 1 holds one cut, version 2 every cut that a policy uses.
 */
const tensor = z.strictObject({
  name: z.string().min(1),
  dtype: z.string().min(1),
  type: z
    .string()
    .min(1)
    .optional()
    .describe('What it is where it is no plain tensor, for example `sequence(map(int64, float32))`.'),
  shape: z
    .array(z.union([count, z.string()]))
    .nullable()
    .describe('Numbers, or symbols for dimensions that a request decides.'),
  bytes: nonNegative.nullable(),
});
export type ContractTensor = z.infer<typeof tensor>;

const wireDtype = z.enum(['original', 'float16', 'int8']);
export type WireDtype = z.infer<typeof wireDtype>;

const artifact = z
  .string()
  .regex(/^sha256:[0-9a-f]{64}$/)
  .describe('Export that this part belongs to. Parts of different exports never answer together.');

const head = {
  $schema: z.string().optional(),
  format: z.literal('dnnsplit.contract'),
};
const place = {
  model: z.string().min(1).describe('Name under which the chain serves the whole model.'),
  tier: z.string().min(1),
  position: count.describe('Place of this tier in the chain, from 0.'),
  tierCount: z.int().positive(),
};
/** What crosses and is answered, of one cut. */
const traffic = {
  receives: z.array(tensor).describe("From the tier below, in this order; on the first tier the model's inputs."),
  receivesAs: wireDtype.describe('Encoding of float32 tensors that arrive.'),
  sends: z.array(tensor).describe('To the tier above, in this order; empty on the last tier that does anything.'),
  sendsAs: wireDtype.describe('Encoding of float32 tensors that are sent.'),
  answers: z.array(tensor).describe("The model's outputs that are made on this tier."),
  answersAbove: z.array(tensor).describe("The model's outputs that come back from the tiers above."),
};
const part = {
  file: z.string().min(1).describe('Sub-model, relative to this file.'),
  inputs: z.array(tensor),
  outputs: z.array(tensor),
};

const firstVersion = z.strictObject({
  ...head,
  formatVersion: z.literal(1),
  artifact: artifact.optional(),
  ...place,
  segment: z.strictObject(part).nullable().describe('What runs here; null where the tier only passes tensors on.'),
  ...traffic,
});

const id = z.string().min(1);
const block = z.strictObject({
  id,
  ...part,
  state: z
    .array(z.strictObject({ input: z.string().min(1), output: z.string().min(1) }))
    .optional()
    .describe('Inputs that are outputs of the call before; a relay that keeps no state refuses such a block.'),
});
export type ContractBlock = z.infer<typeof block>;

const cut = z.strictObject({
  id: id.describe('Follows from what lies on which tier and what crosses: the same in other exports of the model.'),
  blocks: z.array(id).describe('What runs here, in this order; empty where the tier only passes tensors on.'),
  lastTier: count.describe('Position of the last tier that takes part.'),
  ...traffic,
});
export type ContractCut = z.infer<typeof cut>;

const range = z.strictObject({
  fromMbps: nonNegative,
  toMbps: positive.nullable(),
  cut: id,
  keepsLimitsFromMbps: nonNegative.optional().describe('Below this bandwidth the cut breaks a limit.'),
  infeasible: z.literal(true).optional().describe('No cut keeps the limits here; this one only stands in.'),
});

const policy = z.strictObject({
  version: z.string().min(1).describe('Follows from everything else in the policy.'),
  links: z
    .array(
      z.strictObject({
        link: count.describe('Link whose bandwidth decides: from the tier at this position to the next one.'),
        startMbps: positive.describe('Bandwidth to begin with, before any was measured.'),
        borders: z.array(range).min(1).describe('From the slowest to the fastest.'),
      }),
    )
    .length(1),
  hysteresis: nonNegative.describe('Part of a border by which a bandwidth must lie beyond it before the cut moves.'),
  minimumDwellMs: nonNegative.describe('Shortest time that a cut is kept.'),
  minimumSamples: count.describe('Bandwidths that must have been measured since the cut moved last.'),
});
export type ContractPolicy = z.infer<typeof policy>;

const secondVersion = z.strictObject({
  ...head,
  formatVersion: z.literal(2),
  artifact,
  ...place,
  blocks: z.array(block).describe('Sub-models that this tier may run, each once.'),
  cuts: z.array(cut).min(1).describe('Every cut that this tier takes part in.'),
  policy,
});
/** A contract that holds several cuts and the policy that chooses among them. */
export type AdaptiveContract = z.infer<typeof secondVersion>;

export const contractSchema = z.discriminatedUnion('formatVersion', [firstVersion, secondVersion]);
export type SingleCutContract = z.infer<typeof firstVersion>;
export type ContractDocument = z.infer<typeof contractSchema>;
