import type { Constraints, Infrastructure } from '../../../src/engine/planning/infrastructure/infrastructure';
import { withBandwidths } from './support';

/** A change that a sentence asks for. */
export interface Advice {
  readonly constraint: string;
  /** Lower tier of the link. */
  readonly from?: string | undefined;
  readonly tier: string | undefined;
  readonly to: number;
}

/** The changes that a sentence asks for, in the words of a person who follows it. */
export function adviceIn(sentence: string): Advice[] {
  const first = /`(\w+)`/.exec(sentence)?.[1] ?? '';
  const pattern =
    /(?:raise|lower) (?:(it)|`(\w+)`|the `(memoryGB)` of `(\w+)`|the `(bandwidthMbps)` between `(\w+)` and `\w+`) to ([\d.e+-]*\d)/g;
  return [...sentence.matchAll(pattern)].map(([, it, limit, memory, tier, bandwidth, from, to]) => {
    const constraint = it === undefined ? (limit ?? memory ?? bandwidth ?? '') : first;
    return { constraint, tier, from, to: Number(to) };
  });
}

/** An infrastructure with what was asked for. */
export function follow(infrastructure: Infrastructure, advice: readonly Advice[]): Infrastructure {
  let followed = infrastructure;
  for (const { constraint, tier, from, to } of advice) {
    if (from !== undefined) {
      const link = followed.tiers.findIndex(({ id }) => id === from);
      followed = withBandwidths(followed, { [link]: to });
      continue;
    }
    const tiers = followed.tiers.map((one) => (one.id === tier ? { ...one, memoryGB: to } : one));
    const constraints: Constraints =
      tier === undefined ? { ...followed.constraints, [constraint]: to } : followed.constraints;
    followed = { ...followed, tiers, constraints };
  }
  return followed;
}
