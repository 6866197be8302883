/** A session of a model with state: tokens that are given, and tokens that it makes one by one. */
export interface Session {
  readonly prefillTokens: number;
  readonly generatedTokens: number;
}

/** Limits on the calls of a session, beside those on all of it. */
export const sessionLimits = {
  maxFirstTokenMs: 'Longest time until the first token of a session, in milliseconds.',
  maxPerTokenMs: 'Longest time of a token in the middle of the generation, in milliseconds.',
} as const;
export type SessionLimit = keyof typeof sessionLimits;

/** Tokens of a session at most. */
export const mostTokens = { prefill: 1_000_000, generated: 100_000 } as const;
