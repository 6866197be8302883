import type { Command } from 'commander';
import type { Figure, LinkPreset, TierPreset } from '../../engine/presets/preset';
import { suggestion } from '../../shared/documents/nearest';
import { say } from '../../shared/messages/say';
import { threeDigits } from '../../shared/vocabulary/quantities';
import { DnnSplitError } from '../../shared/work/errors';
import { jsonText, reportJson, standardOutput } from '../terminal/output';
import { type Column, tableText } from '../terminal/table';

interface PresetsOptions {
  readonly default?: boolean;
  readonly json?: boolean;
}

/** `dnnsplit presets [ID]`: devices and links with published figures, for `preset` of a configuration and for `--tiers`. */
export function addPresets(program: Command): void {
  program
    .command('presets')
    .description('List the devices and links with published figures, or the sources of one of them')
    .argument('[preset]', 'show the figures of this one with their sources')
    .option('--default', 'print the built-in configuration, to begin a dnnsplit.json with')
    .option('--json', 'print JSON')
    .action((id: string | undefined, options: PresetsOptions) => presets(id, options));
}

async function presets(id: string | undefined, options: PresetsOptions): Promise<void> {
  if (options.default) {
    const { defaultConfig } = await import('../../engine/planning/infrastructure/resolveConfig');
    standardOutput.print(jsonText(defaultConfig));
    return;
  }
  const { tierPresets } = await import('../../engine/presets/tierPresets');
  const { linkPresets } = await import('../../engine/presets/linkPresets');
  const chosen = id === undefined ? undefined : presetNamed([...tierPresets, ...linkPresets], id);
  const has = (preset: TierPreset | LinkPreset) => chosen === undefined || preset === chosen;
  if (options.json) {
    const report = { tiers: tierPresets.filter(has), links: linkPresets.filter(has) };
    standardOutput.print(reportJson('presets', report));
    return;
  }
  standardOutput.print(
    chosen === undefined
      ? [
          `Devices, for \`preset\` of a tier and for --tiers\n${presetTable(tierPresets)}`,
          `Links, for \`preset\` of a link\n${presetTable(linkPresets)}`,
          'dnnsplit presets PRESET shows where the figures of one were published.',
        ].join('\n\n')
      : sourcesText(chosen),
  );
}

function presetNamed<Preset extends { readonly id: string }>(all: readonly Preset[], id: string): Preset {
  const found = all.find((preset) => preset.id === id);
  if (found !== undefined) return found;
  const known = all.map((preset) => preset.id);
  throw new DnnSplitError('bad-usage', say('command.unknownPreset', { preset: id, instead: suggestion(id, known) }));
}

/** The figures of a preset by the names that a configuration has for them. */
function figuresOf(preset: TierPreset | LinkPreset): [string, Figure][] {
  return Object.entries(preset).filter(
    (entry): entry is [string, Figure] => typeof entry[1] === 'object' && 'value' in entry[1],
  );
}

function presetTable(presets: readonly (TierPreset | LinkPreset)[]): string {
  const names = [...new Set(presets.flatMap((preset) => figuresOf(preset).map(([name]) => name)))];
  const columns: Column[] = [
    { heading: 'preset' },
    ...names.map((heading) => ({ heading, numeric: true })),
    { heading: 'device or link' },
  ];
  const rows = presets.map((preset) => {
    const figures = new Map(figuresOf(preset));
    return [preset.id, ...names.map((name) => valueText(figures.get(name))), preset.title];
  });
  return tableText(columns, rows);
}

function valueText(figure: Figure | undefined): string {
  return figure === undefined ? '-' : threeDigits(figure.value);
}

function sourcesText(preset: TierPreset | LinkPreset): string {
  const columns: Column[] = [
    { heading: 'figure' },
    { heading: 'value', numeric: true },
    { heading: 'date' },
    { heading: 'source' },
  ];
  const rows = figuresOf(preset).map(([name, { value, date, source, note }]) => [
    name,
    threeDigits(value),
    date,
    note === undefined ? source : `${source} (${note})`,
  ]);
  return [`${preset.id}: ${preset.title}`, tableText(columns, rows), ...errorOf(preset)].join('\n');
}

/** How far its times may be off, where they were fitted. */
function errorOf(preset: TierPreset | LinkPreset): string[] {
  const fit = 'fit' in preset ? preset.fit : undefined;
  if (fit === undefined) return [];
  const { models, within13, withinFactor, medianErrorPercent, source, date } = fit;
  return [
    `Fitted to published times of ${models} models (${source}, ${date}). With each of them left out, ${within13} are predicted within 1.3x, nine of ten within ${threeDigits(withinFactor)}x; the median error is ${threeDigits(medianErrorPercent)} %.`,
  ];
}
