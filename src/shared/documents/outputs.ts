import * as z from 'zod';
import { trialReportSchema } from '../reports/trial';
import { figures, type Metric, metricEntry, metrics } from '../vocabulary/metrics';

/**
 * What the command line prints with `--json`, for programs that read it. Each output begins with its `format` and
 * `formatVersion`; fields are added, never renamed or removed, so that readers must pass over what they do not know.
 */
const number = z.number();
const text = z.string();
const whole = z.int().nonnegative();
const unknownable = number.nonnegative().nullable();

function output<Shape extends z.ZodRawShape>(format: string, about: string, shape: Shape) {
  return z
    .looseObject({ format: z.literal(`dnnsplit.${format}`), formatVersion: z.literal(1), ...shape })
    .describe(about);
}

const config = text.nullable().describe('The dnnsplit.json that was used; null for the built-in configuration.');
const warnings = z.array(text).optional().describe('What a person should know of this answer, a sentence each.');

const shape = z
  .array(z.union([whole, text]))
  .nullable()
  .describe('Numbers, or symbols as text; null without a known rank.');
const tensor = z.looseObject({
  name: text,
  dtype: text,
  shape,
  bytes: unknownable.describe('null where a size is unknown.'),
});

const openDimensions = z.array(z.looseObject({ symbol: text, tensors: whole.describe('How many tensors have it.') }));
const assumed = {
  assumedDimensions: z
    .record(text, whole)
    .optional()
    .describe('Sizes that all figures are for, of dimensions left open.'),
  assumedText: text.optional().describe('The same for reading.'),
};

const candidate = z.looseObject({
  position: whole.describe('Number of nodes below the cut.'),
  after: text.nullable().describe('The last node below the cut; null before the first.'),
  tensors: z.array(tensor).describe('What crosses.'),
  bytes: unknownable,
  macsBefore: number,
  macsAfter: number,
  singleTensor: z.boolean(),
  rulesOut: text,
});

const analysis = output('analysis', 'The answer of `dnnsplit analyze MODEL --json`.', {
  config,
  warnings,
  model: z.looseObject({
    path: text,
    fileBytes: whole,
    irVersion: whole,
    opsets: z.record(text, whole),
    producer: text,
    nodes: whole,
    inputs: z.array(tensor),
    outputs: z.array(tensor),
    parameters: whole,
    weightBytes: number,
    macs: number.nullable().describe('Multiply-accumulates of one run, of the nodes that can be counted.'),
    uncountedNodes: whole.optional(),
  }),
  graph: z.looseObject({ nodes: whole, dataTensors: whole, unknownTensors: whole, singleTensorCuts: whole }),
  candidates: z.array(candidate).describe('The cuts that can be optimal whatever the tiers and links are.'),
  ...assumed,
  openDimensions: openDimensions.describe('Symbols that no binding settles.'),
  madeDimensions: openDimensions.optional().describe('Dimensions that only a run decides.'),
  nodes: z
    .array(
      z.looseObject({
        id: text,
        name: text,
        label: text,
        op: text,
        macs: unknownable,
        trafficBytes: unknownable,
        weightBytes: number,
      }),
    )
    .optional()
    .describe('With --nodes.'),
  tensors: z
    .record(text, z.tuple([text, shape]))
    .optional()
    .describe('With --tensors: type and shape by name.'),
  diagnostics: z.array(z.looseObject({ severity: z.enum(['error', 'warning', 'information']), message: text })),
});

const planFigures = figures((metric: Metric) => {
  const { isUnbounded, description } = metricEntry(metric);
  return isUnbounded === undefined ? number.describe(description) : number.nullable().describe(isUnbounded);
});

const strategy = z.looseObject({
  strategy: text,
  relative: number.nullable().describe('Times the objective of the plan; above 1 is worse.'),
  unavailable: text.optional(),
});

const relax = z
  .array(z.looseObject({ constraint: text, tier: text.optional(), to: number }))
  .describe('Limits to change, and to what; all of these changes are needed.');

const regime = z.looseObject({
  link: whole,
  fromMbps: number,
  toMbps: number.nullable().describe('null for all above.'),
  latencyMs: number,
  summary: text,
  nodesPerTier: z.array(whole),
  infeasible: z.looseObject({ reason: text, relax }).optional().describe('Where no plan keeps the limits.'),
});

