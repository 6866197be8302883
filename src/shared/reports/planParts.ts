import type { PlanParts } from './reports';

/** Tiers and links of a plan, as its evaluation and its report have them. */
interface Parts {
  readonly tiers: readonly { readonly computeMs: number; readonly costPerRequest: number }[];
  readonly links: readonly {
    readonly transferMs: number;
    readonly answerMs?: number;
    readonly costPerRequest: number;
  }[];
}

/** What a plan's latency and cost add up from. */
export function partsOf({ tiers, links }: Parts): PlanParts {
  return {
    computeMs: tiers.map(({ computeMs }) => computeMs),
    tierCosts: tiers.map(({ costPerRequest }) => costPerRequest),
    transferMs: links.map(({ transferMs }) => transferMs),
    answerMs: links.map(({ answerMs = 0 }) => answerMs),
    linkCosts: links.map(({ costPerRequest }) => costPerRequest),
  };
}

/** The way of the answer back, over all links, in milliseconds. */
export function backMs({ answerMs = [] }: PlanParts): number {
  return answerMs.reduce((sum, ms) => sum + ms, 0);
}
