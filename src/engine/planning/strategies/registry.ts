import type { NamedStrategy } from '../../../shared/vocabulary/strategies';
import { dadsHeavy, dadsLight, dnnSurgery } from './dads';
import { planOverCandidates } from './dnnsplit';
import { planExactly } from './exact';
import { planExhaustively } from './exhaustive';
import { planForLoad } from './loadAware';
import { planLikeNeurosurgeon } from './neurosurgeon';
import type { StrategyFunction } from './strategy';
import { planBySwarm } from './swarm';

/** How each named strategy plans. */
export const strategies: Readonly<Record<NamedStrategy, StrategyFunction>> = {
  dnnsplit: planOverCandidates,
  exact: planExactly,
  neurosurgeon: planLikeNeurosurgeon,
  'dads-light': dadsLight,
  'dads-heavy': dadsHeavy,
  'dnn-surgery': dnnSurgery,
  'load-aware': planForLoad,
  dpso: planBySwarm,
  exhaustive: planExhaustively,
};