const plan = output('plan', 'The answer of `dnnsplit plan MODEL --json`.', {
  config,
  warnings,
  model: z.looseObject({ path: text }),
  objective: text.describe('A metric, or weights as JSON.'),
  strategy: text,
  advice: text.describe('What to do and why, for people.'),
  tiers: z.array(
    z.looseObject({
      id: text,
      nodes: whole,
      macs: number,
      computeMs: number,
      weightBytes: number,
      peakActivationBytes: number,
      measuredNodes: whole.describe('Nodes with measured times; the others are estimated.'),
      firstNode: text.optional(),
      lastNode: text.optional(),
    }),
  ),
  links: z.array(
    z.looseObject({
      from: text,
      to: text,
      bandwidthMbps: number.optional(),
      tensors: z.array(tensor),
      bytes: number,
      transferMs: number,
    }),
  ),
  ...planFigures,
  objectiveValue: number,
  exact: z.looseObject({
    latencyMs: number.nullable(),
    objectiveValue: number.nullable(),
    gapPercent: number.nullable().describe('How much worse than the optimum the plan is at most.'),
    proven: z.boolean(),
    unavailable: text.optional(),
  }),
  baselines: z.array(strategy).describe('Everything on one tier, for every tier.'),
  strategies: z.array(strategy).describe('With --compare.'),
  regimes: z.array(regime).describe('Over the bandwidth of the first link, or of the swept one.'),
  audit: z.looseObject({ metric: text, holds: z.boolean(), exceptionCount: whole, consequence: text }),
  candidates: z
    .array(
      z.looseObject({ position: whole, latencyMs: number.nullable(), link: whole.nullable(), chosen: z.boolean() }),
    )
    .describe('What cutting only there would give, per candidate of the analysis.'),
  ...assumed,
});

const error = output('error', 'What every command prints with --json where it fails; the exit code tells the kind.', {
  error: z.looseObject({
    code: text.describe('Stable word for the kind of failure, such as infeasible or file-system.'),
    message: text.describe('One sentence for people.'),
    place: z
      .looseObject({
        path: text.optional(),
        byteOffset: whole.optional(),
        nodeId: text.optional(),
        line: whole.optional(),
      })
      .optional()
      .describe('Where it is; lines count from 0.'),
    relax: relax.optional(),
    alternatives: z.array(relax).optional().describe('Each of these lists would do instead of `relax`.'),
  }),
});

const comparison = output('comparison', 'The answer of `dnnsplit compare OLD NEW --json`.', {
  old: text,
  new: text,
  modelChanged: z.boolean().describe('The structure of the model is another one.'),
  tiersChanged: z.boolean(),
  metrics: z.array(
    z.looseObject({
      metric: z.enum(metrics),
      old: number.nullable(),
      new: number.nullable(),
      worsePercent: number.nullable().describe('Above 0 is worse; null where the old figure is 0 or without bound.'),
      isWorse: z.boolean(),
    }),
  ),
  split: z.looseObject({
    changed: z.boolean(),
    links: z.array(
      z.looseObject({
        from: text,
        to: text,
        old: z.array(text).describe('Names of the tensors that cross.'),
        new: z.array(text),
        oldBytes: number,
        newBytes: number,
      }),
    ),
  }),
  failures: z.array(z.looseObject({ limit: text, message: text })).describe('What is worse than --fail-on allows.'),
});

const figure = z.looseObject({ value: number, source: text, date: text, note: text.optional() });
const preset = z.looseObject({ id: text, title: text });
const presets = output('presets', 'The answer of `dnnsplit presets --json`: published figures with their sources.', {
  tiers: z.array(preset.extend({ gflops: figure, memoryGBps: figure.optional(), memoryGB: figure.optional() })),
  links: z.array(preset.extend({ bandwidthMbps: figure, latencyMs: figure.optional() })),
});

const results = output('results', 'The answer of a command for several models: a report or a failure for each.', {
  results: z.array(z.looseObject({ format: text, formatVersion: whole, model: z.looseObject({ path: text }) })),
});

const run = output(
  'run',
  'The answer of `dnnsplit run PLAN --report --json`: predicted beside measured, in milliseconds.',
  trialReportSchema.shape,
);

/** The outputs by the last word of their `format`. */
export const outputSchemas = { analysis, plan, error, comparison, presets, results, run } as const;
