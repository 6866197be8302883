import * as z from 'zod';
import { count, nonNegative } from './numbers';

/**
 * `contract.json` beside every exported sub-model: what one tier receives, runs, sends on and answers. A relay needs
 * nothing else, so each tier's folder can be copied to its machine alone. Tensors keep their names in the original model.
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

export const contractSchema = z.strictObject({
  $schema: z.string().optional(),
  format: z.literal('dnnsplit.contract'),
  formatVersion: z.literal(1),
  artifact: z
    .string()
    .regex(/^sha256:[0-9a-f]{64}$/)
    .optional()
    .describe(
      'Export that this part belongs to: nodes, weights and borders. Parts of different exports never answer together.',
    ),
  model: z.string().min(1).describe('Name under which the chain serves the whole model.'),
  tier: z.string().min(1),
  position: count.describe('Place of this tier in the chain, from 0.'),
  tierCount: z.int().positive(),
  segment: z
    .strictObject({
      file: z.string().min(1).describe('Sub-model, relative to this file.'),
      inputs: z.array(tensor),
      outputs: z.array(tensor),
    })
    .nullable()
    .describe('What runs here; null where the tier only passes tensors on.'),
  receives: z.array(tensor).describe("From the tier below, in this order; on the first tier the model's inputs."),
  receivesAs: wireDtype.describe('Encoding of float32 tensors that arrive.'),
  sends: z.array(tensor).describe('To the tier above, in this order; empty on the last tier that does anything.'),
  sendsAs: wireDtype.describe('Encoding of float32 tensors that are sent.'),
  answers: z.array(tensor).describe("The model's outputs that are made on this tier."),
  answersAbove: z.array(tensor).describe("The model's outputs that come back from the tiers above."),
});
export type ContractDocument = z.infer<typeof contractSchema>;
