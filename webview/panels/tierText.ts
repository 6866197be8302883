import type { PlanModel, TierSpan } from '../model/planModel';
import { unknownNumber } from '../text/format';

/** The tier of a box, or the tiers from the first to the last that a fold runs on. */
export function tierText({ overlay: { tierNames } }: PlanModel, { first, last }: TierSpan): string {
  const name = tierNames[first] ?? unknownNumber;
  return first === last ? name : `${name} – ${tierNames[last] ?? unknownNumber}`;
}
