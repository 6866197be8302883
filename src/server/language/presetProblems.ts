import { linkPresets } from '../../engine/presets/linkPresets';
import { tierPresets } from '../../engine/presets/tierPresets';
import type { ConfigDocument } from '../../shared/documents/config';
import { nameText, suggestion } from '../../shared/documents/nearest';
import { type DocumentProblem, type ParsedDocument, problemAtPath } from '../../shared/documents/parsedDocument';
import { say } from '../../shared/messages/say';

/** Presets that a configuration names and that do not exist. */
export function presetProblems(parsed: ParsedDocument<ConfigDocument>, config: ConfigDocument): DocumentProblem[] {
  return [
    ...unknownPresets(parsed, 'tiers', config.tiers, tierPresets),
    ...unknownPresets(parsed, 'links', config.links ?? [], linkPresets),
  ];
}

function unknownPresets(
  parsed: ParsedDocument<ConfigDocument>,
  list: 'tiers' | 'links',
  entries: readonly { readonly preset?: string | undefined }[],
  presets: readonly { readonly id: string }[],
): DocumentProblem[] {
  const known = presets.map(({ id }) => id);
  return entries.flatMap(({ preset }, index) => {
    if (preset === undefined || known.includes(preset)) return [];
    const message = say('problem.unknownPreset', {
      preset: nameText(preset),
      suggestion: suggestion(preset, known),
    }).text;
    // The JSON schema lists the presets too.
    return [{ ...problemAtPath(parsed, [list, index, 'preset'], message), inSchema: true }];
  });
}
