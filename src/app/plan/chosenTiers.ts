import { tierPreset } from '../../engine/presets/presets';
import { tierPresets } from '../../engine/presets/tierPresets';
import type { ConfigDocument, LinkDocument, TierDocument } from '../../shared/documents/config';
import { suggestion } from '../../shared/documents/nearest';
import { say } from '../../shared/messages/say';
import { DnnSplitError } from '../../shared/work/errors';

/**
 * A configuration with other tiers, from the device upwards: each name is the id of one of its own tiers or of a preset.
 * Links between tiers that were neighbors before stay as they are; the others are what a link is that states nothing.
 * @throws DnnSplitError `bad-usage` for a name that is neither
 */
export function withTiers(config: ConfigDocument, names: readonly string[]): ConfigDocument {
  const chosen = names.map((name) => chosenTier(config, name));
  const links = chosen.slice(1).map(({ place }, link): LinkDocument => {
    const below = chosen[link]?.place ?? -1;
    return below >= 0 && place === below + 1 ? (config.links?.[below] ?? {}) : {};
  });
  return { ...config, tiers: withOwnIds(chosen.map(({ tier }) => tier)), links };
}

/** The tier of a name, and its index in the configuration, -1 for a preset. */
function chosenTier({ tiers }: ConfigDocument, name: string): { readonly tier: TierDocument; readonly place: number } {
  const place = tiers.findIndex(({ id }) => id === name);
  const own = tiers[place];
  if (own !== undefined) return { tier: own, place };
  if (tierPresets.some(({ id }) => id === name)) return { tier: { id: name, preset: name }, place };
  const known = [...tiers.map(({ id }) => id), ...tierPresets.map(({ id }) => id)];
  throw new DnnSplitError('bad-usage', say('command.unknownTier', { tier: name, instead: suggestion(name, known) }));
}

/** A preset that is taken twice makes two tiers: the second one of `t4` is called `t4-2`. */
function withOwnIds(tiers: readonly TierDocument[]): TierDocument[] {
  return tiers.map((tier, index) => {
    const before = tiers.slice(0, index).filter(({ id }) => id === tier.id).length;
    return before === 0 ? tier : { ...tier, id: `${tier.id}-${before + 1}` };
  });
}

/** The tiers of a configuration in words. */
export function tiersText({ tiers }: ConfigDocument): string {
  const named = tiers.map(({ id, preset }) =>
    preset === undefined ? id : `${id} (${tierPreset(preset, 'preset').title})`,
  );
  return named.join(', ');
}
