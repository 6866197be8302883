import * as z from 'zod';
import { metrics } from '../vocabulary/metrics';
import type { AssistantTool } from './assistantTools';

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
const objective = z.enum(metrics).optional().describe('What to plan for.');

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

/** What each tool takes. */
export const toolInputs = {
  analyze_model: z.strictObject({ model, dimensions }),
  plan_split: z.strictObject(planned),
  explain_candidate: z.strictObject({ ...planned, node: z.string().describe('Name or id of the node to cut after.') }),
  try_change: z.strictObject({ ...planned, ...changes }),
  export_plan: z.strictObject({
    ...planned,
    ...changes,
    plan: z.string().describe('Absolute path of the new file, ending in .splitplan.json.'),
  }),
} as const satisfies Readonly<Record<AssistantTool, z.ZodObject>>;

export type ToolInput<Tool extends AssistantTool> = z.infer<(typeof toolInputs)[Tool]>;

/** The JSON schema of what a tool is given. */
export function toolInputSchema(tool: AssistantTool): Readonly<Record<string, unknown>> {
  const { $schema: _, ...schema } = z.toJSONSchema(toolInputs[tool], { target: 'draft-7' });
  return JSON.parse(JSON.stringify(schema));
}

/** What an assistant is told of each tool. */
export const toolDescriptions: Readonly<Record<AssistantTool, string>> = {
  analyze_model:
    'Summarize an ONNX model: inputs, outputs, work, weights, open dimensions, and the candidate points at which it can be split between devices, with the bytes that cross.',
  plan_split:
    'Find the best placement of an ONNX model on device, edge and cloud tiers, with a proof of how good it is, what runs and crosses where, and every single tier for comparison.',
  explain_candidate:
    'Say what cutting a model after one node would give: tensors and bytes that cross, latency and cost against the best plan, and why its neighbors are ruled out.',
  try_change:
    'Answer a "what if": plan with other bandwidths, cuts, tiers or another strategy and compare the result with the present best plan. Nothing is written.',
  export_plan:
    'Write a plan as a new .splitplan.json file, from which sub-models and deployments are made. Takes the same changes as try_change. Never replaces a file.',
};
