import type { Session } from '../../shared/vocabulary/session';
import type { StatePair } from '../../shared/vocabulary/statePairs';
import { throwIfCanceled, type Work } from '../../shared/work/work';
import { stepDimensions } from '../shapes/assumed/assumeSizes';
import type { DimensionBindings, InferredModel } from '../shapes/facts/inferred';
import { inferModel } from '../shapes/inferModel';
import { resizedGraph } from './buildSplitGraph';
import { largestOf, phasesBetween } from './sessionGraph';
import type { Phase, SessionCalls, SplitGraph } from './splitGraph';

/** A model with state, and the sizes of its dimensions in a usual call. */
export interface SessionModel {
  readonly model: InferredModel['model'];
  readonly graph: SplitGraph;
  readonly state: readonly StatePair[];
  readonly sizes: DimensionBindings;
}

/**
 * The calls of a session: one that takes all tokens that are given, or where a call takes one only as many calls as these
 * are, then one per generated token, each with a longer past.
 * @throws DnnSplitError `canceled`
 */
export function sessionCalls(of: SessionModel, { prefillTokens, generatedTokens }: Session, work: Work): SessionCalls {
  const { model, graph, state, sizes } = of;
  const dimensions = stepDimensions(model, state, work);
  const known = new Map<string, SplitGraph>();
  const callOf = (pastTokens: number, tokens: number): SplitGraph => {
    throwIfCanceled(work);
    const key = dimensions.past.length + dimensions.total.length === 0 ? `${tokens}` : `${pastTokens} ${tokens}`;
    const own = bound(dimensions.past, pastTokens, bound(dimensions.total, pastTokens + tokens));
    const call =
      known.get(key) ??
      resizedGraph(graph, inferModel(model, { ...sizes, ...bound(dimensions.step, tokens, own) }, work), state);
    known.set(key, call);
    return call;
  };
  const oneByOne = (pastTokens: number) => callOf(pastTokens, 1);
  const whole = callOf(0, prefillTokens);
  const prefill: readonly Phase[] =
    dimensions.step.length > 0
      ? [{ first: whole, last: whole, calls: 1 }]
      : phasesBetween(oneByOne, 0, prefillTokens - 1);
  const generation = phasesBetween(oneByOne, prefillTokens, prefillTokens + generatedTokens - 1);
  return {
    ...{ prefillTokens, generatedTokens, prefill, generation },
    middle: oneByOne(prefillTokens + Math.floor((generatedTokens - 1) / 2)),
    largest: largestOf(graph, [...prefill, ...generation]),
  };
}

function bound(names: readonly string[], size: number, others: DimensionBindings = {}): DimensionBindings {
  return { ...others, ...Object.fromEntries(names.map((name) => [name, size])) };
}
