import { DnnSplitError } from '../../../shared/errors';
import { metricEntry } from '../../../shared/metrics';
import { threeDigits } from '../../../shared/quantities';
import type { Infrastructure } from '../infrastructure/infrastructure';
import type { OptimumSearch } from '../optimum/optimumSearch';

/** The error for constraints that no plan was found for in time, without a proof that there is none. */
export function notFoundError(
  { objective }: Infrastructure,
  { optimum, patience }: OptimumSearch,
  instead: readonly string[],
): DnnSplitError {
  const seconds = threeDigits(patience.deadlineMs / 1e3);
  const best = typeof objective === 'string' && Number.isFinite(optimum.bound) && optimum.bound > 0;
  const bound = best ? `; none can be better than ${wordsFor(objective, optimum.bound)}` : '';
  const ways = ['allow more time with `--deadline`', ...instead].join(', or ');
  return new DnnSplitError(
    'infeasible',
    `No plan that keeps the constraints was found in ${seconds} s${bound}: ${ways}.`,
  );
}

function wordsFor(objective: Exclude<Infrastructure['objective'], object>, value: number): string {
  const { words, toFigure } = metricEntry(objective);
  return words(toFigure(value));
}
