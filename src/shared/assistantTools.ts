import { namesOf } from './recordOf';

/** What people and assistants are told of a tool. */
interface ToolEntry {
  /** What a person is shown. */
  readonly title: string;
  /** What the assistant is told. */
  readonly description: string;
  /** True where files are written. */
  readonly writes: boolean;
}

/**
 * What assistants may ask of DNNSplit, defined once: `dnnsplit mcp` serves these tools, and the extension contributes them
 * as `languageModelTools`. A name is a verb and a noun; what a tool takes is the row of the same name in `toolInputs`.
 */
export const assistantTools = {
  analyze_model: {
    title: 'Analyze Model',
    description:
      'Summarize an ONNX model: inputs, outputs, work, weights, open dimensions, and the candidate points at which it can be split between devices, with the bytes that cross.',
    writes: false,
  },
  plan_split: {
    title: 'Plan Split',
    description:
      'Find the best placement of an ONNX model on device, edge and cloud tiers, with a proof of how good it is, what runs and crosses where, and every single tier for comparison.',
    writes: false,
  },
  explain_candidate: {
    title: 'Explain Candidate',
    description:
      'Say what cutting a model after one node would give: tensors and bytes that cross, latency and cost against the best plan, and why its neighbors are ruled out.',
    writes: false,
  },
  try_change: {
    title: 'Try Change',
    description:
      'Answer a "what if": plan with other bandwidths, cuts, tiers or another strategy and compare the result with the present best plan. Nothing is written.',
    writes: false,
  },
  export_plan: {
    title: 'Export Plan',
    description:
      'Write a plan as a new .splitplan.json file, from which sub-models and deployments are made. Takes the same changes as try_change. Never replaces a file.',
    writes: true,
  },
} as const satisfies Readonly<Record<string, ToolEntry>>;

export type AssistantTool = keyof typeof assistantTools;

export const assistantToolNames = namesOf(assistantTools);

/** The longest answer, so that an assistant's attention is left for the question. */
export const mostAnswerBytes = 2000;

/** Name of a tool in the manifest of the extension. */
export function contributedName(tool: AssistantTool): string {
  return `dnnsplit_${tool}`;
}

/** What an assistant is told: JSON of at most `mostAnswerBytes`. */
export interface ToolAnswer {
  readonly text: string;
  readonly isError: boolean;
}
