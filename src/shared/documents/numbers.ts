import * as z from 'zod';

/**
 * Numbers as documents may have them. Their bounds lie far beyond anything real, so that what is computed from them stays
 * finite whatever a file says.
 */
const largest = 1e24;
const smallest = 1e-12;

/** 0 or more. */
export const nonNegative = z.number().nonnegative().max(largest);

/** More than 0. */
export const positive = z.number().positive({ abort: true }).min(smallest).max(largest);

/** A whole number from 0 upwards. */
export const count = z.int().nonnegative();

/** Copies of a tier that serve in parallel. */
export const copies = z.int().positive().max(100_000);

/** Any number. */
export const real = z.number().min(-largest).max(largest);
