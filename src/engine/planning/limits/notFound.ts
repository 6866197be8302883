import { either, type Sentence, say } from '../../../shared/messages/say';
import { metricEntry } from '../../../shared/vocabulary/metrics';
import { threeDigits } from '../../../shared/vocabulary/quantities';
import { DnnSplitError } from '../../../shared/work/errors';
import type { Infrastructure } from '../infrastructure/infrastructure';
import type { OptimumSearch } from '../optimum/optimumSearch';

/** The error for constraints that no plan was found for in time, without a proof that there is none. */
export function notFoundError(
  { objective }: Infrastructure,
  { optimum, patience }: OptimumSearch,
  instead: readonly Sentence[],
): DnnSplitError {
  const seconds = threeDigits(patience.deadlineMs / 1e3);
  const best = typeof objective === 'string' && Number.isFinite(optimum.bound) && optimum.bound > 0;
  const ways = either(say('change.deadline', {}), ...instead);
  const sentence = best
    ? say('limits.notFoundBound', { seconds, bound: wordsFor(objective, optimum.bound), ways })
    : say('limits.notFound', { seconds, ways });
  return new DnnSplitError('infeasible', sentence);
}

function wordsFor(objective: Exclude<Infrastructure['objective'], object>, value: number): string {
  const { words, toFigure } = metricEntry(objective);
  return words(toFigure(value));
}
