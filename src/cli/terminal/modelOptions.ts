import { relative, resolve } from 'node:path';
import type { Command } from 'commander';
import type { AnalyzedModel } from '../../app/model/analyzeFile';
import type { ModelSettings } from '../../app/model/configuredModel';
import { say } from '../../shared/messages/say';
import { DnnSplitError } from '../../shared/work/errors';
import { parseBindings, parseTiers } from './arguments';
import type { NamedModel } from './namedModels';

/** What decides where a model may run and how large it is. */
export interface ModelOptions {
  readonly config?: string;
  readonly bind?: Readonly<Record<string, number>>;
  readonly tiers?: readonly string[];
}

/** Adds the options of every command that plans a model. */
export function addModelOptions(command: Command): Command {
  return command
    .option('-c, --config <file>', 'dnnsplit.json to use (default: the nearest one above the model)')
    .option('-b, --bind <name=number>', 'bind a symbolic dimension (repeatable)', parseBindings)
    .option(
      '--tiers <tier,tier,...>',
      'tiers to plan for, from the device upwards: ids of the configuration or of presets',
      parseTiers,
    );
}

/** The settings of a model under these options. @throws DnnSplitError as `settingsOf`, `bad-usage` */
export async function modelSettings(model: NamedModel, { config, bind, tiers }: ModelOptions): Promise<ModelSettings> {
  const { configOf, settingsOf } = await import('../../app/model/configuredModel');
  const { withTiers } = await import('../../app/plan/chosenTiers');
  const loaded = configOf(model.name, config);
  const chosen = tiers === undefined ? loaded : { ...loaded, config: withTiers(loaded.config, tiers) };
  const settings = settingsOf(model.name, chosen);
  return { ...settings, bindings: { ...settings.bindings, ...bind } };
}

/**
 * Refuses sizes for dimensions that a model does not have, where a person typed them.
 * @returns a sentence for each name of the configuration that is none of the model's, but close to one
 * @throws DnnSplitError `bad-usage`
 */
export async function checkDimensions(
  analyzed: AnalyzedModel,
  name: string,
  bindings: ModelSettings['bindings'],
  typed: ModelOptions['bind'] = {},
): Promise<string[]> {
  if (Object.keys(bindings).length === 0) return [];
  const { unknownDimensions } = await import('../../app/model/checkDimensions');
  return unknownDimensions(analyzed, Object.keys(bindings)).flatMap((unknown) => {
    const sentence = say('command.unknownDimension', { model: name, ...unknown });
    if (Object.hasOwn(typed, unknown.name)) throw new DnnSplitError('bad-usage', sentence);
    // A configuration is for several models: it may name what one of them does not have.
    return unknown.instead.includes('did you mean') ? [sentence.text] : [];
  });
}

/** A configuration's path as a person at this place would write it; nothing for the built-in one. */
export function shownPath(path: string | undefined): string | null {
  if (path === undefined) return null;
  const shown = relative(process.cwd(), resolve(path)).replaceAll('\\', '/');
  return shown.startsWith('../../..') ? path : shown;
}
