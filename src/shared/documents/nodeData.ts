import * as z from 'zod';
import { say } from '../messages/say';
import { DnnSplitError } from '../work/errors';
import { readJsonText } from './jsonText';
import { real } from './numbers';

/** Thresholds and stops of a gradient: nobody sees more, and each value is looked up among them. */
const mostColors = 100;

/**
 * Node data of Model Explorer: of one graph, or by the name of each graph. What is about its tables alone is left out.
 * https://github.com/google-ai-edge/model-explorer/wiki/2.-User-Guide#custom-node-data
 */
const graphDataSchema = z.object({
  name: z.string().optional(),
  /** By the name of a tensor that a node makes, or by the node's id. */
  results: z.record(
    z.string(),
    z.object({
      value: z.union([real, z.string()]),
      bgColor: z.string().optional(),
      textColor: z.string().optional(),
    }),
  ),
  /** Colors of values up to each threshold, ascending. */
  thresholds: z
    .array(z.object({ value: real, bgColor: z.string() }))
    .max(mostColors)
    .optional(),
  /** Colors from the least value, at 0, to the largest, at 1; before thresholds. */
  gradient: z
    .array(z.object({ stop: z.number().min(0).max(1), bgColor: z.string().optional() }))
    .max(mostColors)
    .optional(),
});
export type GraphData = z.infer<typeof graphDataSchema>;

const fileSchema = z.union([
  graphDataSchema.transform((only): GraphData[] => [only]),
  z.record(z.string(), graphDataSchema).transform((byName): GraphData[] => Object.values(byName)),
]);

/**
 * The graphs of a file of node data.
 * @param file what it is called in sentences
 * @throws DnnSplitError `bad-usage` for a text that is none
 */
export function parseNodeData(text: string, file: string): readonly GraphData[] {
  const json = readJsonText(text, 'node data');
  if (json.problem !== undefined) throw refused(file, json.problem.message);
  const parsed = fileSchema.safeParse(json.value);
  if (!parsed.success) throw refused(file, say('nodeData.shape', {}).text);
  return parsed.data;
}

function refused(file: string, problem: string): DnnSplitError {
  return new DnnSplitError('bad-usage', say('nodeData.refused', { file, problem }));
}
