import { DnnSplitError } from '../../../shared/errors';
import { costText, durationText, energyText, threeDigits } from '../../../shared/quantities';
import type { Infrastructure } from '../infrastructure/infrastructure';
import type { OptimumSearch } from '../optimum/optimumSearch';

/** The error for constraints that no plan was found for in time, without a proof that there is none. */
export function notFoundError(
  { objective }: Infrastructure,
  { optimum, patience }: OptimumSearch,
  instead: readonly string[],
): DnnSplitError {
  const seconds = threeDigits(patience.deadlineMs / 1e3);
  const best = typeof objective === 'string' ? boundText(objective, optimum.bound) : undefined;
  const bound = best === undefined ? '' : `; none can ${best}`;
  const ways = ['allow more time with `--deadline`', ...instead].join(', or ');
  return new DnnSplitError(
    'infeasible',
    `No plan that keeps the constraints was found in ${seconds} s${bound}: ${ways}.`,
  );
}

/** What no plan can be better than, in words; nothing where that is no news. */
function boundText(objective: Exclude<Infrastructure['objective'], object>, bound: number): string | undefined {
  if (!(bound > 0) || !Number.isFinite(bound)) return undefined;
  switch (objective) {
    case 'latency':
      return `take less than ${durationText(bound * 1e3)}`;
    case 'cost':
      return `cost less than ${costText(bound)}`;
    case 'energy':
      return `take less than ${energyText(bound)} of the first tier`;
    case 'throughput':
      return `serve more than ${threeDigits(1 / bound)} requests per second`;
  }
}
