import { say } from '../../../shared/messages/say';
import { namedStrategies, type Strategy } from '../../../shared/vocabulary/strategies';
import { DnnSplitError } from '../../../shared/work/errors';
import type { Tier } from './infrastructure';

/**
 * Reads the name of a strategy: a named one, or `single:<tier id>`.
 * @throws DnnSplitError `invalid-config` that lists what there is; `place` says where the name was written.
 */
export function parseStrategy(name: string, tiers: readonly Tier[], place: string): Strategy {
  for (const strategy of namedStrategies) if (strategy === name) return strategy;
  for (const tier of tiers) if (`single:${tier.id}` === name) return `single:${tier.id}`;
  const known = [...namedStrategies, ...tiers.map((tier) => `single:${tier.id}`)].join(', ');
  throw new DnnSplitError('invalid-config', say('config.unknownStrategy', { place, strategy: name, known }));
}
