import * as z from 'zod';
import { nonNegative } from './numbers';

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
  microseconds: z.record(z.string(), nonNegative).describe('By node name or id.'),
});
export type ProfileDocument = z.infer<typeof profileSchema>;
