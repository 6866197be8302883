import * as z from 'zod';
import { namesOf } from '../recordOf';

/**
 * What assistants may ask of DNNSplit, defined once: `dnnsplit mcp` serves these tools, and the extension contributes them
 * as `languageModelTools`. A name is a verb and a noun; an answer is JSON of at most `mostAnswerBytes` that says what to do
 * next.
 */
const model = z.string().describe('Absolute path of the .onnx file.');
const dimensions = z
  .record(z.string(), z.int().nonnegative())
  .optional()
  .describe('Sizes of symbolic dimensions by name, such as {"batch": 1}.');
const tiers = z
  .array(z.string())
  .min(1)
  .max(8)
  .optional()
  .describe('Tiers from the device upwards: ids of the configuration or of presets, such as ["raspberry-pi-4", "t4"].');
const objective = z.enum(['latency', 'cost', 'throughput', 'energy']).optional().describe('What to plan for.');

const planned = { model, dimensions, tiers, objective };
const changes = {
  cutAfter: z.array(z.string()).max(7).optional().describe('Cut after these nodes and nowhere else.'),
  bandwidthMbps: z
    .array(z.number().positive().nullable())
    .max(7)
    .optional()
    .describe('Bandwidth of each link in Mbit/s, from the device upwards; null leaves one as it is.'),
  strategy: z.string().optional().describe('Strategy such as exact, neurosurgeon or single:device.'),
};

interface ToolDefinition {
  /** What a person is shown. */
  readonly title: string;
  /** What the assistant is told. */
  readonly description: string;
  readonly input: z.ZodObject;
  /** True where files are written. */
  readonly writes: boolean;
}

export const assistantTools = {
  analyze_model: {
    title: 'Analyze Model',
    description:
      'Summarize an ONNX model: inputs, outputs, work, weights, open dimensions, and the candidate points at which it can be split between devices, with the bytes that cross.',
    input: z.strictObject({ model, dimensions }),
    writes: false,
  },
  plan_split: {
    title: 'Plan Split',
    description:
      'Find the best placement of an ONNX model on device, edge and cloud tiers, with a proof of how good it is, what runs and crosses where, and every single tier for comparison.',
    input: z.strictObject(planned),
    writes: false,
  },
  explain_candidate: {
    title: 'Explain Candidate',
    description:
      'Say what cutting a model after one node would give: tensors and bytes that cross, latency and cost against the best plan, and why its neighbors are ruled out.',
    input: z.strictObject({ ...planned, node: z.string().describe('Name or id of the node to cut after.') }),
    writes: false,
  },
  try_change: {
    title: 'Try Change',
    description:
      'Answer a "what if": plan with other bandwidths, cuts, tiers or another strategy and compare the result with the present best plan. Nothing is written.',
    input: z.strictObject({ ...planned, ...changes }),
    writes: false,
  },
  export_plan: {
    title: 'Export Plan',
    description:
      'Write a plan as a new .splitplan.json file, from which sub-models and deployments are made. Takes the same changes as try_change. Never replaces a file.',
    input: z.strictObject({
      ...planned,
      ...changes,
      plan: z.string().describe('Absolute path of the new file, ending in .splitplan.json.'),
    }),
    writes: true,
  },
} as const satisfies Readonly<Record<string, ToolDefinition>>;

export type AssistantTool = keyof typeof assistantTools;
export type ToolInput<Tool extends AssistantTool> = z.infer<(typeof assistantTools)[Tool]['input']>;

export const assistantToolNames = namesOf(assistantTools);

/** The longest answer, so that an assistant's attention is left for the question. */
export const mostAnswerBytes = 2000;

/** The JSON schema of what a tool is given. */
export function toolInputSchema(tool: AssistantTool): Readonly<Record<string, unknown>> {
  const { $schema: _, ...schema } = z.toJSONSchema(assistantTools[tool].input, { target: 'draft-7' });
  return JSON.parse(JSON.stringify(schema));
}
