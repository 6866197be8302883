import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { CalibratedTier } from '../../app/profile/calibrateTier';
import type { TierDocument } from '../../shared/documents/config';
import { visibleText } from '../../shared/escape/visible';
import { say } from '../../shared/messages/say';
import { counted, threeDigits } from '../../shared/vocabulary/quantities';
import { DnnSplitError } from '../../shared/work/errors';
import { parseBindings } from '../terminal/arguments';
import { jsonText, reportJson } from '../terminal/output';
import { factsText } from '../terminal/table';

interface CalibrateOptions {
  readonly tier?: string;
  readonly config?: string;
  readonly device?: string;
  readonly id: string;
  readonly output?: string;
  readonly bind?: Readonly<Record<string, number>>;
  readonly force?: boolean;
  readonly json?: boolean;
}

/** `dnnsplit calibrate [MODEL PROFILE ...]`: a tier of a configuration from measured models. */
export function addCalibrate(program: Command): void {
  program
    .command('calibrate')
    .description('Describe a device as a tier of dnnsplit.json from a few models that were measured on it')
    .argument(
      '[files...]',
      'models, each followed by its .profile.json (default: those below dnnsplit.json that were measured on one device)',
    )
    .option('--id <name>', 'name of the tier', 'device')
    .option('--tier <id>', 'write the figures into this tier of dnnsplit.json')
    .option(
      '-c, --config <file>',
      'dnnsplit.json to look below and to write (default: the nearest one above this folder)',
    )
    .option('--device <name>', 'without files: the device, as profiles name it')
    .option('-o, --output <file>', 'write the tier to a file; - is standard output')
    .option('-b, --bind <name=number>', 'bind a symbolic dimension (repeatable)', parseBindings)
    .option('--force', 'replace an existing file')
    .option('--json', 'print JSON')
    .action((files: string[], options: CalibrateOptions) => calibrate(files, options));
}

async function calibrate(files: readonly string[], options: CalibrateOptions): Promise<void> {
  const { calibrateTier } = await import('../../app/profile/calibrateTier');
  const { calibratedValues, measuredCalibration } = await import('../../app/profile/offeredCalibration');
  const { fileIdentities } = await import('../../files/fileIdentity');
  const { checkOutputFile, outputBeside, writeOutputFile } = await import('../terminal/writeFiles');
  const overwrite = options.force === true;
  if (options.output !== undefined) checkOutputFile(options.output, overwrite);
  const { tier: tierId, device } = options;
  const place = tierId === undefined && files.length > 0 ? undefined : await placeOf(options);
  const calibrated =
    files.length === 0 && place !== undefined
      ? measuredCalibration({ configPath: place.configPath, tier: tierId ?? options.id, device })
      : calibrateTier(files, tierId ?? options.id, options.bind ?? {});
  const before = place && (await writeTier(place, calibratedValues(calibrated.tier)));
  if (options.output !== undefined) {
    writeOutputFile(options.output, jsonText(calibrated.tier), { overwrite, inputs: fileIdentities(files) });
  }
  outputBeside(options.output).print(
    options.json ? reportJson('calibration', calibrationReport(calibrated)) : calibrationText(calibrated, before),
  );
}

/** Where a tier stands that is to be written; no index where none is. */
interface TierPlace {
  readonly configPath: string;
  readonly index?: number;
}

/** @throws DnnSplitError `bad-usage` without such a file or tier */
async function placeOf({ tier, config }: CalibrateOptions): Promise<TierPlace> {
  const { findConfig, configFileName } = await import('../../app/model/findConfig');
  const { loadConfig } = await import('../../app/model/configFile');
  const configPath = config ?? findConfig(resolve(configFileName));
  if (configPath === undefined) throw new DnnSplitError('bad-usage', say('calibrate.noConfig', {}));
  const ids = loadConfig(configPath).config.tiers.map(({ id }) => id);
  if (tier === undefined) return { configPath };
  const index = ids.indexOf(tier);
  if (index >= 0) return { configPath, index };
  throw new DnnSplitError('bad-usage', say('measure.unknownTier', { tier, tiers: ids.join(', ') }));
}

/** @returns the tier as it was before; nothing where none is to be written */
async function writeTier({ configPath, index }: TierPlace, values: object): Promise<TierBefore | undefined> {
  if (index === undefined) return undefined;
  const { loadConfig } = await import('../../app/model/configFile');
  const { withValues } = await import('../../shared/documents/withValues');
  const { readTextFile } = await import('../../files/regularFile');
  const { writeFileAtomically } = await import('../../files/atomicFile');
  const tier = loadConfig(configPath).config.tiers[index];
  const text = withValues(
    readTextFile(configPath, 'configuration'),
    Object.entries(values).map(([name, value]) => [['tiers', index, name], value]),
  );
  writeFileAtomically(configPath, text, { overwrite: true, inputs: [] });
  return tier && { configPath, tier };
}

interface TierBefore {
  readonly configPath: string;
  readonly tier: TierDocument;
}

function calibrationReport({ tier, calibration, models, warnings }: CalibratedTier) {
  const { leftOut, medianErrorPercent, withinFactor, kernels, fusion } = calibration;
  return {
    tier,
    models,
    kernels,
    fusion,
    medianErrorPercent: medianErrorPercent ?? null,
    withinFactor: withinFactor ?? null,
    leftOut: leftOut.map(({ model, ratio }) => ({ model, predictedOverMeasured: ratio })),
    warnings,
  };
}

function calibrationText(
  { tier, calibration, models, warnings }: CalibratedTier,
  before: TierBefore | undefined,
): string {
  const { leftOut, medianErrorPercent, kernels } = calibration;
  const error =
    medianErrorPercent === undefined
      ? 'unknown: one model predicts no other'
      : `${threeDigits(medianErrorPercent)} % (median), nine of ten within ${tier.withinFactor}x, each model predicted from the others`;
  const facts = factsText([
    ['measured', `${counted(models.length, 'model')}, ${counted(kernels, 'kernel')}`],
    ['error', error],
    ...leftOut.map(({ model, ratio }) => ['', `${visibleText(model)}: predicted ${threeDigits(ratio)}x`] as const),
  ]);
  const told = warnings.map((warning) => `warning: ${visibleText(warning)}`);
  const written =
    before === undefined
      ? []
      : [`Written to ${visibleText(before.configPath)}. The tier before: ${JSON.stringify(before.tier)}`];
  return [facts, JSON.stringify(tier, null, 2), ...written, ...told].join('\n\n');
}
