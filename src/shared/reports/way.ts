import * as z from 'zod';

/** What the program that measures the way to a relay is told. */
export const wayTaskSchema = z.strictObject({
  address: z.string(),
  /** That the relay wants. */
  token: z.string().optional(),
});
export type WayTask = z.infer<typeof wayTaskSchema>;

/** What the way to a relay is like. */
export const wayReportSchema = z.strictObject({
  roundTripMs: z.number().nonnegative(),
  bandwidthMbps: z.number().positive(),
});
export type WayReport = z.infer<typeof wayReportSchema>;
