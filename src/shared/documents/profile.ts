import * as z from 'zod';
import { count, nonNegative } from './numbers';

/** Graph optimization of ONNX Runtime, from none to what relays serve with. */
export const optimizationLevels = ['disabled', 'basic', 'extended', 'all'] as const;

/** `*.profile.json`: measured times of nodes on one device. */
export const profileSchema = z.strictObject({
  $schema: z.string().optional(),
  device: z.string(),
  runtime: z.string(),
  recorded: z.string().describe('Date of the measurement.'),
  model: z
    .strictObject({
      name: z.string(),
      structureHash: z.string().describe('Names, shapes and operators; training further keeps it.'),
    })
    .optional()
    .describe('What was measured.'),
  threads: count.optional().describe('Threads that computed.'),
  optimization: z.enum(optimizationLevels).optional().describe('Graph optimization that the times hold for.'),
  runs: count.optional().describe('Runs that each time is the median of.'),
  runMicroseconds: nonNegative.optional().describe('Median time of a run of the whole model.'),
  microseconds: z
    .record(z.string(), nonNegative)
    .describe('By node name or id. Of nodes that ran as one, the whole time stands at the one with the most work.'),
  spreadMicroseconds: z
    .record(z.string(), nonNegative)
    .optional()
    .describe('Distance between the quartiles over the runs, by the same names.'),
  fused: z
    .record(z.string(), z.array(z.string()))
    .optional()
    .describe('Nodes that ran as one with the named one, whose own time is 0.'),
});
export type ProfileDocument = z.infer<typeof profileSchema>;

/** What a profile says of how it came about. */
export type Recording = Pick<
  ProfileDocument,
  'device' | 'runtime' | 'recorded' | 'model' | 'threads' | 'optimization' | 'runMicroseconds'
>;
