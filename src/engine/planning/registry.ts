import type { Strategy } from './plan';
import { dadsHeavy, dadsLight, dnnSurgery } from './strategies/dads';
import { planOverCandidates } from './strategies/dnnsplit';
import { planExactly } from './strategies/exact';
import { planExhaustively } from './strategies/exhaustive';
import { planForLoad } from './strategies/loadAware';
import { planLikeNeurosurgeon } from './strategies/neurosurgeon';
import { planBySwarm } from './strategies/swarm';
import type { StrategyFunction } from './strategy';

/** Every strategy that a user can choose, besides `single:<tier>`, in the order in which they are compared. */
export const strategyRegistry: ReadonlyMap<Strategy, StrategyFunction> = new Map<Strategy, StrategyFunction>([
  ['dnnsplit', planOverCandidates],
  ['exact', planExactly],
  ['neurosurgeon', planLikeNeurosurgeon],
  ['dads-light', dadsLight],
  ['dads-heavy', dadsHeavy],
  ['dnn-surgery', dnnSurgery],
  ['load-aware', planForLoad],
  ['dpso', planBySwarm],
  ['exhaustive', planExhaustively],
]);
