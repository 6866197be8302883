import { DnnSplitError } from '../../../protocol/errors';
import type { Tier } from '../infrastructure/infrastructure';
import type { Strategy } from '../plan';
import { strategyRegistry } from './registry';

/**
 * Reads the name of a strategy: a registered one, or `single:<tier id>`.
 * @throws DnnSplitError `invalid-config` that lists what there is; `place` says where the name was written.
 */
export function parseStrategy(name: string, tiers: readonly Tier[], place: string): Strategy {
  for (const strategy of strategyRegistry.keys()) if (strategy === name) return strategy;
  for (const tier of tiers) if (`single:${tier.id}` === name) return `single:${tier.id}`;
  const known = [...strategyRegistry.keys(), ...tiers.map((tier) => `single:${tier.id}`)].join(', ');
  throw new DnnSplitError('invalid-config', `\`${place}\` names the unknown strategy \`${name}\`; known are ${known}.`);
}
