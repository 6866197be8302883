import { namesOf } from '../recordOf';

/** What people and assistants are told of a tool. */
interface ToolEntry {
  /** What a person is shown. */
  readonly title: string;
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
    writes: false,
  },
  plan_split: {
    title: 'Plan Split',
    writes: false,
  },
  explain_candidate: {
    title: 'Explain Candidate',
    writes: false,
  },
  try_change: {
    title: 'Try Change',
    writes: false,
  },
  export_plan: {
    title: 'Export Plan',
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
