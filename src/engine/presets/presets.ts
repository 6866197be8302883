import { say } from '../../shared/messages/say';
import { DnnSplitError } from '../../shared/work/errors';
import { linkPresets } from './linkPresets';
import type { LinkPreset, TierPreset } from './preset';
import { tierPresets } from './tierPresets';

/** @throws DnnSplitError `invalid-config` that lists the known presets; `place` says where in the configuration it is. */
export function tierPreset(id: string, place: string): TierPreset {
  return known(tierPresets, id, place);
}

/** @throws DnnSplitError `invalid-config` that lists the known presets; `place` says where in the configuration it is. */
export function linkPreset(id: string, place: string): LinkPreset {
  return known(linkPresets, id, place);
}

function known<Preset extends { readonly id: string }>(presets: readonly Preset[], id: string, place: string): Preset {
  const preset = presets.find((one) => one.id === id);
  if (preset !== undefined) return preset;
  const ids = presets.map((one) => one.id).join(', ');
  throw new DnnSplitError('invalid-config', say('preset.unknown', { place, preset: id, known: ids }));
}
