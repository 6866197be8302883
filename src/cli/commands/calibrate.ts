import type { Command } from 'commander';
import type { CalibratedTier } from '../../app/profile/calibrateTier';
import { visibleText } from '../../shared/escape/visible';
import { counted, threeDigits } from '../../shared/vocabulary/quantities';
import { parseBindings } from '../terminal/arguments';
import { jsonText, reportJson } from '../terminal/output';
import { factsText } from '../terminal/table';

interface CalibrateOptions {
  readonly id: string;
  readonly output?: string;
  readonly bind?: Readonly<Record<string, number>>;
  readonly force?: boolean;
  readonly json?: boolean;
}

/** `dnnsplit calibrate MODEL PROFILE ...`: a tier of a configuration from measured models. */
export function addCalibrate(program: Command): void {
  program
    .command('calibrate')
    .description('Describe a device as a tier of dnnsplit.json from a few models that were measured on it')
    .argument('<files...>', 'models, each followed by its .profile.json')
    .option('--id <name>', 'name of the tier', 'device')
    .option('-o, --output <file>', 'write the tier to a file; - is standard output')
    .option('-b, --bind <name=number>', 'bind a symbolic dimension (repeatable)', parseBindings)
    .option('--force', 'replace an existing file')
    .option('--json', 'print JSON')
    .action((files: string[], options: CalibrateOptions) => calibrate(files, options));
}

async function calibrate(files: readonly string[], options: CalibrateOptions): Promise<void> {
  const { calibrateTier } = await import('../../app/profile/calibrateTier');
  const { fileIdentities } = await import('../../files/fileIdentity');
  const { checkOutputFile, outputBeside, writeOutputFile } = await import('../terminal/writeFiles');
  const overwrite = options.force === true;
  if (options.output !== undefined) checkOutputFile(options.output, overwrite);
  const calibrated = calibrateTier(files, options.id, options.bind ?? {});
  if (options.output !== undefined) {
    writeOutputFile(options.output, jsonText(calibrated.tier), { overwrite, inputs: fileIdentities(files) });
  }
  outputBeside(options.output).print(
    options.json ? reportJson('calibration', calibrationReport(calibrated)) : calibrationText(calibrated),
  );
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

function calibrationText({ tier, calibration, models, warnings }: CalibratedTier): string {
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
  return [facts, JSON.stringify(tier, null, 2), ...told].join('\n\n');
}
