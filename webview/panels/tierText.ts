import type { PlannedScene } from '../../src/engine/picture/displayList/plannedScene';
import type { TierSpan } from '../../src/engine/picture/displayList/tiers';
import { unknownNumber } from '../text/format';

/** The tier of a box, or the tiers from the first to the last that a fold runs on. */
export function tierText({ overlay: { tierNames } }: PlannedScene, { first, last }: TierSpan): string {
  const name = tierNames[first] ?? unknownNumber;
  return first === last ? name : `${name} – ${tierNames[last] ?? unknownNumber}`;
}
