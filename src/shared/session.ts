/** A session of a model with state: tokens that are given, and tokens that it makes one by one. */
export interface Session {
  readonly prefillTokens: number;
  readonly generatedTokens: number;
}

/** Tokens of a session at most. */
export const mostTokens = { prefill: 1_000_000, generated: 100_000 } as const;
