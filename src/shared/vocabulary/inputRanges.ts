import * as z from 'zod';

/** Values that an input may have, both ends included. */
export const inputRangeSchema = z.strictObject({ least: z.number(), most: z.number() });
export type InputRange = z.infer<typeof inputRangeSchema>;

/** By the inputs' names; inputs that any value suits are left out. */
export const inputRangesSchema = z.record(z.string(), inputRangeSchema);
export type InputRanges = Readonly<Record<string, InputRange>>;
