import type { Strategy } from '../plan';
import { dadsHeavy, dadsLight, dnnSurgery } from './dads';
import { planOverCandidates } from './dnnsplit';
import { planExactly } from './exact';
import { planExhaustively } from './exhaustive';
import { planForLoad } from './loadAware';
import { planLikeNeurosurgeon } from './neurosurgeon';
import type { StrategyFunction } from './strategy';
import { planBySwarm } from './swarm';

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
