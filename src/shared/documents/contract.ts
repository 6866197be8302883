import * as z from 'zod';
import { count, nonNegative, positive, real } from './numbers';

/**
 * `contract.json` beside every exported sub-model: what one tier receives, runs, sends on and answers. A relay needs
 * nothing else, so each tier's folder can be copied to its machine alone. Tensors keep their names in the original model.
 * Version 1 holds one cut, version 2 every cut that a policy uses.
 */
const shape = z
  .array(z.union([count, z.string()]))
  .nullable()
  .describe('Numbers, or symbols for dimensions that a request decides.');
const tensor = z.strictObject({
  name: z.string().min(1),
  dtype: z.string().min(1),
  type: z
    .string()
    .min(1)
    .optional()
    .describe('What it is where it is no plain tensor, for example `sequence(map(int64, float32))`.'),
  shape,
  bytes: nonNegative.nullable(),
});
export type ContractTensor = z.infer<typeof tensor>;

const growsAlong = count.nullish().describe('Axis that every call makes longer; null where the shape stays.');
const startTensor = z.strictObject({ ...tensor.shape, growsAlong });
/** State that the first request of a session may carry. */
export type StartTensor = z.infer<typeof startTensor>;

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
  returns: z
    .array(tensor)
    .optional()
    .describe(
      'State for the next call of this tier, or of one above too, that comes back from the tiers above and goes no further.',
    ),
  startsWith: z
    .array(startTensor)
    .optional()
    .describe(
      'State that is kept here or on a tier above: the first request of a session may carry it; zeros, or nothing along the axis that grows, where it does not.',
    ),
  startsAbove: z.array(startTensor).optional().describe('What of that the tiers above keep, so that it is sent on.'),
};
const stateTensor = z.strictObject({
  input: z.string().min(1),
  output: z.string().min(1).describe('Tensor that the input is in the next call.'),
  dtype: z.string().min(1).optional(),
  shape: shape.optional(),
  growsAlong,
});
/** State of a session: an input of one call that is an output of the call before. */
export type StateTensor = z.infer<typeof stateTensor>;

const part = {
  file: z.string().min(1).describe('Sub-model, relative to this file.'),
  inputs: z.array(tensor),
  outputs: z.array(tensor),
  state: z
    .array(stateTensor)
    .optional()
    .describe('Inputs that the relay keeps for each session from one call to the next, instead of receiving them.'),
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
const block = z.strictObject({ id, ...part });
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

const bandwidthFigure = z
  .strictObject({ constant: real, slopes: z.array(real) })
  .describe('`constant`, and for each of `links` its slope divided by its bandwidth in Mbit/s.');

const policyFields = z.strictObject({
  version: z.string().min(1).describe('Follows from everything else in the policy.'),
  links: z
    .array(
      z.strictObject({
        link: count.describe('Link whose bandwidth decides: from the tier at this position to the next one.'),
        startMbps: positive.describe('Bandwidth to begin with, before any was measured.'),
        borders: z.array(range).describe('From the slowest to the fastest. Empty where `plans` decides.'),
        table: z
          .array(z.strictObject({ before: id, fromMbps: nonNegative, toMbps: positive.nullable(), cut: id }))
          .min(1)
          .optional()
          .describe(
            'The cut to take next by the one in force, made for a bandwidth trace; the borders decide where it is absent.',
          ),
      }),
    )
    .min(1),
  plans: z
    .array(
      z.strictObject({
        cut: id,
        terms: z
          .array(bandwidthFigure)
          .min(1)
          .describe('What is to be least is the largest of these at the bandwidths of all links.'),
        limits: z
          .array(bandwidthFigure)
          .optional()
          .describe('By how much each limit is exceeded, as a part of it; the cut keeps them where none is above 0.'),
      }),
    )
    .min(1)
    .optional()
    .describe('For several links: their bandwidths decide together which of these is the best.'),
  hysteresis: nonNegative.describe('Part of a border by which a bandwidth must lie beyond it before the cut moves.'),
  minimumDwellMs: nonNegative.describe('Shortest time that a cut is kept.'),
  minimumSamples: count.describe('Bandwidths that must have been measured since the cut moved last.'),
});
const policy = policyFields
  .refine(({ links, plans }) => plans !== undefined || (links.length === 1 && links[0]?.borders.length !== 0), {
    message: 'A policy follows one link by its borders, or several by plans.',
  })
  .refine(
    ({ links, plans = [] }) => plans.every(({ terms, limits = [] }) => fits([...terms, ...limits], links.length)),
    {
      message: 'Every figure of a plan has a slope for each link.',
    },
  );

function fits(figures: readonly z.infer<typeof bandwidthFigure>[], links: number): boolean {
  return figures.every(({ slopes }) => slopes.length === links);
}

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
